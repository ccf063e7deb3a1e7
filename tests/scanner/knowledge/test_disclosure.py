"""What vendors disclose of their storage."""

from scanner.knowledge.disclosure import read
from scanner.knowledge.imported import Line
from scanner.model import Category


def test_the_most_invasive_purpose_tells_the_category():
    lines, skipped = read(
        [
            {"identifier": "uid", "type": "cookie", "maxAgeSeconds": 7776000,
             "domains": ["*.ads.example"], "purposes": [1, 3, 4]},
            {"identifier": "m_*", "type": "cookie", "purposes": [1, 8]},
            {"identifier": "only-storage", "type": "cookie", "purposes": [1]},
            {"identifier": "none", "type": "web", "maxAgeSeconds": None, "purposes": None},
        ]
    )  # fmt: skip

    assert lines == (
        Line(name="uid", category=Category.MARKETING, domain="ads.example", lifetime=7776000),
        Line(name="m_", category=Category.STATISTICS, prefix=True),
    )
    assert skipped == [
        "disclosure 3: 'only-storage' has no purpose that tells",
        "disclosure 4: 'none' has no purpose that tells",
    ]


def test_what_only_apps_keep_is_left_out_and_an_age_below_nothing_is_none():
    lines, skipped = read(
        [
            {"identifier": "in-app", "type": "app", "purposes": [2]},
            {"identifier": "odd", "type": "cookie", "maxAgeSeconds": -1, "purposes": [2]},
        ]
    )

    assert lines == (Line(name="odd", category=Category.MARKETING),)
    assert skipped == ["disclosure 1: 'in-app' is kept by apps only"]


def test_an_item_on_several_hosts_is_known_on_each():
    lines, _ = read([{"identifier": "a", "domains": ["x.example", "y.example"], "purposes": [2]}])

    assert [line.domain for line in lines] == ["x.example", "y.example"]


def test_what_is_no_disclosure_is_told_with_its_number():
    lines, skipped = read(
        [{"identifier": 5}, "text", {"identifier": "a", "purposes": [3], "domains": 5}]
    )

    assert lines == ()
    assert skipped == [
        "disclosure 1: Expected `str`, got `int` - at `$.identifier`",
        "disclosure 2: Expected `object`, got `str`",
        "disclosure 3: Expected `array | null`, got `int` - at `$.domains`",
    ]
