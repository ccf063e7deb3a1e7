"""One thread that stores, in one commit, all decisions that wait at the same moment.

There is no timer: while one commit waits for the disk, the next group gathers, and it is handed
over when a turn of the event loop has brought nobody new. So a lone decision waits for one commit,
and thousands a second share a few hundred. What can be done for a group is done for the group: the
processor does the same thing thirty times in a third of the time that it takes once in a while.

    letters ─► group ─► opened by the event loop ─► stored by the thread ─► told by the event loop
                                                 ─► or sent on by the loop itself ─► told

Where the database has a line on which the loop can send, to hand a group to the thread and back
would take longer than to send it; the thread is then for what is not new, or fails.

While the thread waits for the disk, the loop has nothing to do, as all who could ask wait for that
commit; so it prepares the answers then.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from consent_server import metrics
from scanner.errors import LogUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from consent_server.model import ConsentRecord

    #: What became of each record: True: stored; False: was there already; or why not.
    Outcome = bool | Exception

MAX_BATCH = 500  # decisions in one commit: some ten milliseconds of work
SENT = 1000  # decisions that are sent on before it is asked whether to count them
MAX_WAITING = 10_000  # decisions that may wait in one process: about a second of work

log = structlog.get_logger(__name__)


class Letter(Protocol):
    """A decision on its way into the log."""

    def open(self) -> ConsentRecord:
        """Return the record in it; what this raises is what it is told."""

    def get_ready(self) -> None:
        """Prepare to hear that it is stored and new, as nearly all are; the commit has begun."""

    def tell(self, outcome: Outcome) -> None:
        """Hear what became of it."""


class _Awaited:
    """A record that somebody waits for; who goes meanwhile has it stored all the same."""

    def __init__(self, record: ConsentRecord, done: asyncio.Future[bool]) -> None:
        self._record = record
        self._done = done

    def open(self) -> ConsentRecord:
        return self._record

    def get_ready(self) -> None:
        """There is nothing to prepare."""

    def tell(self, outcome: Outcome) -> None:
        if self._done.done():
            return
        if isinstance(outcome, Exception):
            self._done.set_exception(outcome)
        else:
            self._done.set_result(outcome)


class _Group:
    """What goes into one commit."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._opened: list[Letter] = []
        self._unreadable: list[tuple[Letter, Exception]] = []

    def open(self) -> list[ConsentRecord]:
        """Open the letters; return the records that were in them."""
        records = []
        for letter in self.letters:
            try:
                records.append(letter.open())
            except Exception as exc:  # noqa: BLE001 - its sender is told
                self._unreadable.append((letter, exc))
            else:
                self._opened.append(letter)
        return records

    def get_ready(self) -> None:
        """Let those who were opened prepare to be told."""
        for letter in self._opened:
            letter.get_ready()

    def close(self, outcomes: Iterable[Outcome]) -> None:
        """Tell all who wait; *outcomes* are those of the records that were opened."""
        for letter, outcome in zip(self._opened, outcomes, strict=True):
            letter.tell(outcome)
        for letter, fault in self._unreadable:
            letter.tell(fault)


def _nowhere(_records: Sequence[ConsentRecord], _heard: Callable[[bool], None]) -> bool:
    """Send nothing on."""
    return False


