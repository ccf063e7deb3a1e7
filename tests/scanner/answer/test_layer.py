import msgspec
import pytest

from scanner.answer.control import Control, Switch
from scanner.answer.layer import Layer, banners
from scanner.answer.plan import plan


def layer(root, *labels, inside=(), switches=0, fields=0):
    return Layer(
        root=root,
        inside=inside,
        kind="overlay",
        platform=None,
        hint=False,
        dialog=False,
        text="We use cookies on this website.",
        fields=fields,
        controls=tuple(Control(element=i, label=label) for i, label in enumerate(labels)),
        switches=tuple(Switch(element=9, label="Statistics", on=True) for _ in range(switches)),
    )


def roots(*layers):
    return [layer.root for layer in banners(layers)]


def test_of_two_layers_with_the_same_answers_the_inner_is_the_banner():
    assert roots(
        layer(1, "Menu", "Accept", "Reject"), layer(2, "Accept", "Reject", inside=(1,))
    ) == [2]


def test_a_layer_with_switches_is_more_than_its_row_of_buttons():
    outer = layer(1, "Accept all", "Save", switches=2)

    assert roots(outer, layer(2, "Accept all", "Save", inside=(1,))) == [1]


def test_a_layer_with_another_answer_is_more_than_its_inner_part():
    assert roots(layer(1, "Accept", "Reject"), layer(2, "Accept", inside=(1,))) == [1]


def test_a_banner_in_an_application_with_a_form_is_found():
    outer = layer(1, "Subscribe", "Accept", "Reject", fields=1)

    assert roots(outer, layer(2, "Accept", "Reject", inside=(1,))) == [2]


def test_two_banners_beside_each_other_are_two():
    assert roots(layer(1, "OK", "Reject"), layer(2, "Accept", "Reject")) == [1, 2]


def part(root, *labels, inside):
    return msgspec.structs.replace(layer(root, *labels, inside=inside), kind="named")


def test_a_banner_that_asks_of_two_subjects_in_two_parts_is_one():
    whole = layer(1, "Accept", "Reject", "Accept", "Reject")
    parts = [part(root, "Accept", "Reject", inside=(1,)) for root in (2, 3)]

    assert roots(whole, *parts) == [1]


def test_a_notice_that_can_only_be_closed_is_a_banner_without_an_answer():
    notice = msgspec.structs.replace(layer(1, "×"), hint=True)

    assert roots(notice) == [1]
    assert plan(notice, "no", ()) is None
    assert plan(notice, "yes", ()).closes


def test_what_only_happens_to_sell_cookies_is_not_closed():
    shop = msgspec.structs.replace(layer(1, "Close"), text="This site ships cookies. We use rye.")

    assert roots(shop) == []
    assert shop.is_riddle


def test_a_long_text_that_can_be_closed_is_no_notice():
    text = msgspec.structs.replace(layer(1, "×"), hint=True, text="We use cookies. " * 100)

    assert not text.is_notice


def test_what_asks_in_words_that_are_not_understood_may_be_a_banner():
    asks = msgspec.structs.replace(layer(1, "Hurra", "Bah"), text="We use cookies for marketing.")
    sells = msgspec.structs.replace(asks, text="Our cookies! Sign up to the newsletter.")
    bakes = msgspec.structs.replace(asks, text="Oatmeal cookies, with raisins.")

    assert roots(asks) == []
    assert [layer.is_riddle for layer in (asks, sells, bakes)] == [True, False, False]


def test_what_tells_of_baking_is_no_riddle_unless_it_is_called_by_consent():
    recipe = msgspec.structs.replace(
        layer(1, "Yum"), text="We use cookies on our site, with butter."
    )
    called = msgspec.structs.replace(recipe, hint=True)

    assert [recipe.is_riddle, called.is_riddle] == [False, True]


def test_what_is_bought_instead_does_not_make_a_wall_another_dialog():
    text = "Käytämme evästeitä ja näytämme mainoksia. Hyväksy ja jatka Tilaa ilman mainoksia 5 €/kk"
    wall = layer(1, "Hyväksy ja jatka", "Tilaa ilman mainoksia 5 €/kk")
    letter = layer(1, "Hyväksy ja jatka", "Uutiskirje")

    assert roots(msgspec.structs.replace(wall, text=text)) == [1]
    assert roots(msgspec.structs.replace(letter, text=f"{text} Uutiskirje")) == []


@pytest.mark.parametrize(
    ("labels", "unread"),
    [
        (("Accept", "Zorble"), ["Zorble"]),
        (("Accept", "Don't reject"), ["Don't reject"]),
        (("Accept", "Reject", "Read more", "×", "EN", "i"), []),
        (("Accept", "Pay 4 € a month", "Statistics", "Select all"), []),
    ],
)
def test_buttons_whose_words_are_not_understood_are_known(labels, unread):
    assert [control.label for control in layer(1, *labels).unread] == unread


def test_what_unfolds_a_part_or_leads_away_is_no_riddle():
    unfolds = Control(element=1, label="Zorble", opens=True)
    away = Control(element=2, label="Zorble", leads="away")
    accept = Control(element=3, label="Accept")

    assert msgspec.structs.replace(layer(1), controls=(unfolds, away, accept)).unread == ()
