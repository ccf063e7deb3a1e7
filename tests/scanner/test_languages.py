"""Texts, the choice of a language, lifetimes in words."""

import json
from pathlib import Path

import pytest
from babel import Locale

from scanner import languages
from scanner.languages import LANGUAGES, choose, counted, lifetime_in_words, texts
from scanner.model import Category, Kind

DAY = 86400
LOCALE = Path(languages.__file__).parent / "locale"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_names_every_category_and_every_kind_of_lifetime(language):
    own = json.loads((LOCALE / f"{language}.json").read_text(encoding="utf-8"))

    assert set(own["categories"]) == set(Category)
    assert {"session", "tab", "deleted", "not_stored"} <= set(own["lifetimes"])


def test_a_gap_is_filled_from_the_nearest_language(monkeypatch):
    files = {
        "en": {"a": {"x": "en", "y": "en", "z": "en"}},
        "nb": {"a": {"x": "nb", "y": "nb"}},
        "nn": {"a": {"x": "nn"}},
    }
    monkeypatch.setattr(languages, "_file", lambda language, _: files[language])
    languages._texts.cache_clear()

    merged = texts("nn")

    assert merged == {"a": {"x": "nn", "y": "nb", "z": "en"}}
    languages._texts.cache_clear()


def test_an_unknown_language_gets_texts_that_its_speakers_can_read():
    assert texts("no")["language"] == "Norsk bokmål"
    assert texts("sv-FI")["language"] == "Svenska"
    assert texts("ja")["language"] == "English"


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (["sv"], ["nb", "sv"], "sv"),
        (["sv-FI"], ["nb", "sv"], "sv"),
        (["sv-FI"], ["sv", "sv-FI"], "sv-FI"),
        (["nn"], ["en", "nb"], "nb"),
        (["no"], ["en", "nb"], "nb"),
        (["nb_NO"], ["en", "no"], "no"),
        (["ja", "da"], ["nb", "da"], "da"),
        (["ja"], ["nb", "da"], "nb"),
        ([], ["nb"], "nb"),
        ("de-AT,de;q=0.9,en;q=0.8", ["en", "de"], "de"),
        ("en;q=0.3, fi;q=0.9", ["en", "fi"], "fi"),
        ("fi;q=0, en;q=0.1", ["fi", "nb", "en"], "en"),
        ("fi;q=much", ["nb", "fi"], "nb"),
        ("*", ["nb", "fi"], "nb"),
        ("", ["nb", "fi"], "nb"),
    ],
)
def test_the_language_that_suits_best_is_chosen(wanted, offered, chosen):
    assert choose(wanted, offered) == chosen


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2 * 365 * DAY, "2 år"),
        (2 * 365.25 * DAY, "2 år"),
        (365 * DAY, "1 år"),
        (400 * DAY, "400 dager"),
        (400 * DAY - 1.7, "400 dager"),
        (13 * 30.4375 * DAY, "13 måneder"),
        (390 * DAY, "13 måneder"),
        (25 * 30.4375 * DAY, "25 måneder"),
        (180 * DAY, "6 måneder"),
        (90 * DAY, "3 måneder"),
        (30 * DAY, "30 dager"),
        (DAY, "1 dag"),
        (20 * 3600, "20 timer"),
        (90 * 60, "90 minutter"),
        (600, "10 minutter"),
        (597, "10 minutter"),
        (60, "1 minutt"),
        (1, "1 sekund"),
        (14.29 * DAY, "14 dager"),
        (27.4 * 365 * DAY, "27 år"),
    ],
)
def test_a_lifetime_is_told_in_the_unit_that_people_would_use(seconds, words):
    assert lifetime_in_words(seconds, Kind.COOKIE, "nb") == words


@pytest.mark.parametrize(
    ("language", "years", "months", "days", "minutes", "session", "storage"),
    [
        (
            "en", "2 years", "13 months", "400 days", "10 minutes",
            "until you close the browser", "until it is deleted",
        ),
        (
            "nb", "2 år", "13 måneder", "400 dager", "10 minutter",
            "til du lukker nettleseren", "til det blir slettet",
        ),
        (
            "nn", "2 år", "13 månadar", "400 dagar", "10 minutt",
            "til du lukkar nettlesaren", "til det blir sletta",
        ),
        (
            "sv", "2 år", "13 månader", "400 dagar", "10 minuter",
            "tills du stänger webbläsaren", "tills det raderas",
        ),
        (
            "da", "2 år", "13 måneder", "400 dage", "10 minutter",
            "indtil du lukker browseren", "indtil det bliver slettet",
        ),
        (
            "fi", "2 vuotta", "13 kuukautta", "400 päivää", "10 minuuttia",
            "kunnes suljet selaimen", "kunnes se poistetaan",
        ),
        (
            "de", "2 Jahre", "13 Monate", "400 Tage", "10 Minuten",
            "bis Sie den Browser schließen", "bis es gelöscht wird",
        ),
        (
            "fr", "2 ans", "13 mois", "400 jours", "10 minutes",
            "jusqu’à la fermeture du navigateur", "jusqu’à sa suppression",
        ),
    ],
)  # fmt: skip
def test_each_language_has_its_own_units_and_plurals(
    language, years, months, days, minutes, session, storage
):
    def said(seconds, kind=Kind.COOKIE):
        return lifetime_in_words(seconds, kind, language)

    assert said(730 * DAY) == years
    assert said(13 * 30.4375 * DAY) == months
    assert said(400 * DAY) == days
    assert said(600) == minutes
    assert said(None) == session
    assert said(None, Kind.LOCAL_STORAGE) == storage


def test_what_is_kept_elsewhere_than_in_a_cookie_ends_otherwise():
    assert lifetime_in_words(None, Kind.SESSION_STORAGE, "en") == "until you close the tab"
    assert lifetime_in_words(None, Kind.INDEXED_DB, "en") == "until it is deleted"
    assert lifetime_in_words(None, Kind.REQUEST, "en") == "nothing is stored"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_has_a_word_in_every_language(language):
    for length in (1, 60, 3600, 86400, 30 * 86400, 365 * 86400):
        for count in (1, 2, 3, 5, 6, 11, 13, 90):
            words = lifetime_in_words(float(count * length), Kind.COOKIE, language)

            assert "duration" not in words, words
            assert "{count}" not in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_and_joins_are_those_of_unicode_cldr(language):
    cldr = Locale.parse(language)
    counts = [*range(205), 1000, 1001, 1002]
    forms = {form: form for form in ("zero", "one", "two", "few", "many", "other")}
    patterns = cldr.list_patterns["standard"]

    ours = [counted(forms, count, language) for count in counts]

    assert ours == [cldr.plural_form(count) for count in counts]
    assert texts(language)["joins"] == [
        patterns[name].replace("{0}", "").replace("{1}", "") for name in ("2", "middle", "end")
    ]
