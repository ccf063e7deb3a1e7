"""The widget works where the page forbids almost everything."""

STRICT = (
    "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; style-src 'nonce-abc'; "
    "connect-src https://consent.agency.example:*; base-uri 'none'; img-src data:; "
    "require-trusted-types-for 'script'"
)


def strict(world):
    world.tag = "nonce=abc"
    world.headers = {"Content-Security-Policy": STRICT}
    world.head = """<script nonce=abc>
      window.violations = []
      document.addEventListener('securitypolicyviolation',
        (event) => violations.push(event.effectiveDirective + ' ' + event.sample))
    </script>"""


def test_a_strict_policy_with_trusted_types_sees_no_violation(shop, world, page, until):
    strict(world)
    address = world.url("/ga.js", "tracker.example")
    held = "<script nonce=abc type=text/plain data-category=statistics"
    world.body = (
        f"<h1>Shop</h1>{held} data-src='{address}'></script>{held} src='{address}'></script>"
        f"{held}>ran.push('inline')</script>"
    )
    shop()
    page.get_by_role("button", name="Choose").click()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions and page.evaluate("window.ran?.length") == 3)

    assert page.evaluate("ran") == ["/ga.js", "/ga.js", "inline"]
    assert page.evaluate("violations") == []


def test_the_banner_is_dressed_under_a_strict_policy(shop, world, page):
    strict(world)
    world.declare(banner=world.declaration.banner.__class__(theme={"accent": "rgb(80, 0, 80)"}))
    shop()

    button = page.get_by_role("button", name="Reject all")

    assert button.evaluate("(b) => getComputedStyle(b).backgroundColor") == "rgb(80, 0, 80)"
    assert page.evaluate("violations") == []


def test_a_tag_that_a_policy_forbids_does_not_stop_the_next_one(shop, world, page, until):
    world.headers = {
        "Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'"
    }
    held = "<script type=text/plain data-category=statistics"
    world.body = f"{held} data-src=/a.js></script>{held}>window.ran = ['inline']</script>"
    shop()

    page.get_by_role("button", name="Accept all").click()

    until(lambda: world.decisions and page.evaluate("window.ran"))
    assert page.evaluate("ran") == ["inline"]
