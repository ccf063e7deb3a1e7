import pytest

from scanner.collectors.consent import Command, Framework, Layer, Said, checked


def test_what_a_page_says_is_taken_as_it_is_meant():
    command = {"command": "default", "index": 0, "values": {"ad_storage": "denied"}}
    told = {
        "layers": [{"name": "dataLayer", "tag": 2, "commands": [command]}],
        "tcf": {"applies": True, "consents": [1, 7]},
        "gpp": None,
        "usp": True,
    }

    assert checked(told) == Said(
        layers=(
            Layer("dataLayer", tag=2, commands=(Command("default", 0, {"ad_storage": "denied"}),)),
        ),
        tcf=Framework(applies=True, consents=(1, 7)),
        usp=True,
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "text",
        {"layers": 7},
        {"tcf": {"consents": [None]}},
        {"tcf": {"cmp": 1.5}},
        {"layers": [{"name": 5}]},
    ],
)
def test_what_a_page_says_in_a_form_of_its_own_counts_nothing(told):
    assert checked(told) == Said()
