"""The light is red for potential breaches, amber for work, green for neither; and says why."""

import datetime as dt

import pytest

from consent_server.admin.light import Colour, light
from scanner.model import Finding, Severity
from tests.consent_server.admin.found import CART, MYSTERY, NOW

HOUR = dt.timedelta(hours=1)


def finding(severity):
    return Finding(rule="r", severity=Severity(severity), items=(), advice="Do something.")


def shown(*severities, **facts):
    given = {
        "entries": (CART,),
        "last_status": "complete",
        "last_at": NOW - HOUR,
        "due_at": NOW + HOUR,
        "now": NOW,
    }
    return light(findings=[finding(severity) for severity in severities], **given | facts)


def test_nothing_to_do_is_green():
    assert shown() == (Colour.GREEN, ("No finding, nothing to sort.",))
    assert shown("info").colour is Colour.GREEN
    assert shown().word == "In order"


def test_a_site_that_was_never_scanned_is_grey():
    assert shown(last_status=None, last_at=None) == (Colour.GREY, ("Never scanned.",))


@pytest.mark.parametrize(
    ("severities", "reason"),
    [
        (["critical"], "1 potential breach."),
        (["serious", "critical", "minor"], "2 potential breaches."),
    ],
)
def test_a_potential_breach_is_red(severities, reason):
    found = shown(*severities)

    assert found.colour is Colour.RED
    assert found.reasons[0] == reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"entries": (MYSTERY,)}, "1 item to sort."),
        ({"entries": (MYSTERY, MYSTERY)}, "2 items to sort."),
        ({"last_status": "failed"}, "The last scan failed."),
        ({"last_status": "partial"}, "The last scan could not read all pages."),
        ({"due_at": NOW - 7 * HOUR}, "A scan is overdue: is 'kapsel watch' running?"),
        (
            {"due_at": None, "last_at": NOW - 40 * 24 * HOUR},
            "The last scan is 40 days old.",
        ),
    ],
)
def test_work_to_do_is_amber(facts, reason):
    found = shown(**facts)

    assert found == (Colour.AMBER, (reason,))


def test_smaller_findings_are_amber_and_stand_beside_the_worse():
    assert shown("moderate", "minor") == (Colour.AMBER, ("2 smaller findings.",))
    assert shown("critical", "minor").reasons == ("1 potential breach.", "1 smaller finding.")
    assert shown(due_at=NOW - HOUR).colour is Colour.GREEN
