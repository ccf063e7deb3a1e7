"""Measure what a decision costs in a log of ten million, beside one in an empty log.

    python benchmarks/growth.py [--rows 10000000] [--folder FOLDER] [--keep]

The first million comes from the ledger itself; it is then copied by the database, with other ids,
times and answers, since only the size of what is there matters here. Then both logs get the same
decisions through the writer, 32 at once, turn by turn; what is told are medians.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.log import processors  # noqa: E402
from benchmarks.log_rows import Chances, Cost, fill, rows_in  # noqa: E402
from benchmarks.server import postgresql  # noqa: E402
from consent_server.log import ConsentLog  # noqa: E402
from scanner.database import open_database  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from consent_server.model import ConsentRecord

FIRST = 1_000_000
AT_ONCE = 32  # decisions that wait at the same moment
ROUND = 4000  # decisions, one log after the other
ROUNDS = 9

STATEMENTS = Path(__file__).parent / "growth"  # one file for each kind of database


def grow(engine: Engine, count: int) -> None:
    """Bring *engine*'s log to *count* decisions, a multiple of what it has."""
    fill(engine, min(count, FIRST))
    has = rows_in(engine)
    script = (STATEMENTS / f"{engine.dialect.name}.sql").read_text(encoding="utf-8")
    for n in range(1, count // has):
        began = time.perf_counter()
        with engine.begin() as connection:
            _copy(connection, script, has, n)
        print(f"{has * (n + 1):9} rows: {time.perf_counter() - began:.0f} s", flush=True)
    if count // has > 1:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            everything = "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
            connection.exec_driver_sql(everything)


def _copy(connection: Connection, script: str, has: int, n: int) -> None:
    for statement in filter(str.strip, script.split(";")):
        connection.exec_driver_sql(statement.replace(":rows", str(has)).replace(":n", str(n)))


async def added(engine: Engine, log: ConsentLog, records: Sequence[ConsentRecord]) -> Cost:
    """Add *records* as visitors send them, `AT_ONCE` waiting; return what one cost."""
    cpu, began = processors(engine), time.perf_counter()
    for first in range(0, len(records), AT_ONCE):
        await asyncio.gather(*map(log.append, records[first : first + AT_ONCE]))
    took, cpu = time.perf_counter() - began, processors(engine) - cpu
    return Cost(cpu, 0, took)


async def compared(empty: Engine, full: Engine) -> list[tuple[Cost, Cost]]:
    """Add the same decisions to both logs, turn by turn."""
    found, chances, first = [], Chances(random.randrange(2**32)), rows_in(full)
    async with ConsentLog.open(empty) as small, ConsentLog.open(full) as large:
        for _ in range(ROUNDS + 1):
            records = chances.records(first, ROUND)
            first += ROUND
            pair = [await added(e, log, records) for e, log in ((empty, small), (full, large))]
            found.append((pair[0], pair[1]))
    return found[1:]  # the first round learns the answers


def compare(empty: str, full: str, rows: int) -> None:
    """Measure the logs at the two addresses; the second is filled first."""
    engines = [open_database(address) for address in (empty, full)]
    try:
        print(f"\n{engines[1].dialect.name}")
        grow(engines[1], rows)
        pairs = asyncio.run(compared(*engines))
        for name, which in (("processors", 0), ("clock", 2)):
            none, many = (
                statistics.median(pair[n][which] for pair in pairs) / ROUND * 1e6 for n in (0, 1)
            )
            ratio = statistics.median(pair[1][which] / pair[0][which] for pair in pairs)
            print(f"{name:10} {none:7.1f} µs at none, {many:7.1f} µs at {rows}: {ratio:.3f}")
    finally:
        for engine in engines:
            engine.dispose()


def main() -> None:
    """Measure each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the SQLite files are put")
    parser.add_argument("--databases", nargs=2, metavar=("EMPTY", "FULL"), help="others than ours")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        if given.databases:
            compare(*given.databases, given.rows)
            return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        compare(str(folder / "empty.db"), str(folder / "full.db"), given.rows)
        addresses = [stack.enter_context(postgresql()) for _ in range(2)]
        if addresses[0] and addresses[1]:
            compare(addresses[0], addresses[1], given.rows)


if __name__ == "__main__":
    main()
