import tomllib
from pathlib import Path

import pytest

from scanner.answer.words import (
    Meaning,
    category,
    forbids,
    meaning,
    refuses,
    refuses_by_closing,
    reopens,
    says_all,
    stems,
    subjects,
    traps,
    turns,
)
from scanner.model import Category

LABELS = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("label", "expected"),
    [(label, expected) for expected, labels in LABELS.items() for label in labels],
)
def test_a_label_is_understood(label, expected):
    assert meaning(label) == expected


def test_a_soft_hyphen_does_not_part_a_word():
    assert meaning("God\u00adta alle") is Meaning.ACCEPT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Usiamo i cookie. Chiudendo il banner con la X rifiuti tutti i cookie.", True),
        ("En fermant cette fenêtre, vous refusez les cookies.", True),
        ("By closing this banner you continue without accepting.", True),
        ("Ved å lukke avviser du alle.", True),
        ("Wenn Sie dieses Fenster schließen, stimmen Sie zu.", False),
        ("You can close this or reject all.", False),
        ("By closing this you accept. You can reject all in the settings.", False),
    ],
)
def test_a_text_may_say_that_to_close_it_is_to_refuse(text, expected):
    assert refuses_by_closing(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vil du avvise informasjonskapsler?", True),
        ("Would you like to continue without cookies?", True),
        ("Möchten Sie Cookies blockieren?", True),
        ("Do you object to cookies?", True),
        ("Vil du ikke godta kakor?", True),
        ("Är du säker?", True),
        ("Do you accept cookies?", False),
        ("Vil du godta eller avvise informasjonskapsler?", False),
        ("You can refuse at any time. May we use cookies?", False),
        ("Refuse what you do not want.", False),
    ],
)
def test_a_question_may_be_one_to_which_a_yes_says_no(text, expected):
    assert turns(text) is expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("İşlevsel", Category.FUNCTIONAL),
        ("ΣΤΑΤΙΣΤΙΚΑ", Category.STATISTICS),
        ("Kävijäseuranta", Category.STATISTICS),
        ("Trafikmåling", Category.STATISTICS),
        ("Trafikkmåling", Category.STATISTICS),
        ("Besöksmätning", Category.STATISTICS),
        ("Egenskaper", Category.FUNCTIONAL),
        ("Kjekt å ha", Category.FUNCTIONAL),
        ("Stillingar", Category.FUNCTIONAL),
        ("Sosiale medier", Category.MARKETING),
        ("Kohdentaminen", Category.MARKETING),
    ],
)
def test_a_switch_is_for_what_its_label_says(label, expected):
    assert category(label) is expected


def test_a_page_is_searched_for_words_as_they_are_written_and_in_capitals():
    sought = stems("revisit").split("|")

    assert any(phrase.startswith("ρυθμίσεισ") for phrase in sought)
    assert any(phrase.startswith("ρυθμισεισ") for phrase in sought)


def test_everything_is_more_than_something():
    assert says_all("Tillat alle")
    assert not says_all("Tillat valgte")


@pytest.mark.parametrize(
    "label",
    [
        "Cookie-innstillinger",
        "Cookieinställningar",
        "Cookie settings",
        "Evästeasetukset",
        "Endre samtykke",
    ],
)
def test_a_control_for_later_is_known(label):
    assert reopens(label)


def test_the_refusing_radio_button_is_known():
    assert refuses("Nei")
    assert refuses("Avvis statistikk")
    assert not refuses("Ja")


def test_other_dialogs_speak_otherwise():
    assert traps("Meld deg på nyhetsbrevet og få 10 % rabatt") == 3
    assert subjects("Meld deg på nyhetsbrevet") == 0
    assert subjects("Vi bruker informasjonskapsler. Cookies er små filer.") == 2


@pytest.mark.parametrize(
    ("label", "no"),
    [
        ("Do not use statistics cookies", True),
        ("Opt-out of marketing", True),
        ("Object to legitimate interest", True),
        ("Ikke bruk statistikk", True),
        ("Använd inte marknadsföring", True),
        ("Statistik-Cookies nicht verwenden", True),
        ("Ne pas utiliser de cookies publicitaires", True),
        ("Statistics", False),
        ("Cookies that are not necessary", False),
        ("Ikke klassifiserte", False),
        ("Non-functional cookies", False),
        ("Necessary cookies (do not turn off)", False),
    ],
)
def test_a_switch_may_be_on_to_say_no(label, no):
    assert forbids(label) is no
