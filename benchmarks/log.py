"""Measure the log at a million decisions: any page and count, statistics, verification.

    python benchmarks/log.py [--rows 1000000] [--database ADDRESS…] [--at-once]

Without --database it fills a SQLite file and, where its binaries are, a PostgreSQL, and throws
them away; what --database names is filled up to --rows and kept. Each page is asked for three
times; the best is told, since whatever made the others slower was not the log. The goal is held
against the processors' time, which a busy machine does not change.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select  # noqa: E402

from benchmarks.log_rows import REVISION_LASTS, fill, processor, rows_in  # noqa: E402
from benchmarks.server import postgresql  # noqa: E402
from consent_server.log import ConsentLog  # noqa: E402
from consent_server.log.query import Question, read_question  # noqa: E402
from scanner.database import open_database  # noqa: E402
from scanner.tables import consent, from_milliseconds  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy import Engine

TIMES = 3
GOAL = 50.0  # milliseconds

Pairs = list[tuple[str, str]]


class Took(NamedTuple):
    """How many milliseconds something took: of the clock, and of processors."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.cpu:7.1f}{'!' if self.cpu > GOAL else ' '}{f'({self.wall:.0f})':>8}"


class Extent(NamedTuple):
    """Where a log begins, and where it ends."""

    first: int  # decided_at, in milliseconds
    last: int
    rows: int
    key: str  # id of a decision in the middle

    def at(self, part: float) -> int:
        """Return the moment after *part* of its time."""
        return self.first + int((self.last - self.first) * part)

    def day(self, part: float) -> str:
        """Return the day of that moment."""
        return from_milliseconds(self.at(part)).date().isoformat()


