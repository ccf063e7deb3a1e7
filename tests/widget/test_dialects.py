"""Tags that are marked for another consent tool work as they are."""

import pytest
from playwright.sync_api import expect

from scanner.model import Category
from tests.widget.conftest import ITEMS, item

RAN = "window.ran = true"

#: How each tool marks a script for statistics.
SCRIPTS = {
    "Kapsel": "type=text/plain data-category=statistics",
    "vanilla-cookieconsent": "type=text/plain data-category=analytics data-service=GA",
    "vanilla-cookieconsent with a type": "type=text/plain data-category=analytics "
    "data-type=text/javascript",
    "Cookiebot": "type=text/plain data-cookieconsent=statistics",
    "OneTrust": "type=text/plain class='x optanon-category-C0002'",
    "CookieYes": "type=text/plain data-cookieyes=cookieyes-analytics",
    "Complianz": "type=text/plain data-category=statistics data-service=matomo",
    "klaro": "type=text/plain data-type=application/javascript data-name=google-analytics",
    "iubenda": "type=text/plain class=_iub_cs_activate-inline data-iub-purposes=4",
    "Termly": "type=text/plain data-categories=analytics",
    "Usercentrics": "type=text/plain data-usercentrics='Google Analytics'",
    "Osano": "type=text/plain data-osano=ANALYTICS",
    "Didomi": "type=didomi/javascript data-vendor='Google Analytics'",
    "Civic": "type=text/plain data-cc-category=analytics",
    "Probo": "type=text/plain data-cookie-consent=analytics",
    "c15t": "type=text/plain data-c15t-category=measurement data-c15t-vendor=ga",
}

#: How each tool marks a frame for marketing, and keeps its address.
FRAMES = {
    "Kapsel": "data-category=marketing data-src=",
    "Cookiebot": "data-cookieconsent=marketing data-cookieblock-src=",
    "OneTrust": "class=optanon-category-C0004 data-src=",
    "CookieYes": "data-cookieyes=cookieyes-advertisement data-src=",
    "Complianz": "data-category=marketing data-src-cmplz=",
    "klaro": "data-name=meta data-type=x data-src=",
    "iubenda": "class=_iub_cs_activate data-iub-purposes=5 data-suppressedsrc=",
    "iubenda, older": "class=_iub_cs_activate data-iub-purposes=5 suppressedsrc=",
    "Termly": "data-categories=advertising data-src=",
    "Usercentrics": "data-usercentrics=Meta uc-src=",
    "Osano": "data-osano=MARKETING data-src=",
    "Probo": "data-cookie-consent=marketing data-src=",
    "c15t": "data-c15t-category=marketing data-src=",
}


@pytest.mark.parametrize("marks", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_runs_with_its_own_category_and_not_before(shop, world, page, until, marks):
    world.body = f"<script {marks}>{RAN}</script>"
    shop()
    page.evaluate("kapsel.save({functional: true, marketing: true})")
    until(lambda: world.decisions)
    assert page.evaluate("window.ran") is None

    page.evaluate("kapsel.save({statistics: true})")

    page.wait_for_function("window.ran")


@pytest.mark.parametrize("marks", FRAMES.values(), ids=FRAMES)
def test_a_frame_is_filled_with_its_own_category_and_not_before(shop, world, page, until, marks):
    address = world.url("/map", "tracker.example")
    world.body = f"<iframe title=Map {marks}{address}></iframe>"
    shop()
    page.evaluate("kapsel.save({functional: true, statistics: true})")
    until(lambda: world.decisions)
    assert world.asked_of("tracker.example") == []

    page.evaluate("kapsel.save({marketing: true})")

    until(lambda: world.asked_of("tracker.example"))


def test_groups_of_one_trust_must_all_be_granted(shop, world, page, until):
    world.body = f"<script type=text/plain class=optanon-category-C0002-C0004>{RAN}</script>"
    shop()
    page.evaluate("kapsel.save({statistics: true})")
    until(lambda: world.decisions)
    assert page.evaluate("window.ran") is None

    page.evaluate("kapsel.save({marketing: true})")

    page.wait_for_function("window.ran")


def test_an_exclamation_mark_runs_a_tag_when_its_category_is_refused(shop, world, page, until):
    world.body = f"<script type=text/plain data-category='!analytics'>{RAN}</script>"
    shop()
    assert page.evaluate("window.ran") is None

    page.evaluate("kapsel.rejectAll()")

    page.wait_for_function("window.ran")


def test_a_service_that_does_several_things_needs_a_yes_to_each(shop, world, page, until):
    world.declare(items=(*ITEMS, item("_gads", Category.MARKETING, vendor="Google Analytics")))
    world.body = f"<script type=text/plain data-usercentrics='Google Analytics'>{RAN}</script>"
    shop()
    page.evaluate("kapsel.save({statistics: true})")
    until(lambda: world.decisions)
    assert page.evaluate("window.ran") is None

    page.evaluate("kapsel.save({marketing: true})")

    page.wait_for_function("window.ran")


def test_boxes_of_cookiebot_are_shown_and_hidden(shop, world, page, until):
    world.body = (
        "<p class=cookieconsent-optout-marketing>Accept marketing to see the film.</p>"
        "<p class=cookieconsent-optin-marketing style='display:none'>The film.</p>"
    )
    shop()
    expect(page.get_by_text("Accept marketing")).to_be_visible()

    page.evaluate("kapsel.acceptAll()")
    until(lambda: world.decisions)

    expect(page.get_by_text("The film.", exact=True)).to_be_visible()
    expect(page.get_by_text("Accept marketing")).to_be_hidden()


@pytest.mark.parametrize(
    "link",
    [
        "<a href='#cookie-preferences'>Change</a>",
        "<a href='#tarteaucitron'>Change</a>",
        "<button data-cc='show-preferencesModal'>Change</button>",
        "<button class='ot-sdk-show-settings'>Change</button>",
        "<a class='cky-banner-element'>Change</a>",
        "<button class='cmplz-show-banner'>Change</button>",
        "<a class='iubenda-cs-preferences-link'>Change</a>",
    ],
)
def test_links_of_other_tools_open_the_choices(shop, world, page, link):
    world.body = link
    shop()

    page.get_by_text("Change").click()

    expect(page.get_by_role("dialog")).to_be_visible()
