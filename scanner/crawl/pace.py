"""Do not hurry a server that asked for time between two pages."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Let pages of one host begin at least *delay* seconds apart."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}  # monotonic time by host

    async def wait(self, host: str, *, delay: float) -> None:
        """Return when the next page of *host* may be asked for."""
        if delay <= 0:
            return
        now = time.monotonic()
        start = max(now, self._next.get(host, now))
        self._next[host] = start + delay
        await asyncio.sleep(start - now)
