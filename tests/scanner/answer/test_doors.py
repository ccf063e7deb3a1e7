import pytest

from scanner.answer.control import Control
from scanner.answer.doors import is_text, likeliest
from scanner.answer.look import Door


def door(label, **facts):
    return Door(None, Control(element=0, label=label, **facts), None)


@pytest.mark.parametrize(
    "label",
    [
        "Samtykke",
        "Mine samtykker",
        "Samtycke",
        "Einwilligung",
        "Informasjonskapsler",
        "Cookieinställningar",
        "Administrér samtykke",
        "Do Not Sell or Share My Personal Information",
        "Trekk tilbake samtykket ditt",
    ],
)
def test_a_link_that_names_the_consent_may_show_the_banner_again(label):
    found = door(label)

    assert likeliest([found], ()) is found


@pytest.mark.parametrize("label", ["Godta alle", "Reject all", "Meld deg på", "Lukk"])
def test_another_button_is_no_door(label):
    assert likeliest([door(label)], ()) is None


def test_a_floating_sign_is_a_door_by_what_is_said_aloud():
    sign = door("", name="Samtycke till kakor", floating=True)

    assert likeliest([sign], ()) is sign
    assert likeliest([door("", name="Lukk cookies", floating=True)], ()) is None


def test_a_withdrawal_in_so_many_words_comes_first():
    named, withdrawal = door("Samtykke"), door("Trekk tilbake samtykke")

    assert likeliest([named, withdrawal], ()) is withdrawal


def test_a_door_that_was_tried_is_not_tried_again():
    assert likeliest([door("Samtykke")], {"samtykke"}) is None


def test_a_link_to_another_site_is_no_door():
    assert likeliest([door("Mine samtykker", leads="away")], ()) is None


@pytest.mark.parametrize(
    "label",
    [
        "Personvernerklæring",
        "Integritetspolicy",
        "Privatlivspolitik",
        "Tietosuojaseloste",
        "Datenschutz",
        "Politique de confidentialité",
        "Privacy Notice",
        "Polityka prywatności",
    ],
)
def test_a_text_on_privacy_is_the_last_place_to_look(label):
    text, named = door(label, leads="site"), door("Samtykke", leads="site", tucked=True)

    assert likeliest([text], ()) is text
    assert is_text(text.control)
    assert not is_text(named.control)
    assert likeliest([text, named], ()) is named


@pytest.mark.parametrize(
    ("label", "leads"),
    [("Personvernerklæring", "away"), ("Vilkår", "site"), ("Les mer", "site")],
)
def test_another_text_is_no_place_to_look(label, leads):
    assert likeliest([door(label, leads=leads)], ()) is None
