"""A banner that is left unanswered is counted where the owner wants it, and told nowhere else."""

import json

import pytest

from scanner.model import Banner
from tests.widget.conftest import CONSENT

COUNTED = f"{CONSENT}/w/shop/ignored"
STORED = "[document.cookie, localStorage.length, sessionStorage.length]"


@pytest.fixture
def counting(world):
    world.declare(banner=Banner(unanswered="count"))


def test_without_the_option_leaving_is_told_to_nobody(shop, world, page, until):
    shop()
    shop("/shoes")
    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)  # what was sent while a page was left is older

    asked = [address for address in world.asked_of(CONSENT) if not address.endswith(".js")]
    assert asked == [f"{CONSENT}/w/shop/consents"]
    assert world.asked_of("tracker") == []


def test_a_page_that_is_left_unanswered_is_counted_once(shop, world, page, until, counting):
    shop()
    page.evaluate("kapsel.hide(); kapsel.show()")
    assert world.ignored == []

    shop("/shoes")
    until(lambda: world.ignored)
    page.goto("about:blank")
    until(lambda: len(world.ignored) > 1)

    assert [json.loads(body) for _, body in world.ignored] == [
        {"revision": "r1", "language": "en"},
        {"revision": "r1", "language": "en"},
    ]


def test_nothing_tells_who_left_it(shop, world, page, until, counting):
    shop("/shoes?size=42")
    stored = page.evaluate(STORED)

    shop("/boots")
    until(lambda: world.ignored)

    [(headers, _)] = world.ignored
    assert "cookie" not in headers
    assert headers["referer"] == world.url("/")  # the site's, never the page
    assert headers["content-type"].startswith("text/plain")  # no preflight
    assert stored == page.evaluate(STORED) == ["", 0, 0]
    assert page.context.cookies() == []


def test_a_banner_that_was_closed_without_an_answer_is_counted(shop, world, page, until, counting):
    shop()

    page.evaluate("kapsel.hide()")
    page.goto("about:blank")

    until(lambda: world.ignored)


def test_who_has_answered_is_not_counted(shop, world, page, until, counting):
    shop()
    page.get_by_role("button", name="Reject all").click()
    until(lambda: world.decisions)
    shop("/shoes", banner=False)
    shop("/boots", banner=False)

    page.evaluate("kapsel.reset(); location.href = 'about:blank'")
    until(lambda: world.ignored)  # this one is; those before it were not

    assert len(world.ignored) == 1


def test_an_answer_while_the_page_is_left_is_no_ignoring(shop, world, page, until, counting):
    shop()

    page.evaluate("kapsel.acceptAll(); location.href = 'about:blank'")
    until(lambda: world.decisions)

    assert world.ignored == []


def test_a_refusal_by_the_browser_is_no_ignoring(shop, world, page, until, counting):
    page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"
    )
    shop()
    until(lambda: world.decisions)

    shop("/shoes", banner=False)

    assert COUNTED not in world.asked
