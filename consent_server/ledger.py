"""Add to the log's tree: decisions and erasures, each group with its leaves in one commit.

Writers take turns, in whatever process they are, so that positions have no gaps and no order but
that of the commits.
"""

from __future__ import annotations

import contextlib
import functools
import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from consent_server import leaf as leaves
from consent_server import rows
from scanner.tables import consent, leaf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine
    from sqlalchemy.pool import PoolProxiedConnection

    from consent_server.model import ConsentRecord

    _Salted = tuple[ConsentRecord, bytes]

#: How a writer takes its turn: until its commit nobody else can.
_BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1802268519)"}


MAX_ERASED = 1000  # decisions erased in one commit, so that visitors need not wait long


class _Twins(Exception):
    """Some of the decisions are there already."""


class Ledger:
    """The tree and its decisions in *engine*'s database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialect = engine.dialect.name
        self._driver: Any = engine.dialect.dbapi
        self._begin = _BEGIN[self._dialect]
        self._connection: PoolProxiedConnection | None = None

    def append(self, records: Sequence[ConsentRecord]) -> set[str]:
        """
        Add those of *records*, whose ids differ, that are not there yet; return their ids.

        Only one thread may append.
        """
        salts = os.urandom(leaves.SALT_LENGTH * len(records))
        salted = [
            (record, salts[n * leaves.SALT_LENGTH : (n + 1) * leaves.SALT_LENGTH])
            for n, record in enumerate(records)
        ]
        hashes = [leaves.of_record(record, salt) for record, salt in salted]
        if self._append_new(salted, hashes):
            return {record.id for record in records}
        with self.turn() as (connection, position):
            asked = consent.c.id.in_([record.id for record in records])
            known = set(connection.execute(select(consent.c.id).where(asked)).scalars())
            fresh = [n for n, record in enumerate(records) if record.id not in known]
            rest = [salted[n] for n in fresh]
            cursor = connection.connection.cursor()
            if rest and not self._add(cursor, position, rest, [hashes[n] for n in fresh]):
                raise ValueError("two of the records have the same id")
            return {record.id for record, _ in rest}

    def erase(self, which: ColumnElement[bool], *, reason: str, now: dt.datetime) -> int:
        """
        Delete what is personal in the decisions *which*, at most `MAX_ERASED` of them.

        Their leaves and cores stay, and each erasure is a leaf itself.

        Returns:
            How many there were.
        """
        with self.turn() as (connection, position):
            found = connection.execute(
                select(consent).where(which).order_by(consent.c.seq).limit(MAX_ERASED)
            ).all()
            for offset, row in enumerate(found):
                record = rows.to_record(row)
                connection.execute(
                    update(leaf)
                    .where(leaf.c.position == row.seq)
                    .values(
                        core=leaves.core(record).decode(),
                        inner=leaves.inner(bytes(row.salt), leaves.personal(record)),
                    )
                )
                core = leaves.erasure(row.seq, reason, now)
                connection.execute(
                    insert(leaf).values(
                        position=position + offset,
                        hash=leaves.leaf_hash(core, leaves.NOTHING),
                        core=core.decode(),
                        inner=leaves.NOTHING,
                    )
                )
            keys = [row.seq for row in found]
            connection.execute(delete(consent).where(consent.c.seq.in_(keys)))
        if found:
            self._leave_no_trace()
        return len(found)

    @contextlib.contextmanager
    def turn(self) -> Iterator[tuple[Connection, int]]:
        """Be the only writer until the block ends, then commit; give the next position."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(self._begin)
            last: int | None = connection.exec_driver_sql(_last_position()).scalar_one()
            yield connection, 0 if last is None else last + 1
            connection.commit()

    def _append_new(self, salted: Sequence[_Salted], hashes: Sequence[bytes]) -> bool:
        """Add all of *salted* in one commit, by the driver alone; False: some are there already.

        This is the hot path: it keeps its connection, and goes round SQLAlchemy's.
        """
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        connection = self._connection
        try:
            cursor = connection.cursor()
            cursor.execute(self._begin)
            cursor.execute(_last_position())
            last = cursor.fetchall()[0][0]
            whole = self._add(cursor, 0 if last is None else last + 1, salted, hashes)
            if whole:
                connection.commit()
            else:
                connection.rollback()
        except BaseException:
            with contextlib.suppress(self._driver.Error):  # gone already
                connection.rollback()
            self.close()
            raise
        return whole

    def _add(
        self, cursor: Any, position: int, salted: Sequence[_Salted], hashes: Sequence[bytes]
    ) -> bool:
        """Add rows and leaves from *position* on; False: a decision was there already."""
        added = [
            rows.to_row(record, seq=position + n, salt=salt)
            for n, (record, salt) in enumerate(salted)
        ]
        cursor.execute(*rows.addition(self._dialect, consent, added))
        if cursor.rowcount < len(added):
            return False
        positioned = [(position + n, found) for n, found in enumerate(hashes)]
        cursor.execute(*rows.addition(self._dialect, leaf, positioned))
        return True

    def close(self) -> None:
        """Give the connection of the hot path back; the next append opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()

    def _leave_no_trace(self) -> None:
        """Take what was erased out of SQLite's write-ahead log too."""
        if self._dialect == "sqlite":
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@functools.cache
def _last_position() -> str:
    """Return the statement that asks for the last position, the same in both dialects."""
    return str(select(func.max(leaf.c.position)))
