"""Count the log again, and put right what its statistics say too much or too little.

A server from before counting went behind those who wait (revision 0013), that goes on during an
upgrade, counts its decisions by itself; they are counted once more with all others. The log knows
better: of decisions that are there it holds the answers, of those that are erased the cores.

    consent, bare_leaf ─► expected (day, core) ─► compared with tally ─► differences (day, answer)

What is erased has lost its language and country. Where several answers differ in those only, what
is too much of them is taken from each in proportion; their sum is exact.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import func, select

from consent_server.log import counting
from consent_server.log.ledger import Ledger
from consent_server.log.rows import CATEGORIES
from consent_server.log.statistics import IGNORED
from scanner.database import at_one_moment
from scanner.tables import answer, bare_leaf, consent, counted, tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine


class Difference(NamedTuple):
    """What the log holds more, or less, than its counts say."""

    times: dict[tuple[int, int], int]  # day and answer -> given so many times more
    held: dict[int, int]  # answer -> so many more decisions are there

    @property
    def days(self) -> tuple[int, ...]:
        """The days, since 1970, of which statistics are wrong."""
        return tuple(sorted({day for day, _ in self.times}))


def recount(engine: Engine) -> Difference:
    """Put the counts of *engine*'s database right while servers run; return what was wrong."""
    found = look(engine)
    if found.times or found.held:
        with Ledger(engine).turn() as (connection, _):
            counting.correct(connection, found.times, found.held)
    return found


def look(engine: Engine) -> Difference:
    """Return what is wrong with the counts of *engine*'s database, as of one moment."""
    with engine.connect() as connection:
        at_one_moment(connection)
        return _difference(connection)


def _difference(connection: Connection) -> Difference:
    end = connection.execute(select(counted.c.leaves)).scalar_one()
    cores = _cores(connection)
    there = _there(connection, end)
    erased = _erased(connection, end)
    told = connection.execute(select(tally.c.day, tally.c.answer, tally.c["count"]))
    said = {(day, number): times for day, number, times in told if number in cores}
    held = Counter[int]()
    for (_, number), times in there.items():
        held[number] += times
    kept = connection.execute(select(answer.c.id, answer.c.held)).all()
    return Difference(
        times=_compared(cores, there, erased, said),
        held={row.id: held[row.id] - row.held for row in kept if held[row.id] != row.held},
    )


def _cores(connection: Connection) -> dict[int, bytes]:
    """Return what the answers of decisions have in common with erased ones."""
    found = connection.execute(select(answer).where(answer.c.action != IGNORED))
    return {
        row.id: _core(
            row.site,
            row.revision,
            row.action,
            [getattr(row, name) for name in CATEGORIES],
            msgspec.json.decode(row.services) if row.services else {},
            row.surface,
            row.layout,
        )
        for row in found
    }


def _there(connection: Connection, end: int) -> dict[tuple[int, int], int]:
    """Return how often, of the first *end* decisions, each answer is there on each day."""
    rows = connection.execute(
        select(counting.RECEIVED_ON.label("day"), consent.c.answer, func.count().label("times"))
        .where(consent.c.seq < end)
        .group_by(counting.RECEIVED_ON, consent.c.answer)
    )
    return {(row.day, row.answer): row.times for row in rows}


def _erased(connection: Connection, end: int) -> Counter[tuple[int, bytes]]:
    """Return how often, of the first *end* decisions, each day and core is erased."""
    rows = connection.execute(
        select(bare_leaf.c.core, func.count())
        .where(
            bare_leaf.c.position < end,
            bare_leaf.c.core.startswith('["decision",', autoescape=True),
        )
        .group_by(bare_leaf.c.core)
    )
    return Counter({_read(core): times for core, times in rows})


def _read(text: str) -> tuple[int, bytes]:
    """Return the day of a decision's core, and the rest of it; see `leaf.core_of`."""
    _, day, *shared = msgspec.json.decode(text)
    return day, _core(*shared)


def _core(
    site: str,
    shown: str,
    action: str,
    answers: list[bool | None],
    services: dict[str, bool] | None = None,
    surface: str | None = None,
    layout: str | None = None,
) -> bytes:
    """Return what names a core but for its day, however early it was written."""
    parts = (site, shown, action, answers, services or {}, surface, layout)
    return msgspec.json.encode(parts, order="sorted")


def _compared(
    cores: Mapping[int, bytes],
    there: Mapping[tuple[int, int], int],
    erased: Mapping[tuple[int, bytes], int],
    said: Mapping[tuple[int, int], int],
) -> dict[tuple[int, int], int]:
    """Return how many more of each answer there are on each day than is *said*."""
    alike: dict[tuple[int, bytes], list[tuple[int, int]]] = defaultdict(list)
    for day, number in sorted(there.keys() | said.keys()):
        alike[day, cores[number]].append((day, number))
    found: dict[tuple[int, int], int] = {}
    for key, places in alike.items():
        counts = [said.get(place, 0) for place in places]
        least = [there.get(place, 0) for place in places]
        right = _spread(erased.get(key, 0), least, counts)
        found |= {
            place: now - before
            for place, now, before in zip(places, right, counts, strict=True)
            if now != before
        }
    return found


def _spread(gone: int, least: list[int], counts: list[int]) -> list[int]:
    """Return *least*, with *gone* more spread as what *counts* have more than it."""
    over = [max(0, count - few) for count, few in zip(counts, least, strict=True)]
    if sum(over) == gone:
        return [few + more for few, more in zip(least, over, strict=True)]
    weights = over if any(over) else [1] * len(over)
    shares = [gone * weight // sum(weights) for weight in weights]
    shares[weights.index(max(weights))] += gone - sum(shares)
    return [few + share for few, share in zip(least, shares, strict=True)]
