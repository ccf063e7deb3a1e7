"""How visitors answer, day by day. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPOCH = dt.date(1970, 1, 1)
_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions of one day, in UTC."""

    day: dt.date
    decisions: int
    actions: dict[str, int]  # only those that occurred
    granted: dict[str, int]  # by category
    refused: dict[str, int]


def days(rows: Iterable[tuple[Any, ...]]) -> tuple[Day, ...]:
    """
    Return the days that *rows* tell of.

    Args:
        rows: In order: days since 1970, action, how many, then granted and refused of each
            category in turn.
    """
    return tuple(_day(number, list(group)) for number, group in itertools.groupby(rows, _number))


def _number(row: tuple[Any, ...]) -> int:
    return int(row[0])


def _day(number: int, rows: list[tuple[Any, ...]]) -> Day:
    sums = [sum(int(value) for value in column) for column in list(zip(*rows, strict=True))[3:]]
    return Day(
        day=_EPOCH + dt.timedelta(days=number),
        decisions=sum(row[2] for row in rows),
        actions={row[1]: row[2] for row in rows},
        granted=dict(zip(_CATEGORIES, sums[::2], strict=True)),
        refused=dict(zip(_CATEGORIES, sums[1::2], strict=True)),
    )
