"""The declaration as people read it."""

import datetime as dt

import msgspec
import pytest
from playwright.sync_api import expect

from consent_server.declaration_page import html, language_of, markdown, values
from consent_server.model import Declaration, Item
from scanner.languages import LANGUAGES, texts
from scanner.model import Banner, Category, Controller, Kind, Party

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
GA = Item(
    kind=Kind.COOKIE,
    name="_ga",
    domain=".shop.example",
    party=Party.FIRST,
    category=Category.STATISTICS,
    vendor="Google Analytics",
    country="IE",
    policy="https://policies.google.com/privacy",
    set_by="www.googletagmanager.com",
    purpose={"nb": "Teller besøk", "en": "Counts visits", "sv": "Räknar besök", "da": "Tæller"},
    lifetime=63_072_000.0,
)
SESSION = msgspec.structs.replace(
    GA,
    name="ASP.NET_SessionId",
    category=Category.NECESSARY,
    vendor=None,
    country=None,
    policy=None,
    set_by=None,
    purpose={},
    lifetime=None,
)
DECLARATION = Declaration(
    site="shop",
    revision="0123456789abcdef",
    url="https://www.shop.example/",
    languages=("nb", "sv", "da", "en"),
    controller=Controller(
        name="Eksempel AS",
        contact="personvern@shop.example",
        policy="https://www.shop.example/personvern",
    ),
    banner=Banner(),
    cookie_domains=("shop.example",),
    scanned_at=NOON,
    categories=(Category.STATISTICS,),
    items=(SESSION, GA),
)


def declaration(**facts):
    return msgspec.structs.replace(DECLARATION, **facts)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            ("2 år", "til du lukker nettleseren", "22. november 2026", "Irland", "Teller besøk"),
        ),
        ("sv", ("2 år", "22 november 2026", "Irland", "Räknar besök", "webbläsare")),
        ("da", ("2 år", "22. november 2026", "Irland", "Tæller")),
        ("en", ("2 years", "until you close the browser", "November 22, 2026", "Ireland")),
    ],
)
def test_the_page_speaks_the_language_asked_for(language, words):
    page = html(DECLARATION, language)

    assert f'<html lang="{language}" dir="ltr">' in page
    assert [word for word in words if word not in page] == []
    assert "Eksempel AS" in page
    assert "mailto:personvern@shop.example" in page
    assert "{" not in page.split("</style>")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language):
    words = texts(language)["declaration"]

    assert set(words["kinds"]) == {kind.value for kind in Kind}
    assert language == "en" or words != texts("en")["declaration"]
    assert "{site}" in words["title"]
    assert "{date}" in words["scanned"]


def test_an_item_without_purpose_says_so():
    page = html(declaration(items=(SESSION,)), "nb")

    assert "Ikke kjent ennå" in page


def test_a_purpose_is_told_in_the_nearest_language_that_there_is():
    page = html(declaration(items=(msgspec.structs.replace(GA, purpose={"nb": "Teller"}),)), "nn")

    assert "Teller" in page


def test_a_purpose_in_another_language_than_the_page_says_in_which():
    shown = html(declaration(items=(GA,)), "fi")

    assert '<span lang="nb" dir="auto">Teller besøk</span>' in shown
    assert "<span>Räknar besök</span>" in html(declaration(items=(GA,)), "sv")


def test_a_site_that_was_never_scanned_says_so():
    assert "er ikke kontrollert ennå" in html(declaration(scanned_at=None), "nb")


def test_names_made_by_strangers_cannot_change_the_page():
    hostile = msgspec.structs.replace(GA, name="<script>alert(1)</script>", vendor='"><img src=x>')

    page = html(declaration(items=(hostile,)), "nb")

    assert "<script" not in page
    assert "<img" not in page


def test_names_made_by_strangers_cannot_change_the_table():
    hostile = msgspec.structs.replace(GA, name="a|b`c*\n| d", vendor="[x](javascript:alert(1))")

    text = markdown(declaration(items=(hostile,)), "en")

    (line,) = [line for line in text.splitlines() if "Counts visits" in line]
    assert line.startswith(r"| a\|b\`c\*")
    assert r"\[x\](javascript" in line


def test_a_served_page_offers_the_other_languages():
    page = html(DECLARATION, "nb", switch=True)

    assert '<a href="?lang=sv" lang="sv" hreflang="sv">' in page
    assert 'href="?lang=nb"' not in page
    assert "?lang=" not in html(DECLARATION, "nb")


def test_markdown_has_a_table_for_each_category():
    text = markdown(DECLARATION, "nb")

    assert "## Nødvendige" in text
    assert "## Statistikk" in text
    assert text.count("|---|---|---|---|---|") == 2
    assert "2 år" in text


def test_markdown_says_who_sets_an_item_where_that_is_not_its_vendor():
    own = msgspec.structs.replace(GA, vendor=None)

    assert "| Google Analytics, Irland, settes av www.googletagmanager.com (" in markdown(
        DECLARATION, "nb"
    )
    assert "settes av" not in markdown(declaration(items=(own,)), "nb")


def test_plain_values_have_whole_seconds_and_words():
    found = values(DECLARATION, "nb")

    session, ga = found["items"]
    assert found["revision"] == "0123456789abcdef"
    assert found["language"] == "nb"
    assert (ga["lifetime"], ga["lifetime_text"]) == (63_072_000, "2 år")
    assert isinstance(ga["lifetime"], int)
    assert ga["purpose_text"] == "Teller besøk"
    assert session["lifetime"] is None


def test_the_site_s_first_language_is_spoken_when_another_is_asked_for():
    assert language_of(DECLARATION, "fi") == "nb"
    assert language_of(DECLARATION, "sv") == "sv"
    assert language_of(DECLARATION, None) == "nb"


@pytest.fixture
def shown(page, tmp_path):
    def show(language, *, scheme="light", width=1000):
        file = tmp_path / f"{language}.html"
        file.write_text(html(DECLARATION, language, switch=True), encoding="utf-8")
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        page.goto(file.as_uri())
        return page

    return show


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("nb", "light", 1000), ("nb", "dark", 320), ("ar", "light", 320), ("ar", "dark", 1000)],
)
def test_axe_finds_nothing(shown, language, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(shown(language, scheme=scheme, width=width))

    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_sticks_out_at_320_pixels(shown, language):
    page = shown(language, width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    expect(page.get_by_role("columnheader")).to_have_count(10)
    expect(page.get_by_role("rowheader").first).to_be_visible()


def test_nothing_is_loaded_and_nothing_runs(shown):
    page = shown("nb")

    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
