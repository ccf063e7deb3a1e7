"""What others call categories, columns and lengths of time."""

import pytest

from scanner.knowledge.spellings import category, column, seconds

YEAR, MONTH, DAY = 31536000, 2592000, 86400


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Strictly Necessary Cookies", "necessary"),
        ("C0004", "marketing"),
        ("Nødvendige", "necessary"),
        ("Markedsføring", "marketing"),
        ("Marknadsföring", "marketing"),
        ("Inställningar", "functional"),
        ("Præferencer", "functional"),
        ("Välttämättömät", "necessary"),
        ("Statistiques", "statistics"),
        ("Targeting", "marketing"),
        ("analytics", "statistics"),
        ("Preferences", "functional"),
        ("Unbedingt erforderliche Cookies", "necessary"),
        ("Leistungs-Cookies", "statistics"),
        ("Cookies pour une publicité ciblée", "marketing"),
        ("Analytique", "statistics"),
        ("Strengt nødvendige informasjonskapsler", "necessary"),
        ("Ehdottoman välttämättömät evästeet", "necessary"),
        ("Absolut nödvändiga kakor", "necessary"),
        ("other", None),
        ("", None),
    ],
)
def test_categories_are_understood_in_anybodys_words(text, meant):
    assert category(text) == meant


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("Cookie Name", "name"),
        (" NamePattern ", "name"),
        ("Varaktighet", "lifetime"),
        ("Udbyder", "vendor"),
        ("Verkkotunnus", "domain"),
        ("Cookie-Name", "name"),
        ("Lebensdauer", "lifetime"),
        ("Beskrivelse", None),
    ],
)
def test_columns_are_understood_in_several_languages(heading, meant):
    assert column(heading) == meant


@pytest.mark.parametrize(
    ("text", "lifetime"),
    [
        ("2 years", 2 * YEAR),
        ("2 år", 2 * YEAR),
        ("13 mnd", 13 * MONTH),
        ("30 dager", 30 * DAY),
        ("1 vuosi", YEAR),
        ("2 kuukautta", 2 * MONTH),
        ("1,5 Stunden", 5400),
        ("1 an 6 mois", YEAR + 6 * MONTH),
        ("90d", 90 * DAY),
        ("Økt", None),
        ("Session", None),
    ],
)
def test_lengths_of_time_are_understood_in_several_languages(text, lifetime):
    assert seconds(text) == lifetime
