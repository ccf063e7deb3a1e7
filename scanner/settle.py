"""Wait until a page has done what it does by itself: not too short, not for ever."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.tab import Tab

LOAD_LIMIT = 15.0  # seconds from the first byte until the load event is no longer waited for
QUIET = 0.5  # seconds without traffic that count as quiet
LINGER = 3.0  # seconds after load that are always waited: tags set cookies on timers of 2 s
HUSH = 0.1  # seconds of silence that end it
BUSY_LIMIT = 8.0  # seconds after load until traffic is no longer waited for
HUSH_LIMIT = 1.0  # seconds that what a page sends at its end may take


async def hush(tab: Tab) -> None:
    """Wait, after a page was left, until what it sent at its end is answered."""
    start = time.monotonic()
    while not tab.over and time.monotonic() - start < HUSH_LIMIT:
        if tab.traffic.quiet_for() >= HUSH:
            return
        await asyncio.sleep(0.02)


async def real(tab: Tab, *, linger: float = LINGER, busy_limit: float = BUSY_LIMIT) -> bool:
    """
    Wait in real time for the load event, then for *linger* seconds, then for quiet.

    Returns:
        Whether the page loaded and fell silent in time.
    """
    loaded = await tab.wait_loaded(LOAD_LIMIT)
    start = time.monotonic()
    while not tab.over:
        waited = time.monotonic() - start
        if waited >= linger and tab.traffic.quiet_for() >= QUIET:
            break
        if waited >= busy_limit:
            return False
        await asyncio.sleep(0.05)
    return loaded
