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


class Light(NamedTuple):
    """A colour, and why."""

    colour: Colour
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        """What the colour means, for those who do not see it."""
        return _WORDS[self.colour]


_WORDS = {
    Colour.RED: "Act now",
    Colour.AMBER: "Have a look",
    Colour.GREEN: "In order",
    Colour.GREY: "Not known",
}


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
        return Light(Colour.GREY, ("Never scanned.",))
    severities = [finding.severity for finding in findings]
    red = _counted(severities, _RED, "potential breach", "potential breaches")
    amber = _counted(severities, _AMBER, "smaller finding", "smaller findings")
    unsorted = sum(entry.category is Category.UNCLASSIFIED for entry in entries)
    if unsorted:
        amber += (f"{unsorted} item{'s' * (unsorted != 1)} to sort.",)
    if last_status != "complete":
        amber += (f"The last scan {_ENDS[last_status]}.",)
    if due_at is not None and now - due_at > LATE:
        amber += ("A scan is overdue: is 'kapsel watch' running?",)
    elif due_at is None and now - last_at > OLD:
        amber += (f"The last scan is {(now - last_at).days} days old.",)
    if red:
        return Light(Colour.RED, red + amber)
    if amber:
        return Light(Colour.AMBER, amber)
    return Light(Colour.GREEN, ("No finding, nothing to sort.",))


_ENDS = {"failed": "failed", "partial": "could not read all pages"}


def _counted(
    severities: list[Severity], wanted: tuple[Severity, ...], one: str, many: str
) -> tuple[str, ...]:
    count = sum(severity in wanted for severity in severities)
    return (f"{count} {one if count == 1 else many}.",) if count else ()
