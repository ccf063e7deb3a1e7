import pytest

from scanner.answer.control import Control, Switch
from scanner.answer.layer import Layer
from scanner.answer.plan import plan
from scanner.answer.words import Meaning
from scanner.model import Category


def control(label, **facts):
    return Control(element=0, label=label, **facts)


def layer(*labels, switches=(), **facts):
    given = {
        "root": 0,
        "kind": "overlay",
        "platform": None,
        "hint": False,
        "dialog": False,
        "text": "Vi bruker informasjonskapsler på nettstedet.",
        "fields": 0,
    }
    controls = tuple(c if isinstance(c, Control) else control(c) for c in labels)
    return Layer(controls=controls, switches=tuple(switches), **(given | facts))


def switch(label, *, on, **facts):
    return Switch(element=1, label=label, on=on, **facts)


def pressed(step):
    return None if step is None else step.press.label


def test_a_yes_takes_the_button_that_says_all():
    banner = layer("Godta", "Godta alle", "Innstillinger")

    assert pressed(plan(banner, "yes", ())) == "Godta alle"


def test_a_no_takes_the_button_that_refuses():
    banner = layer("Godta alle", "Innstillinger", "Kun nødvendige", "Avvis alle")

    assert pressed(plan(banner, "no", ())) == "Avvis alle"


def test_a_no_goes_through_the_settings_where_nothing_refuses():
    step = plan(layer("Godta alle", "Innstillinger"), "no", ())

    assert (pressed(step), step.final) == ("Innstillinger", False)


def test_a_no_turns_off_what_is_on_before_it_saves():
    banner = layer(
        "Godta alle",
        "Lagre",
        switches=[
            switch("Nødvendige", on=True, disabled=True),
            switch("Statistikk", on=True),
            switch("Markedsføring", on=False),
        ],
    )

    step = plan(banner, "no", ())

    assert (pressed(step), [s.label for s in step.turn]) == ("Lagre", ["Statistikk"])


def test_a_yes_turns_on_what_is_off_where_nothing_accepts():
    banner = layer("Lagre", switches=[switch("Statistikk", on=False)])

    step = plan(banner, "yes", ())

    assert (pressed(step), [s.label for s in step.turn]) == ("Lagre", ["Statistikk"])


@pytest.mark.parametrize("label", ["Godta", "OK", "Lagre", "Lukk", "Les mer"])
def test_a_no_is_never_given_by_another_button(label):
    assert plan(layer(label), "no", ()) is None


def test_what_was_pressed_in_vain_is_not_pressed_again():
    banner = layer("Godta alle", "Avvis alle", "Innstillinger")

    assert pressed(plan(banner, "no", {"avvis alle"})) == "Innstillinger"
    assert plan(banner, "no", {"avvis alle", "innstillinger"}) is None


def test_a_refusal_that_only_turns_switches_is_saved():
    banner = layer("Avvis alle", "Lagre")

    assert pressed(plan(banner, "no", {"avvis alle"})) == "Lagre"


def test_a_rule_knows_better_than_the_words():
    banner = layer(control("Great", ruled=Meaning.REJECT), "Godta alle")

    assert pressed(plan(banner, "no", ())) == "Great"


def test_a_link_away_from_the_page_is_no_button():
    assert plan(layer(control("Avvis alle", leads="away")), "no", ()) is None


def test_a_tab_that_is_called_consent_is_no_button():
    assert plan(layer(control("Samtykke", tab=True)), "yes", ()) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (layer("Godta", "Avvis"), True),
        (layer("Les mer"), False),
        (layer("Innstillinger"), False),
        (layer("Innstillinger", platform="klaro"), True),
        (layer("Godta", fields=1), False),
        (layer("OK", text="Cookies: oppskrift på sjokoladekjeks"), False),
        (layer("Godta", "Avvis", text="Meld deg på nyhetsbrevet"), False),
        (layer("Ja", "Nei", text="Er du over 18? Vi bruker cookies på nettstedet."), False),
        (layer("OK", "Let me choose", text="More services?", hint=True), True),
    ],
)
def test_a_banner_asks_for_consent_and_can_be_answered(given, expected):
    assert given.is_banner is expected


def test_one_category_is_turned_on_after_all_else_is_off():
    everything, nested = switch("Alle", on=True), switch("Matomo", on=True)
    statistics, marketing = switch("Statistikk", on=True), switch("Markedsføring", on=False)

    step = plan(
        layer("Lagre", switches=(everything, statistics, nested, marketing)),
        Category.STATISTICS,
        (),
    )

    assert step.turn == (everything, nested)
    assert step.keep == (statistics,)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(("Accept all", "Accept"), "Accept"), (("Accept",), None), (("Accept all",), None)],
)
def test_accept_saves_the_switches_only_beside_an_accept_all(labels, expected):
    step = plan(
        layer(*labels, switches=(switch("Statistics", on=False),)),
        Category.STATISTICS,
        (),
    )

    assert pressed(step) == expected
