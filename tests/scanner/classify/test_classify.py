"""The verdict on an item, with the built-in knowledge."""

import pytest

from scanner.classify import classify, explain
from scanner.knowledge import load
from scanner.model import Category, Kind, Override, Party, SetBy, Subject


def verdict(name, *, overrides=(), **facts):
    return classify(Subject(name=name, **facts), knowledge=load(), overrides=overrides)


@pytest.mark.parametrize(
    ("name", "category", "vendor"),
    [
        ("_ga", "statistics", "Google Analytics"),
        ("_ga_4XK2P9QW1T", "statistics", "Google Analytics"),
        ("__utma", "statistics", "Google Analytics"),
        ("_utma", "statistics", "Google Analytics"),
        ("_fbp", "marketing", "Meta"),
        ("IDE", "marketing", "Google Ads"),
        ("__atuvc", "marketing", "AddThis"),
        (".ASPXANONYMOUS", "functional", "ASP.NET"),
        (".ASPXAUTH", "necessary", "ASP.NET"),
        ("ASP.NET_SessionId", "necessary", "ASP.NET"),
        ("PHPSESSID", "necessary", "PHP"),
        ("CookieConsent", "necessary", "Cookiebot"),
    ],
)
def test_a_well_known_name_has_its_category_and_vendor(name, category, vendor):
    found = verdict(name)

    assert (found.category, found.vendor) == (category, vendor)
    assert found.rule.startswith("knowledge:")


def test_a_bare_name_that_nobody_knows_is_unclassified():
    found = verdict("xq_7731")

    assert found.category is Category.UNCLASSIFIED
    assert found.rule is None


def test_of_what_more_is_told_than_a_name_there_is_at_least_a_guess():
    found = verdict("xq_7731", domain="shop.example", party=Party.FIRST, http_only=False)

    assert found.category is not Category.UNCLASSIFIED
    assert found.rule == "model:weights"
    assert found.vendor is None
    assert found.purposes == ()


def test_a_guess_about_a_known_host_names_its_vendor():
    found = verdict("xq_7731", domain=".linkedin.com", party=Party.THIRD, lifetime=60)

    assert found.vendor == "LinkedIn"


def test_on_a_website_that_people_visit_for_its_own_sake_the_host_alone_decides_nothing():
    portal = explain(
        Subject(name="xq_7731", domain=".crazyegg.com", party=Party.THIRD), knowledge=load()
    )
    tracker = explain(
        Subject(name="xq_7731", domain=".script.crazyegg.com", party=Party.THIRD),
        knowledge=load(),
    )

    assert [
        word.confidence for word in portal.because + portal.against if word.layer == "host"
    ] == [0.55]
    assert tracker.verdict.rule == "host:script.crazyegg.com"


def test_the_purpose_is_told_with_the_vendors_name():
    found = verdict("_gid")

    assert found.purpose["nb"] == (
        "Gir nettleseren et tilfeldig nummer, slik at Google Analytics kan telle "
        "hvor mange ulike personer som besøker nettstedet."
    )


def test_a_platform_is_told_as_the_websites_own_software():
    assert "this website (PHP)" in verdict("PHPSESSID").purpose["en"]


def test_a_name_that_many_use_needs_its_host():
    assert verdict("uid").category is Category.UNCLASSIFIED
    assert verdict("uid", domain="shop.example").rule == "model:weights"
    assert verdict("uid", domain=".adform.net").vendor == "Adform"
    assert verdict("uid", domain=".criteo.com").vendor == "Criteo"


def test_letters_of_another_size_make_another_name():
    assert verdict("phpsessid").rule != verdict("PHPSESSID").rule


def test_the_owner_knows_best():
    own = Override(
        name="_g?", category=Category.NECESSARY, vendor="Us", purpose={"nb": "Vår egen."}
    )

    found = verdict("_ga", overrides=(own,))

    assert found.category is Category.NECESSARY
    assert found.vendor == "Us"
    assert found.purpose == {"nb": "Vår egen."}
    assert found.rule == "override:_g?"


def test_an_override_may_be_for_one_domain_only():
    own = Override(name="_ga", category=Category.NECESSARY, domain="shop.example")

    assert verdict("_ga", domain=".www.shop.example", overrides=(own,)).category == "necessary"
    assert verdict("_ga", domain=".notshop.example", overrides=(own,)).category == "statistics"
    assert verdict("_ga", overrides=(own,)).category == "statistics"


def test_the_script_that_set_an_unknown_item_tells_whose_it_is():
    pixel = SetBy(kind="script", url="https://connect.facebook.net/en_US/fbevents.js")

    found = verdict("brand-new", set_by=pixel, domain="shop.example", party=Party.FIRST)

    assert (found.category, found.vendor) == ("marketing", "Meta")
    assert found.rule == "setter:connect.facebook.net"


def test_a_trackers_host_tells_what_its_unknown_items_are():
    found = verdict("brand-new", domain=".ads.pubmatic.com", party=Party.THIRD)

    assert (found.category, found.vendor) == ("marketing", "PubMatic")


def test_web_storage_is_known_as_well():
    found = verdict("ucData", kind=Kind.LOCAL_STORAGE)

    assert (found.category, found.vendor) == ("necessary", "Usercentrics")


def test_an_owner_who_gives_only_a_category_keeps_what_is_known_of_the_vendor():
    own = Override(name="_hjSession*", category=Category.STATISTICS)

    found = verdict("_hjSession_123456", overrides=(own,))

    assert found.rule == "override:_hjSession*"
    assert found.vendor == "Hotjar"
    assert "Hotjar" in found.purpose["de"]


@pytest.mark.parametrize(
    ("host", "category", "vendor"),
    [
        ("connect.facebook.net", "marketing", "Meta"),
        ("fonts.googleapis.com", "functional", "Google Fonts"),
        ("www.googletagmanager.com", "statistics", "Google Tag Manager"),
        ("session.example", "unclassified", None),
    ],
)
def test_a_request_is_known_by_its_host_alone(host, category, vendor):
    found = verdict(host, domain=host, kind=Kind.REQUEST, party=Party.THIRD)

    assert (str(found.category), found.vendor) == (category, vendor)


def test_a_host_without_a_vendors_file_may_still_be_known():
    found = verdict("zz", domain=".sync.moatads.com", party=Party.THIRD)

    assert (str(found.category), found.vendor) == ("marketing", None)
    assert found.rule == "host:sync.moatads.com"
