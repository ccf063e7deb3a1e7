"""Kapsel's own export, read back."""

import datetime as dt

import pytest

from scanner.knowledge import Knowledge, load
from scanner.knowledge.exporting import as_csv, as_json
from scanner.knowledge.formats import parse
from scanner.knowledge.imported import Line
from scanner.knowledge.model import Cookie, Vendor
from scanner.model import Category

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
M = Category.MARKETING


def exported(*cookies):
    vendor = Vendor(id="acme", name="Acme", category=M, cookie=cookies)
    return Knowledge((vendor,), load().vocabulary)


def cookie(name, **facts):
    return Cookie(name=name, category=M, purposes=("ads.visitor",), **facts)


FORMS = pytest.mark.parametrize(("form", "file"), [(as_csv, "own.csv"), (as_json, "own.json")])


@FORMS
def test_names_hosts_patterns_and_lifetimes_return(form, file):
    told = form(
        exported(
            cookie("uid", hosts=("acme.example", "acme.test"), max_age="30d", generic=True),
            cookie("_acme_<id>", match="regex", pattern=r"_acme_\d+", examples=("_acme_1",)),
            cookie("acme.", match="prefix", examples=("acme.a",), storage=("local_storage",)),
        )
    )

    read = parse(file, told.encode(), now=NOW)

    month = 30 * 86400
    assert read.collection.format == "export"
    assert read.collection.lines == (
        Line(name="uid", category=M, domain="acme.example", vendor="Acme", lifetime=month),
        Line(name="uid", category=M, domain="acme.test", vendor="Acme", lifetime=month),
        Line(name="_acme_", category=M, prefix=True, vendor="Acme"),
        Line(name="acme.", category=M, prefix=True, vendor="Acme"),
    )
    assert read.skipped == ()


def test_a_pattern_without_a_beginning_is_told_with_its_line():
    told = as_csv(
        exported(
            cookie("acme"),
            cookie("<id>_acme", match="suffix", pattern="_acme", examples=("1_acme",)),
        )
    )

    read = parse("own.csv", told.encode(), now=NOW)

    assert [line.name for line in read.collection.lines] == ["acme"]
    assert read.skipped == (
        "own.csv:3: '<id>_acme' is skipped: its pattern has no beginning that a list could hold",
    )


def test_damage_in_an_export_costs_only_the_row_that_it_is_in():
    read = parse(
        "own.csv",
        b"vendor,vendor_id,name,match,pattern,hosts,category,lifetime\n"
        b"Acme,acme,a,exact,a,,banana,\n"
        b"Acme,acme,,exact,,,marketing,\n"
        b"Acme,acme,acme,exact,acme,acme.example,marketing,soon\n",
        now=NOW,
    )

    assert read.collection.lines == (
        Line(name="acme", category=M, domain="acme.example", vendor="Acme"),
    )
    assert read.skipped == (
        "own.csv:2: 'a' is skipped: 'banana' is none of the four categories",
        "own.csv:3: no name",
    )
