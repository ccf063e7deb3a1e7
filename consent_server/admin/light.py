"""The traffic light of a site: does its owner have to act? Pure.

It tells what scans have found, in the order in which somebody should look at it. Green means that
Kapsel found nothing to do; it is no certificate.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Entry, Finding

#: A site without a schedule is scanned by hand; after so long its facts are old.
OLD = dt.timedelta(days=35)

#: How late a scan with a schedule may be before somebody should look why.
LATE = dt.timedelta(hours=6)

_RED = (Severity.CRITICAL, Severity.SERIOUS)
_AMBER = (Severity.MODERATE, Severity.MINOR)


class Colour(enum.StrEnum):
    """What the light shows."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"  # nothing is known


class Reason(NamedTuple):
    """Why a light has its colour: the *key* of a text, and of how many things it tells."""

    key: str
    number: int = 1


class Light(NamedTuple):
    """A colour, and why."""

    colour: Colour
    reasons: tuple[Reason, ...]


def light(
    *,
    findings: Iterable[Finding],
    entries: Iterable[Entry],
    last_status: str | None,
    last_at: dt.datetime | None,
    due_at: dt.datetime | None,
    now: dt.datetime,
) -> Light:
    """
    Return the light of a site.

    Args:
        findings: Of its newest scan that did not fail.
        entries: Of its catalogue.
        last_status: Of its newest scan, even one that failed; None: it never was scanned.
        last_at: When that scan began.
        due_at: When it is to be scanned next; None: when somebody asks.
        now: The present.
    """
    if last_status is None or last_at is None:
        return Light(Colour.GREY, (Reason("never_scanned"),))
    severities = [finding.severity for finding in findings]
    red = _counted("breaches", severities, _RED)
    amber = _counted("smaller", severities, _AMBER)
    unsorted = sum(entry.category is Category.UNCLASSIFIED for entry in entries)
    if unsorted:
        amber += (Reason("unsorted", unsorted),)
    if last_status != "complete":
        amber += (Reason(last_status),)
    if due_at is not None and now - due_at > LATE:
        amber += (Reason("overdue"),)
    elif due_at is None and now - last_at > OLD:
        amber += (Reason("old", (now - last_at).days),)
    if red:
        return Light(Colour.RED, red + amber)
    if amber:
        return Light(Colour.AMBER, amber)
    return Light(Colour.GREEN, (Reason("nothing"),))


def _counted(
    key: str, severities: list[Severity], wanted: tuple[Severity, ...]
) -> tuple[Reason, ...]:
    count = sum(severity in wanted for severity in severities)
    return (Reason(key, count),) if count else ()
