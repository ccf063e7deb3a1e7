"""The consent log: decisions are added durably, found by keyset, erased on request."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from consent_server.model import Action, ConsentRecord, Filter, Slice
from consent_server.query import MAX_LIMIT, Question, write_cursor
from consent_server.records import same_decision
from consent_server.writer import GroupWriter
from scanner.errors import DecisionConflict, LogUnavailable
from scanner.model import OPTIONAL_CATEGORIES
from scanner.tables import consent, from_milliseconds, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Row, Select

    from consent_server.writer import Outcome

    T = TypeVar("T")

READERS = 4  # questions that one process answers at once

_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_NEWEST_FIRST = (consent.c.decided_at.desc(), consent.c.seq.desc())


class ConsentLog:
    """The decisions of all sites, in one database; made by `open`."""

    def __init__(self, engine: Engine, readers: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._readers = readers
        self._writer: GroupWriter | None = None
        dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
        self._insert = (
            dialect.insert(consent)
            .on_conflict_do_nothing(index_elements=[consent.c.id])
            .returning(consent.c.id)
        )

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, engine: Engine) -> AsyncIterator[ConsentLog]:
        """Open the log in *engine*'s database; at the end, store what still waits."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="consent-reader") as readers:
            log = cls(engine, readers)
            try:
                yield log
            finally:
                if log._writer is not None:
                    await log._writer.close()

    async def append(self, record: ConsentRecord) -> bool:
        """
        Store *record*; return, once it is durable, whether it is new.

        Raises:
            DecisionConflict: If another decision has its id.
            LogUnavailable: If it could not be stored now.
        """
        if self._writer is None:
            self._writer = GroupWriter(self._store)
        return await self._writer.write(record)

    async def get(self, key: str, *, site: str | None = None) -> ConsentRecord | None:
        """Return the record with the id *key*, if there is one (of *site*, where given)."""
        question = Question(filter=Filter(id=key, site=site), limit=1)
        records = (await self.find(question)).records
        return records[0] if records else None

    async def find(self, question: Question) -> Slice:
        """Return the records that *question* asks for, newest first."""
        return await self._read(lambda connection: _slice(connection, question))

    async def count(self, wanted: Filter) -> int:
        """Return how many records *wanted* lets through."""
        statement = select(func.count()).select_from(consent).where(*_conditions(wanted))
        return await self._read(lambda connection: int(connection.execute(statement).scalar_one()))

    async def export(
        self, wanted: Filter, *, cursor: tuple[int, int] | None = None
    ) -> AsyncIterator[tuple[ConsentRecord, ...]]:
        """Yield all records that *wanted* lets through, in groups, newest first."""
        while True:
            question = Question(filter=wanted, cursor=cursor, limit=MAX_LIMIT)
            found, cursor = await self._read(lambda c, q=question: _page(c, q))  # type: ignore[misc]
            if found:
                yield found
            if cursor is None:
                return

    async def erase(self, key: str, *, site: str | None = None) -> bool:
        """Erase the record with the id *key* (of *site*, where given); return whether it was."""
        statement = delete(consent).where(*_conditions(Filter(id=key, site=site)))

        def run() -> bool:
            with self._unavailable(), self._engine.begin() as connection:
                return connection.execute(statement).rowcount > 0

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def check(self) -> None:
        """
        Ask the database for nothing.

        Raises:
            LogUnavailable: If it does not answer.
        """
        await self._read(lambda connection: connection.execute(select(1)).scalar_one())

    async def _read(self, ask: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._unavailable(), self._engine.connect() as connection:
                return ask(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def _store(self, records: Sequence[ConsentRecord]) -> Sequence[Outcome]:
        """Store *records* in one commit; where one of them spoils it, each in its own."""
        try:
            with self._unavailable(), self._engine.begin() as connection:
                return self._store_in(connection, records)
        except DBAPIError:
            if len(records) == 1:
                raise
        outcomes: list[Outcome] = []
        for record in records:
            try:
                outcomes.extend(self._store([record]))
            except (DBAPIError, LogUnavailable) as exc:
                outcomes.append(LogUnavailable(f"the decision could not be stored: {exc}"))
        return outcomes

    def _store_in(self, connection: Connection, records: Sequence[ConsentRecord]) -> list[Outcome]:
        first: dict[str, ConsentRecord] = {}
        for record in records:
            first.setdefault(record.id, record)
        # In the order of their ids, so that two servers never wait for each other's rows.
        rows = [_row(first[key]) for key in sorted(first)]
        new = set(connection.execute(self._insert, rows).scalars())
        known = dict(first)
        if len(new) < len(first):
            known |= _records(connection, first.keys() - new)
        outcomes: list[Outcome] = []
        for record in records:
            if not same_decision(known[record.id], record):
                outcomes.append(DecisionConflict("another decision is stored under this id"))
            else:
                outcomes.append(record.id in new)
                new.discard(record.id)
        return outcomes

    @contextlib.contextmanager
    def _unavailable(self) -> Any:
        """Say, where the database is busy, full or gone, that the log is unavailable."""
        try:
            yield
        except (OperationalError, InterfaceError) as exc:
            raise LogUnavailable(f"the database does not answer: {exc.orig}") from exc


def selection(question: Question) -> Select[Any]:
    """Return the statement that finds what *question* asks for, and one more."""
    statement = select(consent).where(*_conditions(question.filter))
    if question.cursor is not None:
        position = tuple_(consent.c.decided_at, consent.c.seq)
        statement = statement.where(position < question.cursor)
    return statement.order_by(*_NEWEST_FIRST).limit(question.limit + 1)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    equal = ("site", "action", "revision", "id", "language")
    conditions: list[ColumnElement[bool]] = [
        consent.c[name] == getattr(wanted, name)
        for name in equal
        if getattr(wanted, name) is not None
    ]
    conditions += [consent.c[category].is_(True) for category in wanted.granted]
    conditions += [consent.c[category].is_(False) for category in wanted.refused]
    if wanted.since is not None:
        conditions.append(consent.c.decided_at >= to_milliseconds(wanted.since))
    if wanted.until is not None:
        conditions.append(consent.c.decided_at < to_milliseconds(wanted.until))
    return conditions


def _page(
    connection: Connection, question: Question
) -> tuple[tuple[ConsentRecord, ...], tuple[int, int] | None]:
    """Return the records that *question* asks for, and where the rest begins."""
    rows = connection.execute(selection(question)).all()
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    cursor = (rows[-1].decided_at, rows[-1].seq) if more else None
    return tuple(_record(row) for row in rows), cursor


def _slice(connection: Connection, question: Question) -> Slice:
    records, cursor = _page(connection, question)
    return Slice(records=records, next_cursor=None if cursor is None else write_cursor(*cursor))


def _records(connection: Connection, keys: Any) -> dict[str, ConsentRecord]:
    rows = connection.execute(select(consent).where(consent.c.id.in_(sorted(keys))))
    return {row.id: _record(row) for row in rows}


def _record(row: Row[Any]) -> ConsentRecord:
    answers = ((name, getattr(row, name)) for name in _CATEGORIES)
    return ConsentRecord(
        id=row.id,
        site=row.site,
        revision=row.revision,
        choices={name: bool(granted) for name, granted in answers if granted is not None},
        action=Action(row.action),
        language=row.language,
        decided_at=from_milliseconds(row.decided_at),
        received_at=from_milliseconds(row.received_at),
        page=row.page,
        gpc=bool(row.gpc),
        flags=tuple(row.flags.split()),
    )


def _row(record: ConsentRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "site": record.site,
        "revision": record.revision,
        **{name: record.choices.get(name) for name in _CATEGORIES},
        "action": record.action.value,
        "language": record.language,
        "decided_at": to_milliseconds(record.decided_at),
        "received_at": to_milliseconds(record.received_at),
        "page": record.page,
        "gpc": record.gpc,
        "flags": " ".join(record.flags),
    }