class GroupWriter:
    """
    Hands records to *store*, a group at a time; belongs to the event loop that made it.

    *store* also gets what it shall call when it has only the commit left to wait for: then the loop
    calls *meanwhile*, a matter of microseconds. *afterwards* is called when those who waited for a
    group are told. *send* gets each group first, with what it shall tell whether all are stored and
    new; what it returns False for, or tells so of, is handed to *store*.
    """

    def __init__(
        self,
        store: Callable[[Sequence[ConsentRecord], Callable[[], None]], Sequence[Outcome]],
        *,
        meanwhile: Callable[[], None],
        afterwards: Callable[[], None],
        send: Callable[[Sequence[ConsentRecord], Callable[[bool], None]], bool] = _nowhere,
    ) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self._afterwards = afterwards
        self._send = send
        self._sent = 0  # decisions, since it was asked whether to count them
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._gathering: deque[_Group] = deque()
        self._busy = False  # whether a group is being stored, or is about to be
        self._waiting = 0
        self._idle: asyncio.Future[None] | None = None  # done when nothing waits any more
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="consent-writer", daemon=True)
        self._thread.start()

    async def write(self, record: ConsentRecord) -> bool:
        """
        Store *record*; return, once the commit is durable, whether it is new.

        Raises:
            LogUnavailable: If too many wait, or the database cannot be written.
            DecisionConflict: If another decision has its id.
        """
        done: asyncio.Future[bool] = self._loop.create_future()
        self.hand_in(_Awaited(record, done))
        return await done

    def hand_in(self, letter: Letter) -> None:
        """
        Store the record in *letter*; tell it, once the commit is durable, whether it is new.

        Raises:
            LogUnavailable: If too many wait.
        """
        if self._closed or self._waiting >= MAX_WAITING:
            raise LogUnavailable("too many decisions wait to be stored; try again in a moment")
        gathering = self._gathering
        if not gathering or len(gathering[-1].letters) >= MAX_BATCH:
            self._open_group()
        gathering[-1].letters.append(letter)
        self._waiting += 1

    async def close(self) -> None:
        """Store what waits, and end the thread."""
        self._closed = True
        if self._waiting:
            self._idle = self._loop.create_future()
            await self._idle
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _open_group(self) -> None:
        """Begin the group that whoever comes now joins."""
        self._gathering.append(_Group())
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._when_all_are_here, 0)

    def _when_all_are_here(self, before: int) -> None:
        """Hand the next group over as soon as it has no more letters than *before*."""
        if not self._gathering:
            self._busy = False
        elif before < len(self._gathering[0].letters) < MAX_BATCH:
            # A request that is read in one turn of the loop joins in the next.
            count = len(self._gathering[0].letters)
            self._loop.call_soon(self._loop.call_soon, self._when_all_are_here, count)
        else:
            self._hand_over(self._gathering.popleft())

    def _hand_over(self, group: _Group) -> None:
        """Send *group* on, or else let the thread store it."""
        records = group.open()
        heard = partial(self._heard, group, records, time.perf_counter())
        try:
            sent = bool(records) and self._send(records, heard)
        except Exception:  # noqa: BLE001 - the thread meets it again, and tells those who wait
            sent = False
        if sent:
            self._while_waiting(group)
        else:
            self._queue.put(partial(self._work, group, records))

    def _heard(
        self, group: _Group, records: list[ConsentRecord], begun: float, stored: bool
    ) -> None:
        """Tell *group*, which was sent on; if it is not stored, the thread finds out why."""
        if not stored:
            self._queue.put(partial(self._work, group, records))
            return
        metrics.COMMIT.observe(time.perf_counter() - begun)
        outcomes = [True] * len(records)
        metrics.count(outcomes)
        self._sent += len(records)
        if self._sent >= SENT:
            self._sent = 0
            self._queue.put(self._settle)
        self._answer(group, outcomes)

    def _while_waiting(self, group: _Group) -> None:
        """Do what would be done anyway while the commit of *group* waits for the disk."""
        group.get_ready()
        self._meanwhile()

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()

    def _work(self, group: _Group, records: Sequence[ConsentRecord]) -> None:
        """Store *group* in the thread, and let it be told."""
        with metrics.COMMIT.time():
            outcomes = self._outcomes(group, records)
        metrics.count(outcomes)
        self._loop.call_soon_threadsafe(self._answer, group, outcomes)
        self._settle()

    def _settle(self) -> None:
        try:
            self._afterwards()
        except Exception:  # they are stored all the same, and the thread must live
            log.exception("decisions not counted")

    def _outcomes(self, group: _Group, records: Sequence[ConsentRecord]) -> Sequence[Outcome]:
        def committing() -> None:
            self._loop.call_soon_threadsafe(self._while_waiting, group)

        try:
            return self._store(records, committing) if records else []
        except LogUnavailable as exc:
            return [LogUnavailable(str(exc)) for _ in records]
        except Exception:  # whatever it was, those who wait must hear, and the thread must live
            log.exception("decisions not stored", count=len(records))
            return [LogUnavailable("the decision could not be stored; try again") for _ in records]

    def _answer(self, group: _Group, outcomes: Sequence[Outcome]) -> None:
        try:
            group.close(outcomes)
        finally:
            self._waiting -= len(group.letters)
            metrics.WAITING.set(self._waiting)
            self._when_all_are_here(0)
            if self._idle is not None and not self._waiting:
                self._idle.set_result(None)
