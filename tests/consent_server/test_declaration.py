"""What visitors are told, and when they are asked again."""

import datetime as dt

import msgspec
import pytest

from consent_server.declaration import OWN_COOKIE, declare
from scanner.knowledge import load
from scanner.model import (
    Banner,
    Catalogue,
    Category,
    Controller,
    Kind,
    Override,
    Party,
    Site,
    State,
)
from tests.scanner.entries import ANALYTICS, plain

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = 86400.0
SITE = Site(
    key="shop",
    url="https://www.shop.example/",
    languages=("nb", "en"),
    own_domains=("shop-cdn.example",),
    controller=Controller(name="Eksempel AS"),
)


def entry(name="_ga", **facts):
    usual = {
        "vendor_id": "google-analytics",
        "purposes": ("audience-measurement",),
        "purpose": {"nb": "Teller besøk", "en": "Counts visits"},
        "lifetime": 400 * DAY,
        "declared_lifetime": None,
        "pages": ("https://www.shop.example/",),
        "rule": "knowledge:google-analytics/_ga",
    }
    return plain(name, **(ANALYTICS | usual | facts))


def declared(*entries, site=SITE, scanned_at=NOON):
    catalogue = Catalogue(site=site.key, scanned_at=scanned_at, entries=entries)
    return declare(site, catalogue, knowledge=load())


def revision(*entries, **how):
    return declared(*entries, **how).revision


def test_an_item_is_told_with_its_vendor_and_setter():
    item = declared(entry()).items[-1]

    assert item.name == "_ga"
    assert item.vendor == "Google Analytics"
    assert item.country == "IE"
    assert item.policy.startswith("https://")
    assert item.set_by == "tags.example"


@pytest.mark.parametrize(
    ("kept", "asked", "told"),
    [
        (400 * DAY, 730 * DAY, 730 * DAY),  # the browser cut it; another may not
        (400 * DAY, None, 400 * DAY),
        (30 * DAY, 29 * DAY, 30 * DAY),  # prolonged by a later page
        (None, None, None),
    ],
)
def test_the_longest_lifetime_is_told(kept, asked, told):
    assert declared(entry(lifetime=kept, declared_lifetime=asked)).items[-1].lifetime == told


def test_the_banner_s_own_cookie_is_declared_as_necessary():
    site = msgspec.structs.replace(SITE, banner=Banner(remember_days=90))

    (item,) = declared(site=site).items

    assert item.name == OWN_COOKIE
    assert item.category is Category.NECESSARY
    assert item.domain == ".shop.example"
    assert item.lifetime == 90 * DAY
    assert "samtykke" in item.purpose["nb"] or "informasjonskapsler" in item.purpose["nb"]


@pytest.mark.parametrize("host", ["192.0.2.7", "localhost"])
def test_the_own_cookie_of_a_host_without_subdomains_is_declared_for_that_host_alone(host):
    site = msgspec.structs.replace(SITE, url=f"https://{host}/")

    (item,) = declared(site=site).items

    assert item.domain == host


def test_the_own_cookie_is_declared_once_even_when_the_scan_met_it():
    items = declared(entry(OWN_COOKIE, category=Category.NECESSARY)).items

    assert [item.name for item in items] == [OWN_COOKIE]


def test_items_are_grouped_by_category():
    found = declared(
        entry("x", category=Category.UNCLASSIFIED),
        entry("fr", category=Category.MARKETING),
        entry("sid", category=Category.NECESSARY),
        entry(),
    )

    assert [item.category for item in found.items] == [
        Category.NECESSARY,
        Category.NECESSARY,
        Category.STATISTICS,
        Category.MARKETING,
        Category.UNCLASSIFIED,
    ]


def test_only_categories_that_hold_something_are_asked_about():
    assert declared(entry(), entry("sid", category=Category.NECESSARY)).categories == (
        Category.STATISTICS,
    )
    assert declared().categories == ()


