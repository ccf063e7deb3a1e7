"""What the widget is told about one site."""

import datetime as dt

import msgspec
import pytest

from consent_server.banner import config
from consent_server.model import Declaration, Item
from scanner.model import Banner, Category, Controller, Kind, Party


def item(name="_ga", *, vendor=None, country=None, party=Party.FIRST, domain=".shop.example"):
    return Item(
        kind=Kind.COOKIE,
        name=name,
        domain=domain,
        party=party,
        category=Category.STATISTICS,
        vendor=vendor,
        country=country,
        policy=None,
        set_by=None,
        purpose={"en": "Counts visitors."},
        lifetime=63072000,
    )


def declaration(*items, **changes):
    facts = {
        "site": "shop",
        "revision": "abc",
        "category_revisions": {"statistics": "12ab"},
        "url": "https://www.shop.example/",
        "languages": ("nb", "en"),
        "controller": Controller(name="Eksempel AS"),
        "banner": Banner(layout="bar"),
        "cookie_domains": ("shop.example",),
        "scanned_at": dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC),
        "categories": (Category.STATISTICS,),
        "items": items,
    }
    return Declaration(**{**facts, **changes})


def test_unanswered_banners_are_counted_only_where_the_owner_says_so():
    usual = config(declaration(banner=Banner()))
    counted = config(declaration(banner=Banner(unanswered="count")))

    assert "unanswered" not in usual["banner"]
    assert counted["banner"]["unanswered"] == "count"


def test_the_widget_is_told_what_the_banner_needs_and_no_more():
    told = config(declaration(item(vendor="Google Analytics")))

    texts = told.pop("texts")
    assert told == {
        "site": "shop",
        "revision": "abc",
        "category_revisions": {"statistics": "12ab"},
        "languages": ["nb", "en"],
        "categories": ["statistics"],
        "cookie_domains": ["shop.example"],
        "banner": {
            "layout": "bar",
            "theme": {},
            "revisit": "icon",
            "remember_days": 180,
            "blocking": "marked",
        },
        "controller": {"name": "Eksempel AS", "contact": None, "policy": None},
        "scanned_at": "2026-11-22T03:00:00Z",
        "items": [
            {
                "name": "_ga",
                "kind": "cookie",
                "domain": ".shop.example",
                "category": "statistics",
                "vendor": "Google Analytics",
                "party": "first",
            }
        ],
    }
    assert list(texts) == ["nb", "en"]
    assert texts["nb"]["reject"] == "Avvis alle"
    assert texts["nb"]["categories"]["statistics"]["name"] == "Statistikk"


def test_all_of_it_is_json():
    assert msgspec.json.decode(msgspec.json.encode(config(declaration(item()))))


def test_the_question_names_who_asks():
    question = config(declaration())["texts"]["en"]["question"]

    assert question.startswith("Eksempel AS asks for your consent")
    assert "{purposes}" in question


def test_a_site_without_a_named_controller_asks_in_the_name_of_its_host():
    question = config(declaration(controller=None))["texts"]["en"]["question"]

    assert question.startswith("shop.example asks")


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((), None),
        ((item(),), None),
        ((item(vendor="Google Analytics"),), "Én tredjepart er med."),
        (
            (
                item(vendor="Google Analytics"),
                item("_gid", vendor="Google Analytics"),
                item("uid", party=Party.THIRD, domain="ads.example"),
            ),
            "2 tredjeparter er med.",
        ),
    ],
)
def test_the_number_of_third_parties_is_said(items, said):
    assert config(declaration(*items))["texts"]["nb"]["partners"] == said


@pytest.mark.parametrize(("country", "said"), [("NO", False), ("US", True), (None, False)])
def test_a_transfer_out_of_the_eea_is_said(country, said):
    texts = config(declaration(item(vendor="X", country=country)))["texts"]["en"]

    assert bool(texts["transfer"]) is said


def test_a_theme_of_one_colour_gets_text_that_can_be_read_on_it():
    told = config(declaration(banner=Banner(theme={"accent": "#ffd500"})))

    assert told["banner"]["theme"] == {"accent": "#ffd500", "accent-text": "#000"}


@pytest.mark.parametrize(
    ("language", "joins"),
    [("en", [" and ", ", ", ", and "]), ("nb", [" og ", ", ", " og "]), ("ar", [" و"] * 3)],
)
def test_the_widget_is_told_how_a_list_is_written(language, joins):
    told = config(declaration(languages=(language,)))

    assert told["texts"][language]["joins"] == joins
