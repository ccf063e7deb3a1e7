"""Add to the log's tree: decisions and erasures, each group with its leaves in one commit.

Writers take turns, in whatever process they are, so that positions have no gaps and no order but
that of the commits.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, select

from consent_server.given import Given
from consent_server.log import counting, rows
from consent_server.log import leaf as leaves
from consent_server.log.growth import Growth
from scanner.tables import bare_leaf, consent, leaf_group, to_milliseconds

if TYPE_CHECKING:
    import asyncio
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Row
    from sqlalchemy.pool import PoolProxiedConnection

    from consent_server.log.stream import Stream
    from consent_server.model import ConsentRecord

#: How a writer takes its turn: until its commit nobody else can.
_BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1802268519)"}


REACH_AGAIN = 10  # seconds between two tries to have a line of one's own

MAX_ERASED = 500  # decisions erased in one commit, so that visitors need not wait long


_ANSWER, _RECEIVED = 1, 3  # where a row, as `rows.to_row` returns it, holds them


class _Group(NamedTuple):
    """Decisions on their way into the database, with their leaves."""

    rows: list[tuple[Any, ...]]
    hashes: list[bytes]
    given: list[tuple[int, int]]  # day of receipt, and answer

    def only(self, which: Sequence[int]) -> _Group:
        """Return those at the places *which*."""
        return _Group(
            [self.rows[n] for n in which],
            [self.hashes[n] for n in which],
            [self.given[n] for n in which],
        )


class Ledger:
    """The tree and its decisions in *engine*'s database."""

    def __init__(self, engine: Engine, growth: Growth | None = None) -> None:
        """
        Args:
            growth: Gets the leaves that are added.
        """
        self._engine = engine
        self._growth = growth or Growth()
        self._given = Given(engine)
        self._dialect = engine.dialect.name
        self._driver: Any = engine.dialect.dbapi
        self._begin = _BEGIN[self._dialect]
        self._connection: PoolProxiedConnection | None = None
        self._uncounted = counting.EVERY  # others may have left as many
        self._own = counting.Own()
        self._stream: Stream | None = None
        self._reached = -math.inf  # when a stream was made last

    def append(
        self, records: Sequence[ConsentRecord], committing: Callable[[], None] | None = None
    ) -> set[str]:
        """
        Add those of *records*, whose ids differ, that are not there yet; return their ids.

        Only one thread may append.

        Args:
            committing: Is called when only the commit of all of them is left to wait for.
        """
        given = self._given.numbers([rows.to_answer(record) for record in records])
        group = self._group(records, given)
        self._uncounted += len(records)
        first = self._append_new(group, committing or _nothing)
        if first is not None:
            self._own.add(group.given, first)
            self._growth.add(first, group.hashes)
            return {record.id for record in records}
        with self.turn() as (connection, position):
            asked = consent.c.id.in_([record.id for record in records])
            known = set(connection.execute(select(consent.c.id).where(asked)).scalars())
            fresh = [n for n, record in enumerate(records) if record.id not in known]
            new = group.only(fresh)
            if fresh:
                self._add(connection.connection.cursor(), position, new)
        self._own.add(new.given, position)
        self._growth.add(position, new.hashes)
        return {records[n].id for n in fresh}

    def reach(self) -> Stream | None:
        """
        Return a new way for `send`, to `attach`; None: there is one, or there cannot be one now.

        Raises:
            psycopg.Error: If the database does not answer.
        """
        if self._dialect != "postgresql" or (self._stream is not None and self._stream.open):
            return None
        if time.monotonic() < self._reached + REACH_AGAIN:
            return None
        self._reached = time.monotonic()
        from consent_server.log.stream import Stream

        connection = self._engine.raw_connection()
        try:
            return Stream(connection, lock=self._begin, add=rows.for_postgresql("$1", "$2"))
        except BaseException:
            connection.invalidate()
            raise

    def attach(self, stream: Stream, loop: asyncio.AbstractEventLoop) -> None:
        """Send on *stream* from now on; *loop*'s thread alone may say so."""
        stream.attach(loop)
        self._stream = stream

    def send(self, records: Sequence[ConsentRecord], heard: Callable[[bool], None]) -> bool:
        """
        Send *records* on their way without waiting; False: they cannot be, so `append` them.

        Only the thread of the event loop may send.

        Args:
            heard: Is called with whether all are stored, and were new. Where not, none is; or, if
                the database went away, perhaps all are: `append` finds out.
        """
        if self._stream is None or not self._stream.open:
            return False
        given = self._given.known([rows.to_answer(record) for record in records])
        if given is None:
            return False
        group = self._group(records, given)

        def hear(first: int | None) -> None:
            if first is not None:
                self._own.add(group.given, first)
                self._growth.add(first, group.hashes)
                self._uncounted += len(records)  # one too many or too few does no harm
            heard(first is not None)

        self._stream.send(rows.told(group.rows, group.hashes), hear)
        return True

    def count(self) -> None:
        """Count what was added, if that is much by now."""
        if self._uncounted < counting.EVERY:
            return
        with self.turn() as (connection, position):
            counting.count(connection, position, self._own.taken(position))
        self._uncounted = 0

    def tally(self, given: tuple[Any, ...], *, now: dt.datetime) -> None:
        """Count the answer *given*, which leaves no decision."""
        (number,) = self._given.numbers([given])
        with self._engine.begin() as connection:
            counting.ignored(connection, day=to_milliseconds(now) // rows.DAY, given=number)

    def erase(self, which: ColumnElement[bool], *, reason: str, now: dt.datetime) -> int:
        """
        Delete what is personal in the decisions *which*, at most `MAX_ERASED` of them.

        Their leaves and cores stay, and each erasure is a leaf itself.

        Returns:
            How many there were.
        """
        with self.turn() as (connection, position):
            asked = rows.whole().where(which).limit(MAX_ERASED)
            found = sorted(connection.execute(asked), key=lambda row: row.seq)
            if found:
                counting.count(connection, position)
                counting.uncount(connection, [row.answer for row in found])
                cores = [leaves.erasure(row.seq, reason, now) for row in found]
                hashes = b"".join(leaves.leaf_hash(core, leaves.NOTHING) for core in cores)
                connection.execute(insert(leaf_group).values(first=position, hashes=hashes))
                erasures = [
                    {"position": place, "core": core.decode(), "inner": leaves.NOTHING}
                    for place, core in enumerate(cores, position)
                ]
                connection.execute(insert(bare_leaf), [*map(_redacted, found), *erasures])
                keys = [row.seq for row in found]
                connection.execute(delete(consent).where(consent.c.seq.in_(keys)))
        return len(found)

    @contextlib.contextmanager
    def turn(self) -> Iterator[tuple[Connection, int]]:
        """Be the only writer until the block ends, then commit; give the next position."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(self._begin)
            yield connection, connection.exec_driver_sql(_leaf_count()).scalar() or 0
            connection.commit()

    def _group(self, records: Sequence[ConsentRecord], given: Sequence[int]) -> _Group:
        salts = bytearray(os.urandom(leaves.SALT_LENGTH * len(records)))
        salted = [
            salts[n : n + leaves.SALT_LENGTH] for n in range(0, len(salts), leaves.SALT_LENGTH)
        ]
        added = [
            rows.to_row(record, given=number, salt=salt)
            for record, number, salt in zip(records, given, salted, strict=True)
        ]
        keys = [(row[_RECEIVED] // rows.DAY, row[_ANSWER]) for row in added]
        examples = dict(zip(keys, records, strict=True))  # equal answers of a day, equal cores
        cores = {key: leaves.core(record) for key, record in examples.items()}
        hashes = [
            leaves.leaf_hash(cores[key], leaves.inner(salt, leaves.personal(record)))
            for record, salt, key in zip(records, salted, keys, strict=True)
        ]
        return _Group(added, hashes, keys)

    def _append_new(self, group: _Group, committing: Callable[[], None]) -> int | None:
        """Add all of *group* in one commit, by the driver alone, and return the first's position.

        None: some are there already, so none is added.

        This is the hot path: it keeps its connection, and goes round SQLAlchemy's.
        """
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        try:
            if self._dialect == "sqlite":
                commit = self._commit_to_sqlite
            else:
                commit = self._commit_to_postgresql
            return commit(self._connection.driver_connection, group, committing)
        except self._driver.IntegrityError:
            self._connection.rollback()
            return None
        except BaseException:
            with contextlib.suppress(self._driver.Error):  # gone already
                self._connection.rollback()
            self._let_go()
            raise

    def _commit_to_sqlite(
        self, connection: Any, group: _Group, committing: Callable[[], None]
    ) -> int:
        cursor = connection.cursor()
        cursor.execute(self._begin)
        cursor.execute(_leaf_count())
        found = cursor.fetchall()
        first: int = found[0][0] if found else 0
        self._add(cursor, first, group)
        committing()
        connection.commit()
        return first

    def _commit_to_postgresql(
        self, connection: Any, group: _Group, committing: Callable[[], None]
    ) -> int:
        """Send everything at once, and only then wait; what a pipeline holds is one transaction."""
        connection.autocommit = True
        with connection.pipeline(), connection.cursor() as cursor:
            cursor.execute(self._begin)
            self._add(cursor, None, group)
            committing()
            first: int = cursor.fetchone()[0]
        return first

    def _add(self, cursor: Any, position: int | None, group: _Group) -> None:
        """Add rows and leaves, from *position* on (PostgreSQL finds that out itself)."""
        for statement, parameters in rows.additions(
            self._dialect, position, group.rows, group.hashes
        ):
            cursor.execute(statement, parameters)

    def close(self) -> None:
        """Give the connections of the hot path back; the thread of the event loop alone may."""
        if self._stream is not None:
            self._stream.close()
        self._let_go()

    def _let_go(self) -> None:
        """Give the connection of `append` back; the next one opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(self._driver.Error):  # gone already
                connection.invalidate()


def _nothing() -> None:
    """Nobody waits."""


def _redacted(row: Row[Any]) -> dict[str, object]:
    """Return what is left of the decision in *row*, of `rows.whole`, when it is erased."""
    record = rows.to_record(row)
    return {
        "position": row.seq,
        "core": leaves.core(record).decode(),
        "inner": leaves.inner(bytes(row.salt), leaves.personal(record)),
    }


@functools.cache
def _leaf_count() -> str:
    """Return the statement that asks for the number of leaves, the same in both dialects."""
    return str(rows.leaf_count())