def questions(extent: Extent) -> list[Pairs]:
    """Return what is asked: each filter with a common and a rare value, and likely pairs."""
    newest = (extent.rows - 1) // REVISION_LASTS
    month = [("from", extent.day(0.5)), ("to", extent.day(0.6))]
    refused, granted = [("granted", "false")], [("granted", "true")]
    return [
        [],
        [("id", extent.key)],
        [("site", "site0")],
        [("site", "site39")],
        [("site", "nobody")],
        month,
        [("from", extent.day(0.0)), ("to", extent.day(1.0))],
        *([("category", "marketing"), *one] for one in (granted, refused)),
        [("category", "marketing"), ("category", "functional"), *refused],
        *([("service", "YouTube"), *one] for one in (granted, refused)),
        *([("service", "Vimeo"), *one] for one in (granted, refused)),
        [("service", "Nothing"), *granted],
        *([("action", action)] for action in ("accept-all", "gpc", "import")),
        *([("surface", surface)] for surface in ("banner", "api")),
        *([("language", language)] for language in ("nb", "is", "fi")),
        *([("country", country)] for country in ("NO", "IS", "JP")),
        *([("revision", f"r{number}")] for number in (0, newest // 2, newest)),
        [("site", "site0"), *month],
        [("site", "site20"), *month],
        [("site", "site0"), ("action", "withdraw")],
        [("site", "site5"), ("category", "marketing"), *refused],
        [("site", "site30"), ("category", "statistics"), *granted, *month],
        [("site", "site9"), ("revision", "r0")],
        [("language", "is"), ("action", "withdraw")],
        [("country", "SE"), ("category", "statistics"), *refused],
        [("country", "IS"), *month],
        [("category", "marketing"), *refused, *month],
        [("action", "gpc"), ("surface", "api"), ("language", "is")],
        [("service", "YouTube"), *refused, ("site", "site30")],
    ]


def extent_of(engine: Engine) -> Extent:
    """Return how far *engine*'s log reaches."""
    with engine.connect() as connection:
        first, last = connection.execute(
            select(func.min(consent.c.decided_at), func.max(consent.c.decided_at))
        ).one()
        middle = select(consent.c.id).where(consent.c.decided_at >= (first + last) // 2)
        key: str = connection.execute(middle.order_by(consent.c.decided_at).limit(1)).scalar_one()
    return Extent(first, last, rows_in(engine), key)


async def ask_all(log: ConsentLog, engine: Engine, extent: Extent) -> int:
    """Ask for pages and counts; return how many took longer than they may."""
    print("".join(f"{name:>16}" for name in ("first page", "middle", "last", "count")))
    print(f"{'CPU ms (wall)':>16}" * 4)
    slow = 0
    for pairs in questions(extent):
        wanted = read_question(pairs).filter
        cursors = (None, (extent.at(0.5), extent.rows // 2), (extent.at(0.002), extent.rows))
        asked = [
            *(partial(log.find, Question(filter=wanted, cursor=cursor)) for cursor in cursors),
            partial(log.count, wanted),
        ]
        took = [await best(ask, engine) for ask in asked]
        slow += sum(each.cpu > GOAL for each in took)
        words = " ".join("=".join(pair) for pair in pairs) or "everything"
        print(*took, f" {words}", sep="", flush=True)
    return slow


async def best(ask: Callable[[], Awaitable[object]], engine: Engine) -> Took:
    """Return what *ask* takes, at best."""
    took = []
    for _ in range(TIMES):
        began, cpu = time.perf_counter(), processors(engine)
        await ask()
        took.append(Took((time.perf_counter() - began) * 1000, (processors(engine) - cpu) * 1000))
    return Took(min(each.wall for each in took), min(each.cpu for each in took))


def processors(engine: Engine) -> float:
    """Return for how many seconds this process, and those of *engine*, have been on processors."""
    here = time.process_time()
    if engine.dialect.name != "postgresql":
        return here
    folder = Path(str(engine.url.query["host"]))
    first = (folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0]
    pids = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return here + sum(processor(int(pid)) for pid in pids)


async def statistics(log: ConsentLog, engine: Engine, extent: Extent) -> None:
    """Ask for statistics."""
    month: Pairs = [("from", extent.day(0.5)), ("to", extent.day(0.6))]
    asked: list[tuple[Pairs, tuple[str, ...]]] = [
        *(([], by) for by in ((), ("site",))),
        *(([("site", site)], ()) for site in ("site0", "site39")),
        *(([("site", "site0")], (by,)) for by in ("language", "country", "revision")),
        *(([pair], ()) for pair in (("action", "save"), ("surface", "api"))),
        *(([("category", "marketing"), *one], ()) for one in ([], [("granted", "false")])),
        ([("service", "YouTube"), ("granted", "false")], ()),
        ([("site", "site0"), ("category", "marketing")], ("country",)),
        ([("site", "site0")], ("language", "country")),
        *(([], by) for by in (("country",), ("site", "revision"), ("language", "country"))),
        (month, ("site",)),
        (month, ("language", "country")),
        ([("site", "site0"), *month], ()),
        ([("site", "site0"), *month], ("country",)),
    ]
    for pairs, by in asked:
        wanted = read_question(pairs).filter
        took = await best(lambda w=wanted, b=by: log.statistics(w, by=b), engine)  # type: ignore[misc]
        words = " ".join("=".join(pair) for pair in pairs) or "everything"
        print(f"{took}  statistics of {words}{' by ' if by else ''}{', '.join(by)}", flush=True)


def measure(address: str, rows: int) -> int:
    """Fill the log at *address*, and measure it; return how many questions took too long."""
    engine = open_database(address)
    try:
        print(f"\n{engine.dialect.name}, {rows} decisions")
        fill(engine, rows)
        if engine.dialect.name == "postgresql":  # its daemon does that within a minute
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")

        async def asked() -> int:
            extent = extent_of(engine)
            async with ConsentLog.open(engine) as log:
                slow = await ask_all(log, engine, extent)
                await statistics(log, engine, extent)
            return slow

        slow = asyncio.run(asked())
    finally:
        engine.dispose()
    return slow


def main() -> int:
    """Measure each kind of database; leave with 1 if a question took too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", action="append", default=[])
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        addresses = given.database
        if not addresses:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp"))
            there = stack.enter_context(postgresql())
            addresses = [f"{folder}/kapsel.db", *([there] if there else [])]
        slow = sum(measure(address, given.rows) for address in addresses)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
