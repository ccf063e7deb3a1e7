"""CSV that no spreadsheet takes for a program."""

import csv
import io

import msgspec
import pytest

from scanner.report.table import COLUMNS, csv_table


def rows(*entries):
    return list(csv.DictReader(io.StringIO(csv_table(("shop", entry) for entry in entries))))


def test_every_column_is_filled(shop):
    (row,) = rows(shop.entries[0])

    assert tuple(row) == COLUMNS
    assert row["site"] == "shop"
    assert row["name"] == "_ga"
    assert (row["lifetime_seconds"], row["lifetime"]) == (
        "34560000",
        "400 days",
    )
    assert row["secure"] == "yes"
    assert row["states"] == "before accept"
    assert row["first_seen"] == "2026-11-22T12:00:00+00:00"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", " =1", "＝1"])
def test_a_name_that_looks_like_a_formula_is_made_a_text(shop, name):
    (row,) = rows(msgspec.structs.replace(shop.entries[0], name=name))

    assert row["name"] == f"'{name}"


def test_line_breaks_and_quotes_stay_in_their_cell(shop):
    (row,) = rows(msgspec.structs.replace(shop.entries[0], name='a"b\nc,d'))

    assert row["name"] == 'a"b\nc,d'
