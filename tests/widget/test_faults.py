"""Whatever goes wrong, nothing is granted and the page works."""

import pytest
from playwright.sync_api import expect

HELD = "<script type=text/plain data-category=statistics>window.ran = true</script>"


@pytest.fixture
def broken(page, world):
    """Open the shop though its banner cannot start; return the page's uncaught errors."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    world.body = HELD + "<button onclick='this.textContent = \"Bought\"'>Buy</button>"

    def visit():
        page.goto(world.url(), wait_until="domcontentloaded")
        page.get_by_role("button", name="Buy").click()
        expect(page.get_by_role("button", name="Bought")).to_be_visible()
        assert page.evaluate("window.ran") is None
        assert page.context.cookies() == []
        assert world.decisions == []
        return errors

    return visit


@pytest.mark.parametrize("status", [404, 500])
def test_the_script_is_answered_with_an_error(page, broken, status):
    page.route("**/w/shop.js", lambda route: route.fulfill(status=status, body="oh no"))

    assert broken() == []


def test_the_script_is_never_answered(page, broken):
    page.route("**/w/shop.js", lambda route: None)

    assert broken() == []


def test_the_script_is_blocked(page, broken):
    page.route("**/w/shop.js", lambda route: route.abort())

    assert broken() == []


def test_a_policy_forbids_the_script(world, broken):
    world.headers = {"Content-Security-Policy": "script-src 'unsafe-inline'"}

    assert broken() == []


def test_the_script_is_cut_off(world, broken):
    world.change_script = lambda script: script[: len(script) // 2]

    broken()


def test_the_configuration_is_not_what_it_should_be(world, broken):
    world.change_script = lambda script: script.replace(b'"items":[', b'"items":null,"x":[')

    assert broken() == []


def test_a_callback_of_the_site_throws(shop, world, page, until):
    world.head = """<script>
      window.kapsel = ['ready', 'show', 'hide', 'consent', 'change'].map((name) =>
        ['on', name, () => { throw new Error(name) }])
      document.addEventListener('kapsel:consent', () => window.told = true)
    </script>"""
    world.body = HELD
    shop()

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions and page.evaluate("window.told"))

    assert page.evaluate("window.ran") is None
    expect(page.get_by_role("region")).to_have_count(0)


@pytest.mark.parametrize("body", ["<h1>Welcome</h1>", '{"items": null}', "{}", "null"])
def test_the_facts_are_not_what_they_should_be(shop, page, body):
    shop()
    page.route("**/w/shop.json", lambda route: route.fulfill(status=200, body=body))
    page.get_by_role("button", name="Choose").click()

    with page.expect_response("**/w/shop.json"):
        page.get_by_text("What is stored (4)").click()

    expect(page.get_by_text("_ga · Google Analytics")).to_be_visible()
    assert page.evaluate("kapsel.has('statistics')") is False


def test_storage_is_denied(page, world):
    world.head = """<script>
      const denied = { get() { throw new DOMException('denied', 'SecurityError') } }
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
        Object.defineProperty(window, name, denied)
      }
      Object.defineProperty(document, 'cookie', { ...denied, set: denied.get })
    </script>"""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    world.body = HELD
    page.goto(world.url())

    page.get_by_role("button", name="Reject all").click()
    page.wait_for_function("kapsel.get().action === 'reject-all'")

    assert page.evaluate("window.ran") is None
    assert errors == []


def test_a_cookie_that_somebody_broke_grants_nothing(shop, world, page):
    for value in ("choices=statistics:1", "id=1&revision=r1&choices=statistics:1&at=soon", "%%%"):
        page.context.add_cookies([{"name": "kapsel_consent", "value": value, "url": world.url()}])

        shop()

        assert page.evaluate("kapsel.has('statistics')") is False


def test_a_cookie_from_the_future_grants_nothing(shop, world, page):
    value = "id=1&revision=r1&choices=statistics:1&at=99999999999999&action=accept-all"
    page.context.add_cookies([{"name": "kapsel_consent", "value": value, "url": world.url()}])

    shop()

    assert page.evaluate("kapsel.has('statistics')") is False


def test_two_copies_of_the_tag_act_as_one(shop, world, page, until):
    world.tag = f"></script><script async src='{world.url('/w/shop.js', 'consent.agency.example')}'"
    world.body = (
        "<script type=text/plain data-category=statistics>(window.n ||= []).push(1)</script>"
    )
    shop()

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.n")
    until(lambda: world.decisions)

    assert page.evaluate("n") == [1]
    assert len(world.decisions) == 1


def test_a_page_that_is_drawn_ahead_waits_for_its_visitor(page, world):
    page.add_init_script(
        """let ahead = true
        Object.defineProperty(document, 'prerendering', { get: () => ahead })
        window.activate = () => {
          ahead = false
          document.dispatchEvent(new Event('prerenderingchange'))
        }"""
    )
    page.goto(world.url())
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("region")).to_have_count(0)
    assert page.evaluate("window.kapsel") is None

    page.evaluate("activate()")

    page.get_by_role("region").wait_for()


def test_a_page_that_comes_back_knows_the_newest_answer(shop, world, page, until):
    # the browser that runs the tests keeps no pages for going back: it is told as if it did
    page.add_init_script("addEventListener('storage', (e) => e.stopImmediatePropagation())")
    shop("/one")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    other = page.context.new_page()
    other.goto(world.url("/two"))
    other.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)
    expect(page.get_by_role("region")).to_have_count(1)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(page.get_by_role("region")).to_have_count(0)
    assert page.evaluate("kapsel.get().action") == "reject-all"
