"""Names against patterns."""

import pytest

from scanner.knowledge import files
from scanner.knowledge.model import Cookie, Vendor
from scanner.knowledge.patterns import Index, Known, is_shared, literal_start, matches
from scanner.model import Category


def cookie(match, pattern, **facts):
    return Cookie(
        name=pattern,
        match=match,
        category=Category.STATISTICS,
        purposes=("visits.visitor",),
        **facts,
    )


@pytest.mark.parametrize(
    ("match", "pattern", "fits", "does_not"),
    [
        ("exact", "_ga", "_ga", "_gat"),
        ("exact", "SSID", "SSID", "ssid"),
        ("prefix", "_hj", "_hjid", "x_hjid"),
        ("suffix", "_lang", "shop_lang", "_lang_"),
        ("glob", "cart_*_v?", "cart_no_v1", "cart_no_v12"),
        ("glob", "a.b", "a.b", "axb"),
        ("regex", r"_ga_[A-Z0-9]{4}", "_ga_ABCD", "_ga_ABCDE"),
        ("regex", r"TS[0-9a-f]{6,11}", "TS01a2b3c4", "xTS01a2b3c4"),
    ],
)
def test_a_pattern_stands_for_whole_names_only(match, pattern, fits, does_not):
    assert matches(cookie(match, pattern), fits)
    assert not matches(cookie(match, pattern), does_not)


@pytest.mark.parametrize(
    ("match", "pattern", "start"),
    [
        ("prefix", "_hj", "_hj"),
        ("suffix", "_lang", ""),
        ("glob", "cart_*", "cart_"),
        ("regex", r"_ga_[A-Z]+", "_ga_"),
        ("regex", r"\.Asp\d", ".Asp"),
        ("regex", r"ab?c", "a"),
        ("regex", r"a{2}b", ""),
        ("regex", r"(UID|PID)", ""),
        ("regex", r"a(b)|c(d)", ""),
        ("regex", r"(?i)abc", ""),
    ],
)
def test_the_index_knows_how_a_name_must_begin(match, pattern, start):
    assert literal_start(match, pattern) == start


def test_the_index_finds_what_a_search_through_all_would_find():
    vendors = files.load().vendors
    every = [Known(vendor, one) for vendor in vendors for one in vendor.cookie]
    index = Index(every)
    names = [name for known in every[::7] for name in known.cookie.examples or (known.cookie.text,)]

    for name in (*names, "xq_7731", "", "i", "__Secure-next-auth.session-token"):
        assert {known.entry for known in index.find(name)} == {
            known.entry for known in every if matches(known.cookie, name)
        }


def test_the_better_match_comes_first():
    vendor = Vendor(id="acme", name="Acme", category=Category.STATISTICS)
    ranked = [
        cookie("exact", "acme_id"),
        cookie("regex", r"acme_\w+"),
        cookie("prefix", "acme_"),
        cookie("prefix", "ac"),
        cookie("prefix", "acme_", fallback=True),
    ]

    ranks = [Known(vendor, one).rank for one in ranked]

    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("name", "shared"), [("uid", True), ("_s", True), ("session", True), ("_fbp", False)]
)
def test_short_and_common_names_say_nothing_by_themselves(name, shared):
    assert is_shared(name) is shared
