from scanner.answer.control import Control, Switch, topic
from scanner.model import Category


def test_what_is_said_aloud_counts_where_a_sign_says_nothing():
    control = Control(element=0, label="✕", name="Decline cookies")

    assert control.meaning == "reject"


def test_a_cross_does_what_it_is_called():
    signs = [Control(element=0, label="×", name=name) for name in ("Reject all", "Close", "")]

    assert [sign.meaning for sign in signs] == ["reject", "close", "close"]


def test_the_heading_of_a_banner_names_no_category():
    assert topic(["Cookie preferences"]) is None
    assert topic(["Cookie preferences", "Marketing"]) is Category.MARKETING


def test_a_name_says_more_than_a_sentence_that_stands_nearer():
    told = "What we learn here may also steer some of our marketing"

    assert topic([told, "Statistics cookies"]) is Category.STATISTICS
    assert topic([told, "Your privacy options"]) is Category.MARKETING


def test_a_button_that_leads_away_or_that_cannot_be_pressed_means_nothing():
    away = Control(element=0, label="Accept all", leads="away")
    disabled = Control(element=1, label="Accept all", disabled=True)

    assert [away.meaning, disabled.meaning] == ["none", "none"]


def test_a_switch_without_a_telling_label_is_for_what_stands_around_it():
    switch = Switch(element=0, label="On", on=True, subjects=("Statistics",))

    assert switch.category is Category.STATISTICS
