"""What a visitor refused to another tool on the same site stays refused."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from scanner.model import Banner

REFUSALS = {
    "cc_cookie": quote('{"categories":["necessary"],"revision":0,"services":{}}'),
    "CookieConsent": quote(
        "{stamp:'x',necessary:true,preferences:false,statistics:false,marketing:false,ver:1}"
    ),
    "OptanonConsent": "isGpcEnabled=0&groups=C0001%3A1%2CC0002%3A0%2CC0003%3A0%2CC0004%3A0",
    "cookieyes-consent": "consentid:x,consent:no,action:yes,necessary:yes,functional:no,"
    "analytics:no,performance:no,advertisement:no",
    "fides_consent": quote('{"consent":{"functional":false,"analytics":false,"marketing":false}}'),
    "klaro": quote('{"preferences":false,"google-analytics":false,"meta":false}'),
    "tarteaucitron": "!preferences=false!analytics=false!marketing=false",
}


def keep(page, world, name, value):
    page.context.add_cookies([{"name": name, "value": value, "url": world.url()}])


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_taken_over_and_logged(shop, world, page, until, name):
    keep(page, world, name, REFUSALS[name])

    shop(banner=False)
    until(lambda: world.decisions)

    expect(page.get_by_role("region")).to_have_count(0)
    [decision] = world.decisions
    assert decision["action"] == "reject-all"
    assert decision["choices"] == {"functional": False, "statistics": False, "marketing": False}


def test_the_several_cookies_of_complianz_are_one_answer(shop, world, page, until):
    for word in ("functional", "preferences", "statistics", "marketing"):
        keep(page, world, f"cmplz_{word}", "deny")

    shop(banner=False)
    until(lambda: world.decisions)

    assert world.decisions[0]["action"] == "reject-all"


def test_a_consent_is_not_taken_over(shop, world, page):
    keep(page, world, "cc_cookie", quote('{"categories":["preferences","analytics","marketing"]}'))

    shop()

    assert page.evaluate("kapsel.get().action") is None


def test_only_what_was_not_refused_is_asked(shop, world, page, until):
    keep(page, world, "cc_cookie", quote('{"categories":["necessary","analytics"]}'))

    shop()
    until(lambda: world.decisions)

    assert world.decisions[0]["choices"] == {"functional": False, "marketing": False}
    text = page.get_by_role("region").inner_text()
    assert "statistics" in text
    assert "marketing" not in text
    page.get_by_role("button", name="Accept all").click()
    until(lambda: len(world.decisions) == 2)
    assert world.decisions[1]["choices"] == {
        "functional": False,
        "statistics": True,
        "marketing": False,
    }


@pytest.mark.parametrize("value", ["", "%%%", "necessary", quote('{"categories":')])
def test_what_cannot_be_read_is_no_answer(shop, world, page, value):
    keep(page, world, "cc_cookie", value)

    shop()

    assert page.evaluate("kapsel.get().action") is None


CONSENTS = {
    "cc_cookie": quote('{"categories":["necessary","ads"],"revision":0}'),
    "CookieConsent": quote("{necessary:true,preferences:false,ads:true,method:'explicit'}"),
    "OptanonConsent": "isGpcEnabled=0&groups=C0001%3A1%2Cads%3A1",
    "cookieyes-consent": "consentid:x,consent:yes,action:yes,necessary:yes,ads:yes",
    "fides_consent": quote('{"consent":{"ads":true}}'),
    "klaro": quote('{"ads":true}'),
    "tarteaucitron": "!ads=true",
    "cmplz_ads": "allow",
}


@pytest.mark.parametrize("name", CONSENTS)
def test_a_consent_is_taken_over_where_the_owner_has_confirmed_its_words(
    shop, world, page, until, name
):
    tool = "cmplz_*" if name.startswith("cmplz") else name
    world.declare(categories=("marketing",), banner=Banner(take_over={tool: {"ads": "marketing"}}))
    world.body = "<script type=text/plain data-category=marketing>window.ran = true</script>"
    keep(page, world, name, CONSENTS[name])

    shop(banner=False)
    until(lambda: world.decisions)

    page.wait_for_function("window.ran === true")
    expect(page.get_by_role("region")).to_have_count(0)
    [decision] = world.decisions
    assert decision["action"] == "import"
    assert decision["choices"] == {"marketing": True}


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        ("groups=C0002:1,C0004:0", {"functional": None, "statistics": True, "marketing": False}),
        ("groups=C0002:1,C0004:1", {"functional": None, "statistics": True, "marketing": None}),
        ("groups=C0002:1,C0004:1,C0005:1", {"statistics": True, "marketing": True}),
        ("groups=C0002:1,C0004:1,C0005:0", {"statistics": True, "marketing": None}),
        ("groups=C0003:1,C0002:0", {"functional": None, "statistics": False}),
    ],
)
def test_what_is_not_wholly_confirmed_is_asked(shop, world, page, until, value, choices):
    words = {"C0002": "statistics", "C0004": "marketing", "C0005": "marketing"}
    world.declare(banner=Banner(take_over={"OptanonConsent": words}))
    keep(page, world, "OptanonConsent", quote(value, safe="="))

    shop()
    until(lambda: world.decisions)

    told = world.decisions[0]["choices"]
    assert {name: told.get(name) for name in choices} == choices


def test_two_tools_that_disagree_are_no_answer(shop, world, page):
    world.declare(
        categories=("marketing",),
        banner=Banner(take_over={"klaro": {"ads": "marketing"}}),
    )
    keep(page, world, "klaro", quote('{"ads":true}'))
    keep(page, world, "cmplz_marketing", "deny")

    shop()

    assert page.evaluate("kapsel.get().action") is None


@pytest.mark.parametrize(
    ("name", "value"), [("globalPrivacyControl", "true"), ("doNotTrack", "'1'")]
)
def test_a_consent_is_not_taken_over_against_the_signal_of_the_browser(
    shop, world, page, until, name, value
):
    page.add_init_script(f"Object.defineProperty(navigator, '{name}', {{get: () => {value}}})")
    world.declare(banner=Banner(do_not_track="honour", take_over={"klaro": {"ads": "marketing"}}))
    keep(page, world, "klaro", quote('{"ads":true}'))

    shop()
    until(lambda: world.decisions)

    assert [decision["action"] for decision in world.decisions] == ["gpc"]
