"""What a person reads in a terminal of 80 columns."""

import datetime as dt

import msgspec
import pytest

from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Category,
    Fate,
    Scan,
    State,
    Visit,
)
from scanner.report.banner import banner_in_words
from scanner.report.console import print_scans
from scanner.wording import words as wording
from tests.scanner.entries import ANALYTICS, plain

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
VISIT = Visit(
    url="https://shop.example/", final_url="https://shop.example/", state=State.BEFORE, status=200
)
GA = plain(
    "_ga",
    **(ANALYTICS | {"lifetime": 63_072_000.0, "purpose": {}}),
    states=(State.BEFORE, State.ACCEPT),
)


NO_BANNER = BannerAnswer(found=False)


def scan(*entries, visits=(VISIT,), banner=NO_BANNER, refused=(), **facts):
    values = {
        "site": "shop",
        "url": "https://shop.example/",
        "started_at": NOON,
        "finished_at": NOON + dt.timedelta(seconds=42),
        "status": "complete",
        "visits": visits,
        "banner": banner,
        "entries": entries,
        "refused": refused,
        "findings": find(visits=visits, banner=banner, entries=entries, refused=refused),
    }
    return Scan(**(values | facts))


def lived(name, seconds):
    return plain(name, **(ANALYTICS | {"lifetime": seconds, "purpose": {}}))


@pytest.fixture
def printed(capsys):
    def show(scan):
        print_scans([scan])
        out = capsys.readouterr().out
        assert max(len(line) for line in out.splitlines()) <= 80
        return out

    return show


def test_items_are_grouped_by_category_with_what_matters(printed):
    out = printed(scan(GA, msgspec.structs.replace(GA, name="x", category=Category.UNCLASSIFIED)))

    words = " ".join(out.split())
    assert "complete scan of 1 page in 1 visit, 42 s" in words
    assert "Statistics (1)" in words
    assert "Unclassified (1)" in words
    assert "2 years" in words
    assert "BA" in words
    assert "tags.example" in words


def test_findings_and_the_next_step_are_told(printed):
    out = printed(scan(GA))

    assert "pre-consent-cookie" in out
    assert "critical" in out
    assert out.rstrip().splitlines()[-1].startswith("Next: ")


def test_failures_are_told(printed):
    broken = msgspec.structs.replace(VISIT, status=None, failure="the name was not found")

    out = printed(scan(visits=(broken,), status="failed"))

    assert "the name was not found" in out
    assert "failed scan" in out
    assert "what the site stores is not known" in out
    assert "Nothing is stored" not in out


def test_a_page_that_fails_alike_in_several_states_is_told_once(printed):
    broken = [
        msgspec.structs.replace(VISIT, status=None, state=state, failure="no answer")
        for state in (State.BEFORE, State.ACCEPT)
    ]

    out = printed(scan(visits=tuple(broken), status="failed"))

    assert "failed (before, accept): https://shop.example/:" in " ".join(out.split())
    assert out.count("failed (") == 1


def test_a_site_without_anything_says_so(printed):
    assert "Nothing is stored" in printed(scan())


def test_what_the_browser_refused_stands_apart(printed):
    refused = msgspec.structs.replace(GA, fate=Fate.REFUSED, reason="no Secure")

    assert "_ga (.shop.example): no Secure" in printed(scan(refused=(refused,)))


def test_long_and_odd_names_do_not_break_the_table(printed):
    odd = msgspec.structs.replace(GA, name="[bold]" + "x" * 200, domain="a" * 60 + ".example")

    out = printed(scan(odd))

    assert "[bold]" in out.replace("\n", "")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (BannerAnswer(), "not looked for"),
        (BannerAnswer(found=False), "none found"),
        (
            BannerAnswer(
                found=True, platform="klaro", accepted=True, rejected=False, method="rule"
            ),
            "klaro, accepted, could not be refused (a known platform, by its buttons)",
        ),
        (
            BannerAnswer(found=True, accepted=True, page="https://shop.example/two"),
            "found, only on https://shop.example/two, not on the start page, accepted",
        ),
    ],
)
def test_the_banner_is_told_in_words(answer, words):
    assert banner_in_words(answer, wording("en")) == words


def test_a_lifetime_stands_in_one_line(printed):
    out = printed(
        scan(lived("__utmt", 600.0), lived("__utmb", 1800.0), lived("__atuvc", 33_696_000.0))
    )

    assert "10 minutes" in out
    assert "30 minutes" in out
    assert "13 months" in out
