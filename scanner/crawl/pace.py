"""Do not hurry a server that asked for time between two pages."""

from __future__ import annotations

import asyncio
import time

MIN_DELAY, MAX_DELAY = 0.5, 5.0  # seconds between two pages of a host that is asked too much
TOO_MUCH = (429, 503)  # statuses by which a server says so


class Pace:
    """Let pages of one host begin at least *delay* seconds apart."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}  # monotonic time by host
        self._slower: dict[str, float] = {}  # seconds that hosts were found to need

    def slow(self, host: str) -> None:
        """Ask *host* more slowly from now on: it said that we ask too much."""
        self._slower[host] = min(MAX_DELAY, 2 * self._slower.get(host, MIN_DELAY / 2))

    async def wait(self, host: str, *, delay: float) -> None:
        """Return when the next page of *host* may be asked for."""
        delay = max(delay, self._slower.get(host, 0.0))
        if delay <= 0:
            return
        now = time.monotonic()
        start = max(now, self._next.get(host, now))
        self._next[host] = start + delay
        await asyncio.sleep(start - now)
