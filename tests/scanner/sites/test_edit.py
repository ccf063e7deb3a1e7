"""An override is written into sites.yaml, and nothing else changes."""

import pytest

from scanner.model import Category, Override
from scanner.sites import parse
from scanner.sites.edit import CannotEdit, with_override

CART = Override(
    name='c"art_*',
    category=Category.NECESSARY,
    domain="shop.example",
    purpose={"nb": "Kurven: din"},
)
LINE = (
    '{name: "c\\"art_*", category: necessary, domain: "shop.example", purpose: {nb: "Kurven: din"}}'
)


def edited(text):
    return with_override(text, site="shop", override=CART)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "sites:\n  shop:  # ours\n    url: https://a.example/ # yes\n\n  b: {url: https://b.no}\n",
            (
                "sites:\n  shop:  # ours\n    url: https://a.example/ # yes\n    overrides:\n"
                f"      - {LINE}\n\n  b: {{url: https://b.no}}\n"
            ),
        ),
        (
            "sites:\n  shop: {url: 'https://a.example/'}\n",
            f"sites:\n  shop: {{overrides: [{LINE}], url: 'https://a.example/'}}\n",
        ),
        (
            (
                "sites:\n  shop:\n    overrides:\n    # first\n    - name: x\n"
                "      category: marketing\n    url: https://a.example/\n"
            ),
            (
                "sites:\n  shop:\n    overrides:\n    # first\n"
                f"    - {LINE}\n    - name: x\n"
                "      category: marketing\n    url: https://a.example/\n"
            ),
        ),
        (
            (
                "sites:\n  shop:\n    url: https://a.example/\n"
                "    overrides: [{name: x, category: marketing}]"
            ),
            (
                "sites:\n  shop:\n    url: https://a.example/\n"
                f"    overrides: [{LINE}, {{name: x, category: marketing}}]"
            ),
        ),
        (
            "sites:\n  shop:\n    url: https://a.example/\n    banner:\n      layout: bar",
            (
                "sites:\n  shop:\n    url: https://a.example/\n    banner:\n      layout: bar\n"
                f"    overrides:\n      - {LINE}\n"
            ),
        ),
        (
            "sites:\r\n  shop:\r\n    url: https://a.example/\r\n",
            (
                "sites:\r\n  shop:\r\n    url: https://a.example/\r\n    overrides:\r\n"
                f"      - {LINE}\r\n"
            ),
        ),
    ],
    ids=["block", "flow", "block list", "flow list", "no last newline", "CRLF"],
)
def test_the_override_comes_first_and_every_other_sign_stays(before, after):
    assert edited(before) == after
    (shop,) = [site for site in parse(after.encode()) if site.key == "shop"]
    assert shop.overrides[0] == CART


@pytest.mark.parametrize(
    "text",
    [
        "sites:\n  a: &a\n    url: https://a.example/\n  shop: *a\n",
        (
            "defaults:\n  overrides: &o [{name: x, category: marketing}]\n"
            "sites:\n  shop: {url: 'https://a.example/', overrides: *o}\n"
        ),
        "sites:\n  shop: &shop\n    url: https://a.example/\n  b: {<<: *shop}\n",
    ],
    ids=["alias", "alias of the list", "merged elsewhere"],
)
def test_what_would_change_something_else_is_left_to_a_person(text):
    with pytest.raises(CannotEdit) as caught:
        edited(text)

    assert caught.value.line == LINE


OLD, OTHER = f"{LINE[:-1]}, vendor: Old}}", "{name: x, category: marketing}"
LIST = "    overrides:\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"{LIST}      - {OLD}  # why\n      - {OTHER}\n",
            f"{LIST}      - {LINE}  # why\n      - {OTHER}\n",
        ),
        (
            f"{LIST}      # first\n      - {OTHER}\n      - {OLD}\n",
            f"{LIST}      # first\n      - {LINE}\n      - {OTHER}\n",
        ),
        (f"    overrides: [{OLD}]\n", f"    overrides: [{LINE}]\n"),
        (  # with a comment of its own it stays, and is outvoted
            f"{LIST}      - {OTHER}\n      - {OLD} # why\n",
            f"{LIST}      - {LINE}\n      - {OTHER}\n      - {OLD} # why\n",
        ),
    ],
)
def test_a_newer_word_on_the_same_items_takes_the_place_of_the_older(before, after):
    head = "sites:\n  shop:\n    url: https://a.example/\n"

    assert edited(head + before) == head + after