def test_all_categories_are_asked_about_before_the_first_scan():
    assert declared(scanned_at=None).categories == (
        Category.FUNCTIONAL,
        Category.STATISTICS,
        Category.MARKETING,
    )


def test_a_request_is_told_only_if_it_needs_consent():
    library = entry("cdn.example", kind=Kind.REQUEST, category=Category.UNCLASSIFIED)
    tracker = entry("ads.example", kind=Kind.REQUEST, category=Category.MARKETING)

    found = declared(library, tracker)

    assert [item.name for item in found.items] == [OWN_COOKIE, "ads.example"]
    assert found.categories == (Category.MARKETING,)


def test_the_answer_is_shared_on_the_registrable_domains_of_the_site():
    assert declared().cookie_domains == ("shop.example", "shop-cdn.example")


def test_the_revision_is_short_and_the_same_each_time():
    assert revision(entry()) == revision(entry())
    assert len(revision(entry())) == 16


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "_ga_9XYZ"},
        {"purpose": {"nb": "Andre ord"}},
        {"pages": ()},
        {"first_seen": NOON - dt.timedelta(days=3), "last_seen": NOON},
        {"lifetime": 401 * DAY},
        {"lifetime": 399 * DAY},
        {"confidence": 0.5},
        {"set_by": None},
        {"states": (State.BEFORE,)},
    ],
)
def test_a_visitor_is_not_asked_again_because_of(facts):
    assert revision(entry(**facts)) == revision(entry())


@pytest.mark.parametrize(
    "facts",
    [
        {"category": Category.MARKETING},
        {"vendor": "Matomo", "vendor_id": "matomo"},
        {"purposes": ("audience-measurement", "advertising")},
        {"lifetime": 900 * DAY},
        {"kind": Kind.LOCAL_STORAGE, "lifetime": None},
    ],
)
def test_a_visitor_is_asked_again_because_of(facts):
    assert revision(entry(**facts)) != revision(entry())


def test_the_order_the_date_and_the_look_do_not_matter():
    other = entry("fr", category=Category.MARKETING, vendor="Meta", vendor_id="meta")
    site = msgspec.structs.replace(SITE, banner=Banner(layout="bar"), languages=("sv",))

    assert revision(entry(), other) == revision(
        other, entry(), site=site, scanned_at=NOON + dt.timedelta(days=1)
    )


def test_necessary_and_unclassified_items_ask_nothing():
    more = (
        entry("sid", category=Category.NECESSARY),
        entry("x", category=Category.UNCLASSIFIED, vendor=None, vendor_id=None),
    )

    assert revision(entry(), *more) == revision(entry())


def test_the_first_scan_asks_again_since_now_it_is_known_what_for():
    assert revision(scanned_at=None) != revision()


def test_a_second_cookie_of_the_same_vendor_for_the_same_purpose_asks_nothing():
    assert revision(entry(), entry("_gid", lifetime=DAY)) == revision(entry())


def test_an_unnamed_third_party_counts_by_its_domain():
    nobody = {"vendor": None, "vendor_id": None, "party": Party.THIRD}

    assert revision(entry(**nobody, domain=".a.example")) != revision(
        entry(**nobody, domain=".b.example")
    )


def test_the_owner_s_word_of_today_counts_without_a_new_scan():
    override = Override(name="_ga", category=Category.MARKETING, purpose={"nb": "Følger deg"})
    site = msgspec.structs.replace(SITE, overrides=(override,))

    found = declared(entry(), site=site)

    assert found.categories == (Category.MARKETING,)
    assert found.items[-1].purpose == {"nb": "Følger deg"}
    assert found.items[-1].vendor == "Google Analytics"


def test_each_category_has_a_revision_of_its_own_that_the_others_do_not_change():
    marketing = entry("_fbp", category=Category.MARKETING, vendor="Meta")

    before = declared(entry()).category_revisions
    after = declared(entry(), marketing).category_revisions

    assert before["statistics"] == after["statistics"]
    assert before["functional"] == after["functional"]
    assert before["marketing"] != after["marketing"]
    assert {len(revision) for revision in after.values()} == {4}
