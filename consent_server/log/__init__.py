"""The consent log: decisions are added durably, found by keyset, erased on request."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from consent_server.log import offers
from consent_server.log.forgetting import Forgetting
from consent_server.log.growth import Growth
from consent_server.log.ledger import MAX_ERASED, Ledger
from consent_server.log.query import MAX_LIMIT, Question, write_cursor
from consent_server.log.readiness import Readiness
from consent_server.log.records import same_decision
from consent_server.log.rows import to_record, whole
from consent_server.log.selection import conditions, selections
from consent_server.log.statistics import Day, days
from consent_server.log.totals import by_day, total
from consent_server.log.writer import GroupWriter
from consent_server.model import ConsentRecord, Filter, Slice
from scanner.database import forget_erased
from scanner.errors import DecisionConflict, LogUnavailable
from scanner.tables import answer, consent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from sqlalchemy import Connection, Engine

    from consent_server.log.writer import Letter, Outcome

    T = TypeVar("T")

READERS = 4  # questions that one process answers at once

#: Seconds between two groups of erasures, in which the visitors who wait have their turn; SQLite
#: lets those who wait look for it every tenth of a second.
REST = 0.15


class ConsentLog:
    """The decisions of all sites, in one database; made by `open`."""

    def __init__(self, engine: Engine, readers: ThreadPoolExecutor, growth: Growth) -> None:
        self._engine = engine
        self._readers = readers
        self._loop = asyncio.get_running_loop()
        self._writer: GroupWriter | None = None
        self._growth = growth
        self._ledger = Ledger(engine, growth)
        self._driver: Any = engine.dialect.dbapi
        self._readiness = Readiness(engine)
        self._forgetting = Forgetting(partial(forget_erased, engine))

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, engine: Engine, *, growth: Growth | None = None
    ) -> AsyncIterator[ConsentLog]:
        """
        Open the log in *engine*'s database; at the end, store what still waits.

        Args:
            growth: Of the tree that is signed; gets the leaves of the decisions.
        """
        with ThreadPoolExecutor(READERS, thread_name_prefix="consent-reader") as readers:
            log = cls(engine, readers, growth or Growth())
            try:
                yield log
            finally:
                if log._writer is not None:
                    await log._writer.close()
                    log._ledger.close()
                await log._forgetting.end()

    async def append(self, record: ConsentRecord) -> bool:
        """
        Store *record*; return, once it is durable, whether it is new.

        Raises:
            DecisionConflict: If another decision has its id.
            LogUnavailable: If it could not be stored now.
        """
        return await self._at_work().write(record)

    def hand_in(self, letter: Letter) -> None:
        """
        Store the record in *letter* with others, and tell it, once that is durable.

        Raises:
            LogUnavailable: If too many wait.
        """
        (self._writer or self._at_work()).hand_in(letter)

    async def get(self, key: str, *, site: str | None = None) -> ConsentRecord | None:
        """Return the record with the id *key*, as it was sent, if there is one (of *site*)."""
        question = Question(filter=Filter(id=key, site=site), limit=1)
        records, _ = await self._read(lambda connection: _page(connection, question))
        return records[0] if records else None

    async def whole(self, record: ConsentRecord) -> ConsentRecord:
        """Return *record* with what it says of every service that was offered."""
        return (await self._read(lambda connection: offers.whole(connection, [record])))[0]

    async def services(self, site: str) -> tuple[str, ...]:
        """Return the services that *site* ever offered."""
        return await self._read(lambda connection: offers.services_of(connection, site))

    async def evidence(
        self, key: str, *, site: str | None = None
    ) -> tuple[ConsentRecord, int, bytes] | None:
        """Return the record with the id *key*, its position in the tree, and its salt."""
        statement = whole().where(*conditions(Filter(id=key, site=site)))
        row = await self._read(lambda connection: connection.execute(statement).first())
        return None if row is None else (to_record(row), row.seq, bytes(row.salt))

    async def find(self, question: Question) -> Slice:
        """Return the records that *question* asks for, newest first, with every service."""
        return await self._read(lambda connection: _slice(connection, question))

    async def count(self, wanted: Filter) -> int:
        """Return how many records *wanted* lets through."""
        statement = total(wanted)
        return await self._read(lambda connection: int(connection.execute(statement).scalar_one()))

    async def sites(self) -> tuple[str, ...]:
        """Return the keys of all sites that anything was ever decided for, sorted."""
        known = select(answer.c.site).distinct().order_by(answer.c.site)
        return await self._read(lambda connection: tuple(connection.execute(known).scalars()))

    async def statistics(self, wanted: Filter, *, by: Sequence[str] = ()) -> tuple[Day, ...]:
        """
        Return how visitors answered on each day, of the answers that *wanted* lets through.

        They are counted by the day of receipt, and stay when decisions are erased.

        Args:
            wanted: Its times count as whole days; its id says nothing.
            by: What to tell apart, of `statistics.APART`.
        """
        statement = by_day(wanted, by)
        rows = await self._read(lambda connection: connection.execute(statement).all())
        return days(rows, by=by)

    async def ignored(self, given: tuple[Any, ...]) -> None:
        """
        Count that a visitor saw the banner and left it at that.

        Raises:
            LogUnavailable: If that could not be stored now.
        """

        def run() -> None:
            with self._unavailable():
                self._ledger.tally(given, now=dt.datetime.now(dt.UTC))

        await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def export(
        self, wanted: Filter, *, cursor: tuple[int, int] | None = None
    ) -> AsyncIterator[tuple[ConsentRecord, ...]]:
        """Yield all records that *wanted* lets through, as `find` does, in groups."""
        while True:
            question = Question(filter=wanted, cursor=cursor, limit=MAX_LIMIT)
            found, cursor = await self._read(lambda c, q=question: _whole_page(c, q))  # type: ignore[misc]
            if found:
                yield found
            if cursor is None:
                return

    async def erase(
        self, key: str, *, site: str | None = None, reason: str = "asked for by the visitor"
    ) -> bool:
        """
        Erase what is personal in the decision with the id *key* (of *site*, where given).

        Returns:
            Whether there was such a decision. The log's tree keeps its leaf, and says so.
        """
        return await self.erase_all(Filter(id=key, site=site), reason=reason) > 0

    async def erase_all(self, wanted: Filter, *, reason: str) -> int:
        """Erase what is personal in all decisions that *wanted* lets through; return how many."""
        which = and_(*conditions(wanted))

        def run() -> int:
            with self._unavailable():
                return self._ledger.erase(which, reason=reason, now=dt.datetime.now(dt.UTC))

        loop, total = asyncio.get_running_loop(), 0
        try:
            while erased := await loop.run_in_executor(self._readers, run):
                total += erased
                if erased < MAX_ERASED:
                    break
                await asyncio.sleep(REST)
        finally:
            if total:
                await self.forget()
        return total

    async def forget(self) -> None:
        """Take what was erased by now, whatever it was, out of SQLite's own log too."""
        await self._forgetting.begin()

    async def check(self) -> None:
        """
        Let it pass if decisions can be stored now.

        Raises:
            LogUnavailable: If not, or the database does not answer.
        """

        def run() -> None:
            with self._unavailable():
                self._readiness.check()

        await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def _at_work(self) -> GroupWriter:
        if self._writer is None:
            self._writer = GroupWriter(
                self._store,
                meanwhile=self._growth.advance,
                afterwards=self._count,
                send=self._ledger.send,
            )
        return self._writer

    async def _read(self, ask: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._unavailable(), self._engine.connect() as connection:
                return ask(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def _store(
        self, records: Sequence[ConsentRecord], committing: Callable[[], None]
    ) -> Sequence[Outcome]:
        """Store *records*, and remember whether that could be done."""
        try:
            outcomes = self._stored_each(records, committing)
        except LogUnavailable:
            self._readiness.heard(stored=False)
            raise
        self._readiness.heard(stored=not isinstance(outcomes[0], LogUnavailable))
        return outcomes

    def _stored_each(
        self, records: Sequence[ConsentRecord], committing: Callable[[], None] | None = None
    ) -> Sequence[Outcome]:
        """Store *records* in one commit; where one of them spoils it, each in its own."""
        first: dict[str, ConsentRecord] = {}  # in the order in which they came
        for record in records:
            first.setdefault(record.id, record)
        try:
            with self._unavailable():
                new = self._ledger.append(list(first.values()), committing)
                if len(new) == len(records):
                    return [True] * len(records)
                known = first | self._stored(first.keys() - new)
        except (DBAPIError, self._driver.Error) as exc:
            if len(records) == 1:
                return [LogUnavailable(f"the decision could not be stored: {exc}")]
            return [each for record in records for each in self._stored_each([record])]
        outcomes: list[Outcome] = []
        for record in records:
            if not same_decision(known[record.id], record):
                outcomes.append(DecisionConflict("another decision is stored under this id"))
            else:
                outcomes.append(record.id in new)
                new.discard(record.id)
        return outcomes

    def _count(self) -> None:
        """Count what was stored; what cannot be counted now is counted with what comes.

        Where the database takes groups without the thread, see to it that it can.
        """
        with contextlib.suppress(LogUnavailable), self._unavailable():
            self._ledger.count()
            stream = self._ledger.reach()
            if stream is not None:
                self._loop.call_soon_threadsafe(self._ledger.attach, stream, self._loop)

    def _stored(self, keys: set[str]) -> dict[str, ConsentRecord]:
        if not keys:
            return {}
        with self._engine.connect() as connection:
            found = connection.execute(whole().where(consent.c.id.in_(sorted(keys))))
            return {row.id: to_record(row) for row in found}

    @contextlib.contextmanager
    def _unavailable(self) -> Any:
        """Say, where the database is busy, full or gone, that the log is unavailable."""
        try:
            yield
        except (
            *(OperationalError, InterfaceError),
            *(self._driver.OperationalError, self._driver.InterfaceError),
        ) as exc:
            raise LogUnavailable(f"the database does not answer: {exc}") from exc


def _page(
    connection: Connection, question: Question
) -> tuple[tuple[ConsentRecord, ...], tuple[int, int] | None]:
    """Return the records that *question* asks for, and where the rest begins."""
    rows: Sequence[Any] = ()
    for statement in selections(question, connection.dialect.name):
        rows = connection.execute(statement).all()
        if len(rows) > question.limit:
            break
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    cursor = (rows[-1].decided_at, rows[-1].seq) if more else None
    return tuple(to_record(row) for row in rows), cursor


def _whole_page(
    connection: Connection, question: Question
) -> tuple[tuple[ConsentRecord, ...], tuple[int, int] | None]:
    records, cursor = _page(connection, question)
    return offers.whole(connection, records), cursor


def _slice(connection: Connection, question: Question) -> Slice:
    records, cursor = _whole_page(connection, question)
    return Slice(records=records, next_cursor=None if cursor is None else write_cursor(*cursor))
