"""How visitors answer, day by day. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from consent_server.model import Action, Surface
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What a visitor did who saw the banner and left it at that.
IGNORED = "ignored"

#: What statistics can be told apart by.
APART = ("site", "language", "country", "revision", "layout")

_EPOCH = dt.date(1970, 1, 1)
_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)


class Counted(NamedTuple):
    """How often one answer was given on one day."""

    day: int  # since 1970
    apart: tuple[str | None, ...]  # the values of what the statistics are told apart by
    action: str
    surface: str | None
    choices: tuple[bool | None, ...]  # of each category; None: not offered
    times: int


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


def days(counted: Iterable[Counted], *, by: Sequence[str] = ()) -> tuple[Day, ...]:
    """
    Return the days that *counted* tells of.

    Args:
        counted: In the order of their days.
        by: The names of what stands in *apart*.
    """
    return tuple(
        _day(day, dict(zip(by, apart, strict=True)), list(group))
        for day, of_day in itertools.groupby(counted, lambda each: each.day)
        for apart, group in itertools.groupby(sorted(of_day, key=_apart), lambda each: each.apart)
    )


def _apart(each: Counted) -> tuple[str, ...]:
    return tuple(value or "" for value in each.apart)


def _day(day: int, apart: dict[str, str | None], group: list[Counted]) -> Day:
    decided = [each for each in group if each.action != IGNORED]
    ignored = _sum(group) - _sum(decided)
    accepted = _sum(each for each in decided if _offered(each) == {True})
    rejected = _sum(each for each in decided if _offered(each) == {False})
    actions = dict.fromkeys(sorted({each.action for each in decided}), 0)
    for each in decided:
        actions[each.action] += each.times
    return Day(
        day=_EPOCH + dt.timedelta(days=day),
        decisions=_sum(decided),
        actions=actions,
        granted=_by_category(decided, granted=True),
        refused=_by_category(decided, granted=False),
        apart=apart,
        shown=ignored + _sum(each for each in decided if _on_the_banner(each)),
        accepted=accepted,
        rejected=rejected,
        partial=_sum(decided) - accepted - rejected,
        ignored=ignored,
    )


def _on_the_banner(each: Counted) -> bool:
    """Return whether the banner was answered: a withdrawal or a signal needs none."""
    unasked = each.action in (Action.WITHDRAW, Action.GPC)
    return not unasked and each.surface in (None, Surface.BANNER)


def _offered(each: Counted) -> set[bool]:
    return {choice for choice in each.choices if choice is not None}


def _by_category(group: list[Counted], *, granted: bool) -> dict[str, int]:
    return {
        name: _sum(each for each in group if each.choices[n] is granted)
        for n, name in enumerate(_CATEGORIES)
    }


def _sum(group: Iterable[Counted]) -> int:
    return sum(each.times for each in group)
