"""How visitors answered, as columns of a chart: only numbers, the template draws. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from consent_server.log.statistics import Day

WIDTH, HEIGHT = 720.0, 240.0  # of the plot, in the units of its view box
GAP = 0.2  # of a column's place that stays empty
MAX_DAYS = 62  # in a chart by day; what is longer is told by week
MAX_LABELS = 8  # below the columns

#: What visitors did, from the foot of a column to its head.
PARTS = ("accepted", "partial", "rejected", "ignored")


class Tally(NamedTuple):
    """How often visitors did what, under one label."""

    label: str  # a day has its date
    accepted: int = 0
    partial: int = 0
    rejected: int = 0
    ignored: int = 0

    @property
    def day(self) -> dt.date:
        """The day of a tally by time; the Monday of one by week."""
        return dt.date.fromisoformat(self.label)

    @property
    def decisions(self) -> int:
        """How many decided."""
        return self.accepted + self.partial + self.rejected

    @property
    def total(self) -> int:
        """How many decided, or left the banner at that."""
        return self.decisions + self.ignored

    @property
    def rate(self) -> float | None:
        """The share of decisions that granted everything; None: nobody decided."""
        return self.accepted / self.decisions if self.decisions else None

    def share(self, part: str) -> float:
        """Return the share of *part* in the total, from 0 to 1."""
        count: int = getattr(self, part)
        return count / self.total if self.total else 0.0


class Block(NamedTuple):
    """A part of a column."""

    part: str
    x: float
    y: float
    width: float
    height: float


class Mark(NamedTuple):
    """A label below the columns."""

    x: float
    text: str  # the tally's label

    @property
    def day(self) -> dt.date:
        """The day of a mark below a tally by time."""
        return dt.date.fromisoformat(self.text)


class Chart(NamedTuple):
    """What is drawn."""

    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]


def by_time(days: Iterable[Day], *, since: dt.date, until: dt.date) -> tuple[Tally, ...]:
    """Return a tally of each day from *since* to *until*, both included; of each week if many."""
    known = {day.day: day for day in days}
    length = (until - since).days + 1
    all_days = [since + dt.timedelta(days=n) for n in range(length)]
    if length <= MAX_DAYS:
        return tuple(
            _sum(day.isoformat(), [known[day]] if day in known else []) for day in all_days
        )
    weeks = itertools.groupby(all_days, _monday)
    return tuple(
        _sum(monday.isoformat(), [known[day] for day in of_week if day in known])
        for monday, of_week in weeks
    )


def by_value(days: Iterable[Day], name: str, *, unknown: str) -> tuple[Tally, ...]:
    """Return a tally of each language, layout, … of *days*, the most frequent first."""
    groups: dict[str, list[Day]] = {}
    for day in days:
        groups.setdefault(day.apart.get(name) or unknown, []).append(day)
    tallies = [_sum(label, of_label) for label, of_label in groups.items()]
    return tuple(sorted(tallies, key=lambda tally: (-tally.total, tally.label)))


def columns(tallies: Sequence[Tally]) -> Chart:
    """Return the columns for *tallies*, each as high as the plot: shares, not counts."""
    place = WIDTH / max(len(tallies), 1)
    blocks: list[Block] = []
    for number, tally in enumerate(tallies):
        foot = HEIGHT
        for part in PARTS:
            height = tally.share(part) * HEIGHT
            foot -= height
            if height:
                x = number * place + place * GAP / 2
                blocks.append(
                    Block(
                        part,
                        round(x, 2),
                        round(foot, 2),
                        round(place * (1 - GAP), 2),
                        round(height, 2),
                    )
                )
    step = math.ceil(len(tallies) / MAX_LABELS) if tallies else 1
    marks = [
        Mark(round((number + 0.5) * place, 2), tallies[number].label)
        for number in range(0, len(tallies), step)
    ]
    return Chart(tuple(blocks), tuple(marks))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of *tallies*."""
    sums = [0] * len(PARTS)
    for tally in tallies:
        sums = [known + more for known, more in zip(sums, tally[1:], strict=True)]
    return Tally("All", *sums)


def _monday(day: dt.date) -> dt.date:
    """Return the Monday of the week of *day*."""
    return dt.date.fromordinal(day.toordinal() - day.weekday())


def _sum(label: str, days: Sequence[Day]) -> Tally:
    counts = [sum(getattr(day, part) for day in days) for part in PARTS]
    return Tally(label, *counts)
