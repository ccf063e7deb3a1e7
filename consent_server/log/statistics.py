"""How visitors answer, day by day. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from consent_server.model import Action
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What a visitor did who saw the banner and left it at that.
IGNORED = "ignored"

#: What statistics can be told apart by.
APART = ("site", "language", "country", "revision", "layout")

_EPOCH = dt.date(1970, 1, 1)
_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_ACTIONS = tuple(action.value for action in Action)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions that were received on one day, in UTC."""

    day: dt.date
    decisions: int
    actions: dict[str, int]  # only those that occurred
    granted: dict[str, int]  # by category
    refused: dict[str, int]
    apart: dict[str, str | None] = {}  # of which site, language, …; empty: of all
    shown: int = 0  # times that the banner stood on a page: answered there, or ignored
    accepted: int = 0  # decisions that granted all that was offered
    rejected: int = 0  # that granted nothing
    partial: int = 0  # the others
    ignored: int = 0  # times that a visitor closed the banner, or left, without a choice


def days(rows: Iterable[Sequence[Any]], *, by: Sequence[str] = ()) -> tuple[Day, ...]:
    """
    Return the days that *rows*, of `totals.by_day`, tell of.

    Args:
        rows: In any order.
        by: The names of what stands in *apart*.
    """
    first = 1 + len(by)  # of what is added up
    found = sorted(rows, key=lambda row: (row[0], *(value or "" for value in row[1:first])))
    return tuple(
        _day(row[0], dict(zip(by, row[1:first], strict=True)), row[first:]) for row in found
    )


def _day(day: int, apart: dict[str, str | None], sums: Sequence[int]) -> Day:
    shown, accepted, rejected, ignored, *answers = sums  # of `ADDED_UP`
    granted, refused, times = answers[:3], answers[3:6], answers[6:]
    decisions = sum(times)
    return Day(
        day=_EPOCH + dt.timedelta(days=day),
        decisions=decisions,
        actions={name: number for name, number in zip(_ACTIONS, times, strict=True) if number},
        granted=dict(zip(_CATEGORIES, granted, strict=True)),
        refused=dict(zip(_CATEGORIES, refused, strict=True)),
        apart=apart,
        shown=shown,
        accepted=accepted,
        rejected=rejected,
        partial=decisions - accepted - rejected,
        ignored=ignored,
    )
