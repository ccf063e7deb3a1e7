"""Each kind of mistake is told, and with its place."""

import datetime as dt

import pytest

from scanner.knowledge import files
from scanner.knowledge.check import check
from scanner.knowledge.model import Cookie, Evidence, Setter, Vendor, seconds
from scanner.model import Category, Kind

TODAY = dt.date(2026, 11, 22)
LOCAL = (Kind.LOCAL_STORAGE,)
TAB = (Kind.SESSION_STORAGE,)
VOCABULARY = files.load().vocabulary


def cookie(name, **facts):
    facts = {"category": Category.STATISTICS, "purposes": ("visits.visitor",), **facts}
    return Cookie(name=name, **facts)


def seen_at(day, url="https://a.example", says=("name",)):
    return cookie("acme", basis="observed", evidence=(Evidence(url=url, seen=day, says=says),))


def mistakes(*cookies, **facts):
    vendor = Vendor(id="acme", name="Acme", category=Category.STATISTICS, cookie=cookies, **facts)
    return check([vendor], VOCABULARY, today=TODAY)


def test_a_good_entry_has_none():
    assert mistakes(cookie("acme_visitor")) == []


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        (cookie("uid"), "must be marked as generic"),
        (cookie("_x"), "must be marked as generic"),
        (cookie("acme", purposes=("no.such",)), "unknown purposes"),
        (cookie("acme", purposes=()), "has no purpose"),
        (cookie("acme", category=Category.NECESSARY), "its purposes make it statistics"),
        (cookie("a<x>", match="regex", pattern="a[", examples=("a",)), "not a regular expression"),
        (cookie("a<x>", match="regex", pattern="acme(x+)+", examples=("acmex",)), "for ever"),
        (cookie("a<x>", match="prefix", pattern="ac", examples=("acme",)), "needs 3 characters"),
        (cookie("a<x>", match="prefix", pattern="acme_"), "needs an example"),
        (cookie("a<x>", match="prefix", pattern="acme_", examples=("acm",)), "does not match"),
        (
            cookie(
                "a<x>", match="prefix", pattern="acme_", examples=("acme_1",),
                counter_examples=("acme_2",),
            ),
            "counter-example 'acme_2' matches",
        ),
        (cookie("acme", pattern="a" * 201), "more than 200 characters"),
        (cookie("acme", confidence=0.9), "never surer than 0.85"),
        (cookie("acme", basis="vendor-doc", confidence=0.97), "must be named under evidence"),
        (
            seen_at(dt.date(2027, 1, 1)),
            "lies in the future",
        ),
        (
            seen_at(dt.date(2024, 1, 1)),
            "older than two years",
        ),
        (
            seen_at(TODAY, "http://a.example"),
            "not an https address",
        ),
        (
            seen_at(TODAY, "pkg:npm/acme"),
            "not an https address",
        ),
        (
            cookie("acme", evidence=(Evidence(url="https://a.example", seen=TODAY),)),
            "does not rest on 'memory'",
        ),
        (seen_at(TODAY, says=("name", "max_age")), "tells the max_age, and it does not"),
        (cookie("acme", max_age="persistent"), "only web storage is 'persistent'"),
        (cookie("acme", max_age="session", storage=LOCAL), "outlives the session"),
        (cookie("acme", max_age="1d", storage=TAB), "ends with the session"),
        (cookie("acme", http_only=True, storage=LOCAL), "only a cookie can be http_only"),
        (cookie("acme", hosts=("https://a.example",)), "is not a host"),
        (cookie("acme", alias_of="_acme"), "there is no '_acme'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_cookie_is_told(entry, mistake):
    told = mistakes(entry)

    assert len(told) == 1
    assert told[0].startswith("acme/")
    assert mistake in told[0]


@pytest.mark.parametrize(
    "package",
    ["pkg:npm/acme@1.2.3", "pkg:npm/%40acme/tag@1.2.3-beta.1", "pkg:deb/debian/acme@1.2%2Bdfsg-1"],
)
def test_the_code_of_a_package_is_evidence_with_its_version(package):
    evidence = Evidence(url=package, seen=TODAY, says=("name", "max_age"))
    entry = cookie("acme_visitor", basis="source", max_age="1y", evidence=(evidence,))

    assert mistakes(entry) == []


@pytest.mark.parametrize(
    ("facts", "mistake"),
    [
        ({"entity": "Acme AS", "privacy_url": "https://acme.example/p"}, "needs its country"),
        ({"entity": "Acme AS", "country": "NO"}, "needs its privacy_url"),
        ({"privacy_url": "https://acme.example/?utm_source=x"}, "tracking parameters"),
        ({"domains": ("https://acme.example",)}, "is not a host"),
        ({"purposes": ("no.such",)}, "unknown purpose"),
        ({"setter": (Setter(host="acme.example", path="tag"),)}, "begins with a slash"),
        (
            {"entity": "Acme Inc", "country": "US", "privacy_url": "https://acme.example/p"},
            "an entity in US needs its transfers",
        ),
    ],
)
def test_a_mistake_in_a_vendor_is_told(facts, mistake):
    told = mistakes(**facts)

    assert len(told) == 1
    assert mistake in told[0]


def test_two_entries_for_one_name_are_told():
    told = mistakes(
        cookie("acme_<id>", match="regex", pattern=r"acme_\d+", examples=("acme_12",)),
        cookie("acme_<n>", match="regex", pattern=r"acme_[0-9]+", examples=("acme_77",)),
    )

    assert told == [
        "acme/acme_<id>: 'acme_12' is answered by acme/acme_<n> too",
        "acme/acme_<n>: 'acme_77' is answered by acme/acme_<id> too",
    ]


def test_a_better_match_may_lie_within_a_wider_one():
    told = mistakes(
        cookie("acme_visitor"),
        cookie("acme_<x>", match="prefix", pattern="acme_", examples=("acme_other",)),
    )

    assert told == []


def test_two_vendors_with_one_number_of_the_tcf_are_told():
    vendors = [
        Vendor(id=name, name=name, category=Category.MARKETING, tcf_id=7) for name in ("a", "b")
    ]

    assert check(vendors, VOCABULARY, today=TODAY) == ["b: a has the same tcf_id"]


def test_two_files_for_one_vendor_are_told():
    vendor = Vendor(id="acme", name="Acme", category=Category.STATISTICS)

    assert check([vendor, vendor], VOCABULARY, today=TODAY) == ["acme: there are two files for it"]


@pytest.mark.parametrize(
    ("duration", "length"),
    [("2y", 63115200), ("13mo", 34187400), ("10min", 600), ("30s", 30), ("session", None)],
)
def test_a_documented_lifetime_is_told_in_seconds(duration, length):
    assert seconds(duration) == length
