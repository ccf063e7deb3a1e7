"""One thread that stores, in one commit, all decisions that wait at the same moment.

There is no timer: while one commit waits for the disk, the next group gathers. So a lone decision
waits for one commit, and thousands a second share a few hundred.
"""

from __future__ import annotations

import asyncio
import queue
import threading
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


class _Waiting(NamedTuple):
    record: ConsentRecord
    answer: asyncio.Future[bool]


class GroupWriter:
    """Hands records to *store*, a group at a time; belongs to the event loop that made it."""

    def __init__(self, store: Callable[[Sequence[ConsentRecord]], Sequence[Outcome]]) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._waiting = 0
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="consent-writer", daemon=True)
        self._thread.start()

    def write(self, record: ConsentRecord) -> asyncio.Future[bool]:
        """
        Store *record*; the future says, once the commit is durable, whether it is new.

        Raises:
            LogUnavailable: If too many wait, or the database cannot be written.
            DecisionConflict: If another decision has its id.
        """
        if self._closed or self._waiting >= MAX_WAITING:
            raise LogUnavailable("too many decisions wait to be stored; try again in a moment")
        answer: asyncio.Future[bool] = self._loop.create_future()
        self._waiting += 1
        self._queue.put(_Waiting(record, answer))
        return answer

    async def close(self) -> None:
        """Store what waits, and end the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                with metrics.COMMIT.time():
                    outcomes = self._outcomes(group)
                metrics.count(outcomes)
                self._loop.call_soon_threadsafe(self._answer, group, outcomes)
            if last:
                return

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """Return all that waits, and whether it is the last; wait for one at least."""
        group: list[_Waiting] = []
        try:
            waiting = self._queue.get()
            while waiting is not None:
                group.append(waiting)
                if len(group) == MAX_BATCH:
                    return group, False
                waiting = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _outcomes(self, group: list[_Waiting]) -> Sequence[Outcome]:
        try:
            return self._store([waiting.record for waiting in group])
        except LogUnavailable as exc:
            return [exc] * len(group)
        except Exception:  # whatever it was, those who wait must hear, and the thread must live
            log.exception("decisions not stored", count=len(group))
            return [LogUnavailable("the decision could not be stored; try again")] * len(group)

    def _answer(self, group: list[_Waiting], outcomes: Sequence[Outcome]) -> None:
        self._waiting -= len(group)
        metrics.WAITING.set(self._waiting)
        for waiting, outcome in zip(group, outcomes, strict=True):
            if waiting.answer.done():  # the visitor has gone; the decision is stored all the same
                continue
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
