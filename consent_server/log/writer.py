"""One thread that stores, in one commit, all decisions that wait at the same moment.

There is no timer: while one commit waits for the disk, the next group gathers, and it is handed
over when a turn of the event loop has brought nobody new. So a lone decision waits for one commit,
and thousands a second share a few hundred. What can be done for a group is done for the group: the
processor does the same thing thirty times in a third of the time that it takes once in a while.

    write ─► group ─► opened by the event loop ─► stored by the thread ─► answered by the event loop
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import structlog

from consent_server import metrics
from scanner.errors import LogUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from consent_server.model import ConsentRecord

    #: What became of each record: True: stored; False: was there already; or why not.
    Outcome = bool | Exception

MAX_BATCH = 500  # decisions in one commit: some ten milliseconds of work
MAX_WAITING = 10_000  # decisions that may wait in one process: about a second of work

log = structlog.get_logger(__name__)


class Opened(NamedTuple):
    """A record that is to be stored, and what its sender is then told."""

    record: ConsentRecord
    answer: bytes = b""


class _Group(asyncio.Future[None]):
    """What goes into one commit; whoever sent a part of it waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.letters: list[Callable[[], Opened]] = []
        self.opened: list[Opened | Exception] = []
        self.outcomes: list[Outcome] = []

    def cancel(self, msg: object = None) -> bool:
        """Go on: one visitor has gone, the others wait, and the decision is stored all the same."""
        return False

    def open(self) -> list[ConsentRecord]:
        """Open the letters; return the records that were in them."""
        self.opened = [_opened(letter) for letter in self.letters]
        return [each.record for each in self.opened if isinstance(each, Opened)]

    def close(self, outcomes: Sequence[Outcome]) -> None:
        """Tell all who wait; *outcomes* are those of the records that were opened."""
        stored = iter(outcomes)
        self.outcomes = [next(stored) if isinstance(each, Opened) else each for each in self.opened]
        self.set_result(None)


def _opened(letter: Callable[[], Opened]) -> Opened | Exception:
    try:
        return letter()
    except Exception as exc:  # noqa: BLE001 - it is raised where its sender waits
        return exc


class GroupWriter:
    """Hands records to *store*, a group at a time; belongs to the event loop that made it."""

    def __init__(self, store: Callable[[Sequence[ConsentRecord]], Sequence[Outcome]]) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[tuple[_Group, list[ConsentRecord]] | None] = (
            queue.SimpleQueue()
        )
        self._gathering: deque[_Group] = deque()
        self._newest: _Group | None = None  # when it is stored, all are
        self._busy = False  # whether the thread has a group, or is about to get one
        self._waiting = 0
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="consent-writer", daemon=True)
        self._thread.start()

    async def write(self, letter: Callable[[], Opened]) -> tuple[bool, Opened]:
        """
        Store the record in *letter*; return, once the commit is durable, whether it is new.

        Args:
            letter: Opens it; what it raises is raised here.

        Raises:
            LogUnavailable: If too many wait, or the database cannot be written.
            DecisionConflict: If another decision has its id.
        """
        if self._closed or self._waiting >= MAX_WAITING:
            raise LogUnavailable("too many decisions wait to be stored; try again in a moment")
        group = self._open_group()
        place = len(group.letters)
        group.letters.append(letter)
        self._waiting += 1
        await group
        outcome, opened = group.outcomes[place], group.opened[place]
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(opened, Opened), "what could not be opened has a fault for its outcome"
        return outcome, opened

    async def close(self) -> None:
        """Store what waits, and end the thread."""
        self._closed = True
        if self._newest is not None:
            await self._newest
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _open_group(self) -> _Group:
        """Return the group that whoever comes now joins."""
        if self._gathering and len(self._gathering[-1].letters) < MAX_BATCH:
            return self._gathering[-1]
        group = self._newest = _Group(self._loop)
        self._gathering.append(group)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._when_all_are_here, 0)
        return group

    def _when_all_are_here(self, before: int) -> None:
        """Hand the next group over as soon as it has no more letters than *before*."""
        if not self._gathering:
            self._busy = False
        elif before < len(self._gathering[0].letters) < MAX_BATCH:
            # A request that is read in one turn of the loop joins in the next.
            count = len(self._gathering[0].letters)
            self._loop.call_soon(self._loop.call_soon, self._when_all_are_here, count)
        else:
            group = self._gathering.popleft()
            self._queue.put((group, group.open()))

    def _run(self) -> None:
        while (given := self._queue.get()) is not None:
            group, records = given
            with metrics.COMMIT.time():
                outcomes = self._outcomes(records)
            metrics.count(outcomes)
            self._loop.call_soon_threadsafe(self._answer, group, outcomes)

    def _outcomes(self, records: Sequence[ConsentRecord]) -> Sequence[Outcome]:
        try:
            return self._store(records) if records else []
        except LogUnavailable as exc:
            return [LogUnavailable(str(exc)) for _ in records]
        except Exception:  # whatever it was, those who wait must hear, and the thread must live
            log.exception("decisions not stored", count=len(records))
            return [LogUnavailable("the decision could not be stored; try again") for _ in records]

    def _answer(self, group: _Group, outcomes: Sequence[Outcome]) -> None:
        group.close(outcomes)
        self._waiting -= len(group.letters)
        metrics.WAITING.set(self._waiting)
        self._when_all_are_here(0)
