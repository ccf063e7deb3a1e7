"""What waits for what."""

import pytest

from widget.enforce.rules import matches, parents


@pytest.mark.parametrize(
    ("host", "waits_for"),
    [
        ("ads.example", ("marketing",)),
        ("eu.ads.example", ("marketing",)),
        ("both.example", ("statistics", "marketing")),
        ("cdn.example", ()),
        ("maps.example", ()),
        ("what.example", ("unclassified",)),
        ("never-seen.example", ("unclassified",)),
        ("notads.example", ("unclassified",)),
        ("shop.example", ()),
        ("img.shop.example", ()),
        ("myshop.example", ("unclassified",)),
        ("consent.example", ()),
    ],
)
def test_a_host_waits_for_what_it_is_used_for(rules, host, waits_for):
    assert rules.waits_for(host) == waits_for


def test_a_cookie_waits_by_its_whole_name(rules):
    def refused(granted):
        names = ("_ga", "_ga_AB12", "_gallery", "x_ga", "sid", "ab")
        return [name for name in names if rules.refuses(name, frozenset(granted))]

    assert refused({"necessary"}) == ["_ga", "_ga_AB12", "ab"]
    assert refused({"necessary", "statistics"}) == ["ab"]
    assert refused({"necessary", "marketing"}) == ["_ga", "_ga_AB12"]


@pytest.mark.parametrize(
    ("pattern", "name", "is_meant"),
    [
        ("a.b", "axb", False),
        ("a*", "a", True),
        ("*a*", "bab\nb", True),
        ("a*c", "abd", False),
        ("A", "a", False),
    ],
)
def test_only_a_star_stands_for_something_else(pattern, name, is_meant):
    assert matches(pattern, name) is is_meant


def test_parents_end_before_the_top_level():
    assert parents("a.b.example") == ["a.b.example", "b.example"]
    assert parents("localhost") == ["localhost"]
