"""What is told of two scans."""

import pytest

from scanner.changes import Field, compare, diff
from scanner.model import (
    SetBy,
    State,
    Visit,
)
from tests.scanner.folded import entries, scan, seen


def test_an_unknown_name_with_another_random_part_is_the_same_item_of_the_same_setter():
    old = entries(seen("check_1732270000001"))
    other = SetBy(kind="script", url="https://other.example/x.js")

    assert not diff(old, entries(seen("check_1732270000002")))
    assert [e.name for e in diff(old, entries(seen("test_1732270000002"))).new] == [
        "test_1732270000002"
    ]
    assert diff(old, entries(seen("check_1732270000002", set_by=other)))


def test_nothing_is_new_between_two_equal_scans():
    assert not diff(entries(seen(), seen("cart")), entries(seen("cart"), seen()))


def test_new_gone_and_changed_items_are_told():
    old = entries(seen(), seen("cart"), seen("old"))
    new = entries(
        seen(
            lifetime=60.0,
            state=State.BEFORE,
            set_by=SetBy(kind="script", url="https://other.example/x.js"),
        ),
        seen("cart"),
        seen("new"),
    )

    difference = diff(old, new)

    assert [entry.name for entry in difference.new] == ["new"]
    assert [entry.name for entry in difference.gone] == ["old"]
    (change,) = difference.changed
    assert change.new.name == "_ga"
    assert change.fields == (
        Field(name="lifetime", old=34_560_000.0, new=60.0),
        Field(name="set_by", old="tags.example", new="other.example"),
        Field(name="states", old=["accept"], new=["before"]),
    )


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (34_560_000.0, 34_559_990.0, False),
        (3600.0, 3590.0, False),
        (3600.0, 7200.0, True),
        (None, None, False),
        (None, 3600.0, True),
        (0.0, None, True),
    ],
)
def test_a_lifetime_counts_as_changed_only_beyond_what_clocks_do(old, new, changed):
    assert bool(diff(entries(seen(lifetime=old)), entries(seen(lifetime=new)))) is changed


def test_a_name_with_another_random_part_is_the_same_item():
    old = entries(seen("_ga_9XYZ"))

    assert not diff(old, entries(seen("_ga_1ABC")))
    assert diff(old, entries(seen("_ga_1ABC", lifetime=60.0))).changed[0].new.name == "_ga_1ABC"


def test_one_more_name_that_the_same_knowledge_explains_is_no_news():
    one, two = entries(seen("_ga_9XYZ")), entries(seen("_ga_9XYZ"), seen("_ga_1ABC"))

    assert not diff(one, two)
    assert not diff(two, one)


def test_an_unknown_name_is_new_however_much_it_looks_like_another():
    difference = diff(entries(seen("sess_1")), entries(seen("sess_2")))

    assert [entry.name for entry in difference.new] == ["sess_2"]
    assert [entry.name for entry in difference.gone] == ["sess_1"]


SHOP = "https://www.shop.example/"


def visit(url=SHOP, state=State.ACCEPT, failure=None):
    return Visit(url=url, final_url=url, state=state, status=200, failure=failure)


@pytest.mark.parametrize(
    ("visits", "status", "gone"),
    [
        ((visit(),), "complete", True),
        ((visit(),), "partial", True),
        ((visit(SHOP + "other"),), "complete", True),  # as wide as the scan before
        ((visit(SHOP + "other"),), "partial", False),
        ((visit(failure="timed out"),), "partial", False),
        ((visit(state=State.BEFORE),), "complete", False),
    ],
)
def test_an_item_is_gone_only_where_somebody_has_looked(visits, status, gone):
    old = scan(seen("cart"), visits=(visit(),))

    assert bool(compare(old, scan(visits=visits, status=status)).gone) is gone


def test_states_are_compared_among_those_in_which_both_scans_came():
    both = scan(
        seen("cart"),
        seen("cart", state=State.BEFORE),
        visits=(visit(), visit(state=State.BEFORE)),
    )
    one = scan(seen("cart"), visits=(visit(),))
    other = scan(seen("cart"), visits=(visit(), visit(state=State.BEFORE)))

    assert not compare(both, one)
    assert [f.name for f in compare(both, other).changed[0].fields] == ["states"]
