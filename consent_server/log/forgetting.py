"""Make SQLite's write-ahead log forget what was erased, as soon as nobody reads there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 2.0  # seconds that who erases waits for it
AGAIN = 5.0  # seconds until it is tried again, while others read

log = structlog.get_logger(__name__)


class Forgetting:
    """What was erased and is not yet forgotten; *forget* tells whether it could do so now."""

    def __init__(self, forget: Callable[[], bool]) -> None:
        self._forgotten = forget
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Forget what was erased by now; where others read it for long, go on behind."""
        if self._task is not None:
            self._task.cancel()  # it may have begun before the last erasure
        self._task = asyncio.create_task(self._forget())
        await asyncio.wait([self._task], timeout=PATIENCE)

    async def end(self) -> None:
        """Wait a little for what is not forgotten; the last connection to close does it, too."""
        if self._task is None:
            return
        _, late = await asyncio.wait([self._task], timeout=PATIENCE)
        for task in late:
            task.cancel()
            log.warning("what was erased stands in SQLite's own log until its readers end")

    async def _forget(self) -> None:
        while True:
            if await asyncio.to_thread(self._forgotten):
                return
            await asyncio.sleep(AGAIN)
