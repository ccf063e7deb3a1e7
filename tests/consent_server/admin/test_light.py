"""The light is red for potential breaches, amber for work, green for neither; and says why."""

import datetime as dt

import pytest

from consent_server.admin.light import Colour, Reason, light
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
    assert shown() == (Colour.GREEN, (Reason("nothing"),))
    assert shown("info").colour is Colour.GREEN


def test_a_site_that_was_never_scanned_is_grey():
    assert shown(last_status=None, last_at=None) == (Colour.GREY, (Reason("never_scanned"),))


@pytest.mark.parametrize(
    ("severities", "reason"),
    [
        (["critical"], Reason("breaches", 1)),
        (["serious", "critical", "minor"], Reason("breaches", 2)),
    ],
)
def test_a_potential_breach_is_red(severities, reason):
    found = shown(*severities)

    assert found.colour is Colour.RED
    assert found.reasons[0] == reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"entries": (MYSTERY,)}, Reason("unsorted", 1)),
        ({"entries": (MYSTERY, MYSTERY)}, Reason("unsorted", 2)),
        ({"last_status": "failed"}, Reason("failed")),
        ({"last_status": "partial"}, Reason("partial")),
        ({"due_at": NOW - 7 * HOUR}, Reason("overdue")),
        (
            {"due_at": None, "last_at": NOW - 40 * 24 * HOUR},
            Reason("old", 40),
        ),
    ],
)
def test_work_to_do_is_amber(facts, reason):
    found = shown(**facts)

    assert found == (Colour.AMBER, (reason,))


def test_smaller_findings_are_amber_and_stand_beside_the_worse():
    assert shown("moderate", "minor") == (Colour.AMBER, (Reason("smaller", 2),))
    assert shown("critical", "minor").reasons == (Reason("breaches"), Reason("smaller"))
    assert shown(due_at=NOW - HOUR).colour is Colour.GREEN
