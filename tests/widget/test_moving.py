"""What a visitor refused to another tool on the same site stays refused."""

from urllib.parse import quote

import pytest

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

    assert page.get_by_role("region").count() == 0
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
