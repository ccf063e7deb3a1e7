"""Count decisions, many at once and behind those who wait: a decision pays nothing for it.

The first so many leaves are counted, each decision once; of the others a question counts the
decisions itself. Positions have no gaps and no order but that of the commits, so a leaf is either
among the first so many for ever, or not yet.

    consent ─► tally (day, answer), answer.held ─► daily (a day that is over, added up)

Whoever counts has the ledger's turn.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from consent_server.log.measures import added_up
from consent_server.log.rows import DAY
from scanner.database import dialect_named
from scanner.tables import ADDED_UP, answer, consent, counted, daily, open_day, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Insert, Update

EVERY = 5000  # decisions that one process leaves uncounted: what a question counts in 5 ms
FEW = 64  # answers of a day that are told to the database; to let it count more is quicker

#: What a day is told apart by where it is added up: by each of them, and by all `TOGETHER`.
DIMENSIONS = ("language", "country", "revision", "layout")
TOGETHER = "together"

#: The day before may get a decision yet, which was received at midnight.
_LAST_OPEN = 1
_AT_ONCE = 2  # days that are added up in one turn

_NOTHING: ColumnElement[str] = literal_column("''")

#: The day of receipt, since 1970, of a decision.
RECEIVED_ON = cast(consent.c.received_at // literal_column(str(DAY)), Integer)

_SUMS = added_up(tally.c["count"])

_NEW = (consent.c.seq >= bindparam("first"), consent.c.seq < bindparam("end"))

# To make them anew would take longer than to count.
_FIRST = select(counted.c.leaves)
_FROM_TO = select(func.min(consent.c.received_at), func.max(consent.c.received_at)).where(*_NEW)
_DAYS = select(RECEIVED_ON).where(*_NEW).distinct()
_COUNTED = update(counted).values(leaves=bindparam("leaves"))
_HELD_MORE = (
    update(answer)
    .where(answer.c.id == bindparam("of"))
    .values(held=answer.c.held + bindparam("times"))
)


class Own:
    """What one process has added since it counted last: how often each answer, on each day."""

    def __init__(self, since: int = -1) -> None:
        self.times: Counter[tuple[int, int]] = Counter()
        self._since = since  # leaves that were counted then
        self._lock = threading.Lock()

    def add(self, added: Sequence[tuple[int, int]], first: int) -> None:
        """
        Add days of receipt, with the numbers of the answers; any thread may.

        Args:
            first: Position of their first: who is heard of after they were counted adds nothing.
        """
        with self._lock:
            if first >= self._since:
                self.times.update(added)

    def taken(self, end: int) -> Own:
        """Return what was added, and begin anew: the first *end* leaves are about to be counted."""
        with self._lock:
            taken = Own(self._since)
            taken.times, self.times = self.times, Counter()
            self._since = end
        return taken

    def is_all(self, first: int, end: int) -> bool:
        """Return whether nobody else added a leaf from *first* on, or counted one, before *end*."""
        return first == self._since and self.times.total() == end - first


def count(connection: Connection, end: int, own: Own | None = None) -> None:
    """
    Count the decisions before position *end*, and add up days that are over.

    Args:
        own: What this process added: where that is all, the database needs not look.
    """
    first = connection.execute(_FIRST).scalar_one()
    if first >= end:
        return
    if own is not None and len(own.times) <= FEW and own.is_all(first, end):
        days = _told(connection, own.times)
    else:
        days = _looked_up(connection, {"first": first, "end": end})
    connection.execute(_COUNTED, {"leaves": end})
    if days:
        _close(connection, before=days[-1] - _LAST_OPEN)


def ignored(connection: Connection, *, day: int, given: int) -> None:
    """Count, on *day*, the answer with the number *given*, which leaves no decision."""
    here = select(open_day).where(open_day.c.day == day)
    if connection.execute(here.with_for_update(read=True, key_share=True)).first() is None:
        _open(connection, day)
    made = dialect_named(connection.dialect.name).insert(tally)
    connection.execute(_summed(made.values(day=day, answer=given, count=1)))


def uncount(connection: Connection, answers: Iterable[int]) -> None:
    """Count the decisions, that have *answers* and are counted, no more among those held."""
    less = [{"of": number, "times": -times} for number, times in Counter(answers).items()]
    connection.execute(_HELD_MORE, less)


def correct(
    connection: Connection, times: Mapping[tuple[int, int], int], held: Mapping[int, int]
) -> None:
    """
    Count on each day and answer so many *times* more, or less; the days are added up anew.

    Args:
        held: Of each answer, how many more decisions are there.
    """
    days = sorted({day for day, _ in times})
    for day in days:
        _open(connection, day)
    more = [{"day": day, "answer": number, "count": n} for (day, number), n in times.items()]
    if more:
        connection.execute(_added(connection.dialect.name), more)
        connection.execute(delete(tally).where(tally.c.day.in_(days), tally.c["count"] == 0))
    if held:
        connection.execute(_HELD_MORE, [{"of": each, "times": n} for each, n in held.items()])


def _told(connection: Connection, times: Counter[tuple[int, int]]) -> list[int]:
    """Count decisions, so many *times* on a day an answer; return the days."""
    days = sorted({day for day, _ in times})
    for day in days:
        _open(connection, day)
    new = [{"day": day, "answer": number, "count": n} for (day, number), n in sorted(times.items())]
    connection.execute(_added(connection.dialect.name), new)
    connection.execute(_HELD_MORE, [{"of": each["answer"], "times": each["count"]} for each in new])
    return days


def _looked_up(connection: Connection, new: dict[str, int]) -> list[int]:
    """Count the decisions between the positions *new*; return their days."""
    days = _days(connection, new)
    for day in days:
        _open(connection, day)
    connection.execute(_tallied(connection.dialect.name), new)
    connection.execute(_HELD, new)
    return days


def _days(connection: Connection, new: dict[str, int]) -> list[int]:
    """Return the days on which the decisions *new* were received; most often it is one."""
    first, last = connection.execute(_FROM_TO, new).one()
    if first is None:  # all of them are erased
        return []
    if first // DAY == last // DAY:
        return [first // DAY]
    return sorted(connection.execute(_DAYS, new).scalars())


@functools.cache
def _added(dialect: str) -> Insert:
    """Return the statement that adds to the tally."""
    names = (tally.c.day, tally.c.answer, tally.c["count"])
    made = dialect_named(dialect).insert(tally)
    return _summed(made.values({each.name: bindparam(each.name) for each in names}))


@functools.cache
def _tallied(dialect: str) -> Insert:
    """Return the statement that tallies new decisions."""
    given = select(RECEIVED_ON, consent.c.answer, func.count()).where(*_NEW)
    made = (
        dialect_named(dialect)
        .insert(tally)
        .from_select(
            ["day", "answer", "count"],
            given.group_by(RECEIVED_ON, consent.c.answer).order_by(RECEIVED_ON, consent.c.answer),
        )
    )
    return _summed(made)


def _held() -> Update:
    """Return the statement that tells each answer how many new decisions gave it."""
    times = select(consent.c.answer, func.count().label("times")).where(*_NEW)
    each = times.group_by(consent.c.answer).subquery("each_answer")
    held = update(answer).where(answer.c.id == each.c.answer)
    return held.values(held=answer.c.held + each.c.times)


_HELD = _held()


def _summed(made: Any) -> Insert:
    """Return the statement *made*, that adds counts, so that it adds them to those there are."""
    summed: Insert = made.on_conflict_do_update(
        index_elements=[tally.c.day, tally.c.answer],
        set_={"count": tally.c["count"] + made.excluded["count"]},
    )
    return summed


def _open(connection: Connection, day: int) -> None:
    """Let *day* be counted again: it is no longer added up."""
    made = dialect_named(connection.dialect.name).insert(open_day)
    kept = connection.execute(
        made.values(day=day).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    if kept.rowcount:
        connection.execute(delete(daily).where(daily.c.day == day))


def _close(connection: Connection, *, before: int) -> None:
    """Add up the first days *before* that day that are open."""
    over = select(open_day.c.day).where(open_day.c.day < before)
    for day in connection.execute(over.order_by(open_day.c.day).limit(_AT_ONCE)).scalars().all():
        # First of all: PostgreSQL waits here for those who count what was ignored on that day.
        connection.execute(delete(open_day).where(open_day.c.day == day))
        for dimension in ("", *DIMENSIONS):
            connection.execute(_by_one(dimension, day))
        for sites in ([answer.c.site], []):
            connection.execute(_by_all(sites, day))


def _by_one(dimension: str, day: int) -> Insert:
    """Return the statement that adds up *day* for each site by *dimension*; empty: by none."""
    value = func.coalesce(answer.c[dimension], _NOTHING) if dimension else _NOTHING
    apart = [value] if dimension else []
    summed = (
        select(literal_column(f"'{dimension}'"), answer.c.site, tally.c.day, value, *_SUMS)
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(tally.c.day == day)
        .group_by(answer.c.site, tally.c.day, *apart)
    )
    return insert(daily).from_select(["dimension", "site", "day", "value", *ADDED_UP], summed)


def _by_all(sites: Sequence[ColumnElement[str]], day: int) -> Insert:
    """Return the statement that adds up *day* by all dimensions, apart by *sites* or not."""
    site = sites[0] if sites else _NOTHING
    apart = [func.coalesce(answer.c[name], _NOTHING).label(name) for name in DIMENSIONS]
    each = (
        select(site.label("site"), tally.c.day, *apart, *_SUMS)
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(tally.c.day == day)
        .group_by(*sites, tally.c.day, *apart)
        .subquery("each")
    )
    number = cast(func.row_number().over(), daily.c.value.type)
    names = ["site", "day", *DIMENSIONS, *ADDED_UP]
    summed = select(literal_column(f"'{TOGETHER}'"), number, *(each.c[name] for name in names))
    return insert(daily).from_select(["dimension", "value", *names], summed)
