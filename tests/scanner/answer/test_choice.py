import pytest

from scanner.answer.choice import choices
from scanner.answer.control import Control, Switch
from scanner.model import Category


def button(place, label, group, *subjects):
    return Control(element=place, label=label, group=group, subjects=subjects)


def radio(place, label, name, *subjects, **facts):
    return Switch(
        element=place, label=label, on=False, radio=name, group=9, subjects=subjects, **facts
    )


def found(controls=(), switches=()):
    return [(c.category, c.yes.element, c.no.element) for c in choices(controls, switches)]


def test_two_buttons_beside_each_service_are_choices():
    panel = [
        button(1, "Allow", 10, "Counter", "Audience measurement"),
        button(2, "Deny", 10, "Counter", "Audience measurement"),
        button(3, "Allow", 20, "Pixel", "Advertising"),
        button(4, "Deny", 20, "Pixel", "Advertising"),
    ]

    assert found(panel) == [(Category.STATISTICS, 1, 2), (Category.MARKETING, 3, 4)]


def test_the_banners_own_two_buttons_are_no_choice():
    assert found([button(1, "Allow", 10, "Analytics"), button(2, "Deny", 10, "Analytics")]) == []


def test_buttons_that_share_their_place_with_others_are_no_choice():
    panel = [
        button(1, "Accept", 10, "Privacy and analytics"),
        button(2, "Deny", 10, "Privacy and analytics"),
        button(3, "Save", 10, "Privacy and analytics"),
    ]

    assert found(panel) == []


def test_buttons_beside_switches_are_no_choice():
    panel = [
        button(1, "Accept", 9, "Analytics"),
        button(2, "Deny", 9, "Analytics"),
        button(3, "Save", None),
    ]

    assert found(panel, [Switch(element=5, label="Analytics", on=True, group=9)]) == []


@pytest.mark.parametrize("yes", ["Yes", "Tillåt", "On"])
def test_two_radio_buttons_are_a_choice(yes):
    pair = [radio(1, yes, "s", "Statistik"), radio(2, "Tillåt inte", "s", "Statistik")]

    assert found(switches=pair) == [(Category.STATISTICS, 1, 2)]


def test_radio_buttons_for_all_at_once_or_that_cannot_be_turned_are_no_choice():
    everything = [radio(1, "Tout accepter", "all"), radio(2, "Tout refuser", "all")]
    fixed = [radio(3, "Accepter", "n"), radio(4, "Refuser", "n", disabled=True)]

    assert found(switches=[*everything, *fixed]) == []
