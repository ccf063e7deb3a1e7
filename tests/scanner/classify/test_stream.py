"""Subjects from lines, whatever others call their facts."""

import json

import pytest

from scanner.classify.stream import Mistake, subject, verdicts
from scanner.knowledge import load
from scanner.model import Kind, Party, SetBy, Subject, ValueShape

SETTER = SetBy(kind="script", url="https://t.example")
FLAG = ValueShape(length=0, entropy=0, kind="flag")
TEXT = ValueShape(length=0, entropy=0, kind="text")


def read(**fields):
    return subject(fields, registrable=lambda host: ".".join(host.split(".")[-2:]))


def test_every_fact_is_taken():
    assert read(
        name="_ga", domain=".shop.example", site="https://www.shop.example/x", kind="cookie",
        party="first", lifetime=60, http_only=False, secure=True, same_site="Lax",
        set_by={"kind": "script", "url": "https://t.example/x.js", "line": 3},
        value_shape={"length": 3, "entropy": 1.5, "kind": "number"},
    ) == Subject(
        name="_ga", domain=".shop.example", site="shop.example", kind=Kind.COOKIE,
        party=Party.FIRST, lifetime=60, http_only=False, secure=True, same_site="Lax",
        set_by=SetBy(kind="script", url="https://t.example/x.js", line=3),
        value_shape=ValueShape(length=3, entropy=1.5, kind="number"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "fact", "value"),
    [
        ({"kind": "localStorage"}, "kind", Kind.LOCAL_STORAGE),
        ({"kind": "session_storage"}, "kind", Kind.SESSION_STORAGE),
        ({"same_site": "no_restriction"}, "same_site", "None"),
        ({"same_site": "STRICT"}, "same_site", "Strict"),
        ({"lifetime": "session"}, "lifetime", None),
        ({"lifetime": "3600"}, "lifetime", 3600),
        ({"lifetime": "2 hours"}, "lifetime", 7200),
        ({"party": "unknown"}, "party", None),
        ({"same_site": "unspecified"}, "same_site", None),
        ({"lifetime": None}, "lifetime", None),
        ({"domain": ""}, "domain", None),
        ({"http_only": "true"}, "http_only", True),
        ({"set_by": {"url": "https://t.example"}}, "set_by", SETTER),
        ({"value_shape": {"kind": "bool"}}, "value_shape", FLAG),
        ({"value_shape": {"kind": "url"}}, "value_shape", TEXT),
    ],
)  # fmt: skip
def test_other_peoples_words_are_understood(fields, fact, value):
    assert getattr(read(name="x", **fields), fact) == value


def test_verdicts_come_one_by_one_in_order():
    lines = [json.dumps({"name": name}).encode() for name in ("_ga", "_fbp")]

    found = [
        (one.name, str(verdict.category))
        for one, verdict in verdicts(lines, knowledge=load(), registrable=str)
    ]

    assert found == [("_ga", "statistics"), ("_fbp", "marketing")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{}", "required field `name`"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"name": 1}', "Expected `str`"),
        (b'{"name": "\xff"}', "invalid"),
        (b'{"name": "x", "site": "http://[::1"}', "Invalid IPv6 URL"),
        (b'{"name": "x", "party": "fourth"}', "Invalid enum value"),
    ],
)
def test_a_line_that_is_no_subject_is_told_in_its_place(line, says):
    lines = [b'\xef\xbb\xbf{"name": "_ga"}', b"", line, b'{"name": "_fbp"}']

    first, mistake, last = verdicts(lines, knowledge=load(), registrable=str)

    assert isinstance(mistake, Mistake)
    assert mistake.line == 3
    assert says in mistake.text
    assert (first[1].category, last[1].category) == ("statistics", "marketing")
