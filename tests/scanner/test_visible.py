"""What strangers hide in a name is seen by who reads of it."""

import datetime as dt
import json

import msgspec
import pytest

from scanner.findings import RULES
from scanner.model import Finding, State, Visit
from scanner.news import message, news
from scanner.rendering import templates
from scanner.report.console import print_scans
from scanner.report.forms import report
from scanner.report.page import html, markdown
from scanner.visible import in_one_line, visible
from tests.scanner.entries import bare, plain, seen

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HIDDEN = ("a\x1b[31mb", "a\x00b", "a\x9bb", "a\u202egnp.exe", "a\u2067b", "a\u2028b", "a\r\nBcc: b")


def scan(*names):
    return bare(NOON, entries=tuple(plain(name, **seen(NOON)) for name in names))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("_ga", "_ga"),
        ("blåbær 🍪 עברית", "blåbær 🍪 עברית"),
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("a\r\nb", "a\\u000d\\u000ab"),
    ],
)
def test_a_hidden_character_is_written_out_and_others_stay(text, shown):
    assert in_one_line(text) == shown
    assert in_one_line(shown) == shown


def test_lines_of_several_stay_lines():
    assert visible("one\r\n\ttwo\x07") == "one\r\n\ttwo\\u0007"


@pytest.mark.parametrize("name", HIDDEN)
def test_no_name_hides_anything_in_a_report_or_a_message(name):
    new, old = scan(name), scan()
    told = message(news(new, old))

    for written in (html([new]), markdown([new]), told.text, told.title):
        assert visible(written) == written
        assert "\nBcc" not in written.replace("\r", "\n") or written.startswith("<!")


@pytest.mark.parametrize("name", HIDDEN)
def test_no_name_rules_a_terminal_a_build_server_or_a_spreadsheet(name, capsys):
    url = f"https://shop.example/{name}"
    rule = RULES[0]
    found = msgspec.structs.replace(
        scan(name),
        visits=(Visit(url=url, final_url=url, state=State.BEFORE, status=None, failure=name),),
        findings=(Finding(rule=rule.id, severity=rule.severity, items=(name,), advice=name),),
        unsteady=(name,),
    )

    print_scans([found])

    printed = capsys.readouterr().out
    forms = [report(form, [found], changes={}) for form in ("json", "sarif", "junit", "csv")]
    for told in (printed, *forms):
        assert visible(told) == told
        assert "\rBcc" not in told
    assert json.loads(forms[0])["scans"][0]["entries"][0]["name"] == name


def test_pages_of_both_packages_show_it_and_leave_their_own_markup_alone():
    for package in ("scanner", "consent_server"):
        written = (
            templates(package).from_string("{{ name }} {{ '<b>' | safe }}").render(name="\u202e")
        )
        assert written == "\\u202e <b>"
