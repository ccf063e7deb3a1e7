"""How visitors answer, day by day. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

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
    found = list(alike)
    for place in range(len(by), 0, -1):  # one column after the other is a third quicker
        found.sort(key=lambda key, place=place: key[place] or "")  # type: ignore[misc]
    found.sort(key=operator.itemgetter(0))
    told = functools.cache(_told)  # at small sites many days are alike
    return tuple(
        [
            replace(told(alike[key]), day=_date(key[0]), apart=dict(zip(by, key[1:], strict=True)))
            for key in found
        ]
    )


@functools.lru_cache(maxsize=4096)  # of ten years, and of many sites the same
def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)


def _told(sums: Sequence[int]) -> Day:
    """Return what *sums* tell, of a day that is not said yet."""
    shown, accepted, rejected, ignored, g1, g2, g3, r1, r2, r3, *times = sums  # of `ADDED_UP`
    decisions = sum(times)
    return Day(
        day=_EPOCH,
        decisions=decisions,
        actions={name: number for name, number in zip(_ACTIONS, times, strict=True) if number},
        granted={_ONE: g1, _TWO: g2, _THREE: g3},
        refused={_ONE: r1, _TWO: r2, _THREE: r3},
        shown=shown,
        accepted=accepted,
        rejected=rejected,
        partial=decisions - accepted - rejected,
        ignored=ignored,
    )
