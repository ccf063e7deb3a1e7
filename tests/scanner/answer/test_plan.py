import pytest

from scanner.answer.control import Control, Switch
from scanner.answer.layer import Layer
from scanner.answer.plan import accepts_chosen, plan
from scanner.answer.words import Meaning
from scanner.model import Category

PAY_OR_CONSENT = "Vi bruker informasjonskapsler til annonser. Godta, eller abonner uten sporing."
SURVEY = "Help us improve this website with a short survey. See our privacy and cookie policy."


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


@pytest.mark.parametrize("label", ["Godta", "OK", "Lagre", "Lukk"])
def test_a_no_is_never_given_by_another_button(label):
    assert plan(layer(label), "no", ()) is None


@pytest.mark.parametrize("label", ["Les mer", "Mer", "Mehr", "Läs mer"])
def test_where_nothing_else_is_there_more_is_shown_before_a_no(label):
    step = plan(layer("Godta", label), "no", ())

    assert (pressed(step), step.final) == (label, False)
    assert pressed(plan(layer("Avvis", label), "no", ())) == "Avvis"


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
        (layer("Nei takk", text="Ferske cookies! Vi bruker smør i våre cookies."), False),
        (layer("Yes, I agree", "No, thanks", text=SURVEY), False),
        (layer("Godta og fortsett", text=PAY_OR_CONSENT), True),
        (layer("Ja, avvis alle", "Nei, godta alle", text="Vil du avvise cookies?"), True),
        (layer("Godta", text="Godta cookies for å se video", kind="named", stays=False), False),
        (layer("Godta", text="Godta cookies for å se video", kind="named", hint=True), True),
    ],
)
def test_a_banner_asks_for_consent_and_can_be_answered(given, expected):
    assert given.is_banner is expected


def test_one_category_is_turned_on_after_all_else_is_off():
    everything, nested = switch("Alle", on=True), switch("Tjenesten", on=True)
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


def test_a_layer_with_a_switch_for_each_of_two_categories_is_one_of_consent():
    switches = (switch("Statistik", on=False), switch("Marknadsföring", on=False))

    assert layer("Tillåt urval", text="Dina val", switches=switches).is_banner
    assert not layer("OK", text="Dina val", switches=switches).is_banner


def levels(*labels, on):
    return tuple(
        Switch(element=n, label=label, on=n == on, radio="level") for n, label in enumerate(labels)
    )


def test_of_several_levels_a_no_chooses_the_least():
    choices = levels("Nødvendige", "Kun nødvendige og statistik", "Alle cookies", on=2)

    step = plan(layer("Gem", switches=choices), "no", ())

    assert (pressed(step), step.turn) == ("Gem", choices[:1])


def test_of_several_levels_a_yes_chooses_all():
    choices = levels("Kun nødvendige", "Statistik", "Alle cookies", on=0)

    step = plan(layer("Gem", switches=choices), "yes", ())

    assert (pressed(step), step.turn) == ("Gem", choices[2:])


def test_a_level_that_nobody_knows_to_refuse_is_not_saved():
    choices = levels("Bronse", "Sølv", "Gull", on=2)

    assert plan(layer("Lagre", switches=choices), "no", ()) is None


@pytest.mark.parametrize(
    ("answer", "on", "turned"), [("no", True, True), ("no", False, False), ("yes", False, True)]
)
def test_an_ok_beside_switches_takes_them_as_they_are(answer, on, turned):
    box = switch("Statistik", on=on)

    step = plan(layer("OK", switches=(box,)), answer, ())

    assert (pressed(step), step.turn) == ("OK", (box,) if turned else ())


@pytest.mark.parametrize("other", ["Godta alle", "Innstillinger"])
def test_an_ok_beside_another_way_is_no_refusal(other):
    step = plan(layer("OK", other, switches=(switch("Statistikk", on=True),)), "no", ())

    assert pressed(step) != "OK"


def test_a_save_that_sleeps_is_pressed_once_a_switch_is_turned():
    box = switch("Statistikk", on=True)

    step = plan(layer(control("Lagre valg", disabled=True), switches=(box,)), "no", ())

    assert (pressed(step), step.turn) == ("Lagre valg", (box,))
    assert plan(layer(control("Avvis alle", disabled=True)), "no", ()) is None


def test_a_no_looks_at_the_part_for_legitimate_interests_before_it_saves():
    tab = control("Legitimate interest", tab=True)
    banner = layer(tab, "Save and exit", switches=[switch("Advertising", on=True)])

    first = plan(banner, "no", ())
    then = plan(banner, "no", (), opened={"legitimate interest"})

    assert (pressed(first), first.final) == ("Legitimate interest", False)
    assert [turned.label for turned in first.turn] == ["Advertising"]
    assert (pressed(then), then.final) == ("Save and exit", True)


@pytest.mark.parametrize(
    "label",
    ["Berettiget interesse", "Berechtigtes Interesse", "Intérêts légitimes", "Oikeutettu etu"],
)
def test_the_part_for_legitimate_interests_is_known_in_other_languages(label):
    banner = layer(control(label), "Lagre", switches=[switch("Reklame", on=False)])

    assert pressed(plan(banner, "no", ())) == label


def test_a_button_that_refuses_all_needs_no_look_at_legitimate_interests():
    banner = layer(control("Legitimate interest", tab=True), "Reject all", "Save")

    assert pressed(plan(banner, "no", ())) == "Reject all"


def test_settings_of_consent_are_known_by_how_they_begin():
    facts = {"dialog": True, "switches": [switch("Develop products", on=True)]}
    settings = layer("Save and exit", text="Manage your consent preferences", **facts)
    account = layer("Save and exit", text="Your profile: name, language, alerts", **facts)

    assert settings.is_banner
    assert not account.is_banner


def test_a_cross_is_the_no_where_the_text_says_so_or_the_yes_is_a_tick():
    told = layer("Accetta", "×", text="Usiamo i cookie. Chiudendo con la X rifiuti tutti i cookie.")
    agreeing = layer("Accetta", "×", text="Usiamo i cookie. Chiudendo con la X acconsenti.")

    assert pressed(plan(told, "no", ())) == "×"
    assert pressed(plan(layer("✓", "✗"), "no", ())) == "✗"
    assert plan(agreeing, "no", ()) is None
    assert plan(layer("Godta", "×"), "no", ()) is None


def test_an_accept_beside_switches_may_take_them_as_they_are():
    off = switch("Statistikk", on=False)

    assert accepts_chosen(layer("Godta", switches=[off]))
    assert not accepts_chosen(layer("Godta alle", switches=[off]))
    assert accepts_chosen(layer("Bekreft alle", switches=[off]))
    assert not accepts_chosen(layer("Godta", "Lagre", switches=[off]))
    assert not accepts_chosen(layer("Godta"))
