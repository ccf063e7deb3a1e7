"""What a visitor decides is painted, kept, told and sent, in this order."""

from playwright.sync_api import expect

from scanner.model import Banner

COOKIE = "kapsel_consent"


def cookie(page):
    return next((c for c in page.context.cookies() if c["name"] == COOKIE), None)


def test_nothing_is_stored_and_nothing_sent_before_a_choice(shop, world, page):
    shop()
    page.wait_for_load_state("networkidle")

    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert world.asked == ["www.shop.example/", "consent.agency.example/w/shop.js"]


def test_a_decision_is_kept_in_a_cookie_and_sent(shop, world, page, until):
    shop("/shoes?size=42")

    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)

    [decision] = world.decisions
    assert decision["choices"] == {"functional": False, "statistics": False, "marketing": False}
    assert decision["action"] == "reject-all"
    assert decision["revision"] == "r1"
    assert decision["language"] == "en"
    assert decision["page"] == world.url("/shoes")
    assert decision["gpc"] is False
    assert decision["id"][14] == "7"
    kept = cookie(page)
    assert kept["domain"] == ".shop.example"
    assert kept["secure"]
    assert kept["sameSite"] == "Lax"
    assert decision["id"] in kept["value"]
    assert len(kept["value"]) <= 200


def test_the_cookie_stays_as_long_for_no_as_for_yes(shop, page, until):
    shop()
    lifetimes = []

    for button in ("Accept all", "Reject all"):
        page.evaluate("kapsel.show()")
        page.get_by_role("button", name=button).click()
        until(lambda: cookie(page))
        lifetimes.append(cookie(page)["expires"] - page.evaluate("Date.now() / 1000"))
        page.context.clear_cookies()

    assert [round(seconds / 86400) for seconds in lifetimes] == [180, 180]


def test_who_has_answered_is_not_asked_again(shop, page, until):
    shop()
    page.get_by_role("button", name="Reject all").click()
    until(lambda: cookie(page))

    shop("/other", banner=False)

    expect(page.get_by_role("region")).to_have_count(0)
    assert page.evaluate("kapsel.get().action") == "reject-all"


def test_an_answer_holds_when_the_page_is_left_at_once(shop, page, until):
    shop()

    page.evaluate("kapsel.acceptAll(); location.reload()")
    page.wait_for_function("window.kapsel?.has?.('marketing')")

    until(lambda: cookie(page))


def test_a_new_revision_asks_again(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: cookie(page))

    world.declare(revision="r2")
    shop()

    assert page.evaluate("kapsel.has('statistics')") is False


def test_an_answer_that_is_too_old_is_asked_for_again(shop, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: cookie(page))
    half_a_year = page.evaluate("Date.now()") + 181 * 86_400_000

    page.clock.set_fixed_time(half_a_year)
    shop()

    assert page.evaluate("kapsel.has('statistics')") is False


def test_sub_domains_share_one_answer(shop, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: cookie(page))

    shop(host="blog.shop.example", banner=False)

    assert page.evaluate("kapsel.has('statistics')") is True


def test_a_host_outside_the_listed_domains_keeps_its_answer_to_itself(shop, world, page, until):
    world.declare(cookie_domains=("other.example",))
    shop()

    page.get_by_role("button", name="Accept all").click()
    until(lambda: cookie(page))

    assert cookie(page)["domain"] == "www.shop.example"


def test_an_answer_is_painted_before_it_is_kept(shop, page):
    shop()

    order = page.evaluate(
        """() => new Promise((resolve) => {
          const order = []
          kapsel.on('hide', () => order.push('hidden', document.cookie ? 'kept' : 'not kept'))
          kapsel.on('change', () => {
            order.push(document.cookie ? 'kept' : 'not kept', 'told')
            resolve(order)
          })
          kapsel.acceptAll()
        })"""
    )

    assert order == ["hidden", "not kept", "kept", "told"]


def test_global_privacy_control_is_a_refusal_shown_and_logged(shop, world, page, until):
    page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"
    )

    shop()
    until(lambda: world.decisions)

    expect(page.get_by_text("Global Privacy Control")).to_be_visible()
    [decision] = world.decisions
    assert decision["action"] == "gpc"
    assert decision["gpc"] is True
    assert decision["choices"]["statistics"] is False
    assert decision["choices"]["marketing"] is False


def do_not_track(page):
    page.add_init_script("Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})")


def test_do_not_track_is_a_refusal_where_the_owner_honours_it(shop, world, page, until):
    world.declare(banner=Banner(do_not_track="honour"))
    do_not_track(page)

    shop()
    until(lambda: world.decisions)

    expect(page.get_by_text("Do Not Track")).to_be_visible()
    [decision] = world.decisions
    assert (decision["action"], decision["gpc"]) == ("gpc", False)
    assert set(decision["choices"].values()) == {False}


def test_do_not_track_is_no_answer_elsewhere(shop, world, page):
    do_not_track(page)

    shop()

    expect(page.get_by_role("button", name="Reject all")).to_be_visible()
    assert world.decisions == []
