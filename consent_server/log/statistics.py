"""How visitors answer, day by day. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import operator
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
_ONE, _TWO, _THREE = (category.value for category in OPTIONAL_CATEGORIES)
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
        rows: In any order; what is of the same day, and told apart alike, is added up.
        by: The names of what stands in *apart*.
    """
    first = 1 + len(by)  # of what is added up
    alike: dict[tuple[Any, ...], Sequence[int]] = {}
    for row in rows:
        key, sums = tuple(row[:first]), row[first:]
        known = alike.setdefault(key, sums)
        if known is not sums:
            alike[key] = tuple(map(operator.add, known, sums))
    found = sorted(alike, key=lambda key: (key[0], *[value or "" for value in key[1:]]))
    return tuple(
        [_day(_date(key[0]), dict(zip(by, key[1:], strict=True)), alike[key]) for key in found]
    )


@functools.lru_cache(maxsize=4096)  # of ten years, and of many sites the same
def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)


def _day(day: dt.date, apart: dict[str, str | None], sums: Sequence[int]) -> Day:
    shown, accepted, rejected, ignored, g1, g2, g3, r1, r2, r3, *times = sums  # of `ADDED_UP`
    decisions = sum(times)
    return Day(
        day=day,
        decisions=decisions,
        actions={name: number for name, number in zip(_ACTIONS, times, strict=True) if number},
        granted={_ONE: g1, _TWO: g2, _THREE: g3},
        refused={_ONE: r1, _TWO: r2, _THREE: r3},
        apart=apart,
        shown=shown,
        accepted=accepted,
        rejected=rejected,
        partial=decisions - accepted - rejected,
        ignored=ignored,
    )
