"""No part of a cell is a formula, however a spreadsheet parts the lines."""

import csv
import io

import pytest

from scanner.spreadsheet import harmless


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\uff1d"])
def test_a_cell_that_begins_as_a_formula_is_made_a_text(start):
    assert harmless(start + "1") == "'" + start + "1"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("https://www.shop.example/;=1+1", "https://www.shop.example/;'=1+1"),
        ("YouTube: granted; =1: refused", "YouTube: granted;' =1: refused"),
        ('a";"=1', 'a";\'"=1'),
        ("a;@b;+c;-d", "a;'@b;'+c;'-d"),
        ("a;b=c;d", "a;b=c;d"),
        ("a=1, -b", "a=1, -b"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_nor_does_a_part_of_it_behind_a_semicolon(cell, written):
    assert harmless(cell) == written


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("cell", ["/;=1", '";=1', ';"=1', '"";""=1', "a;  =1", "a\n=1", "a;\t=1"])
def test_a_spreadsheet_of_another_country_calculates_nothing(between, cell):
    text = io.StringIO()
    csv.writer(text).writerow(["x", harmless(cell), "y"])

    parted = next(csv.reader(io.StringIO(text.getvalue()), delimiter=between))

    assert not any(part.strip(' "').startswith("=") for part in parted)
