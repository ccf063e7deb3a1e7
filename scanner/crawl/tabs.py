"""The tabs of a walk: so many pages are open at once, and a tab is opened before it is needed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab

MOST_PAGES = 15  # of a tab, after which it makes room for a new one: its process only grows
AHEAD_LIMIT = 3.0  # seconds in which the page beside has to load before more tabs are opened


class Tabs:
    """At the most *most* tabs of *profile*; made in a task, and closed by it."""

    def __init__(self, profile: Profile, *, most: int) -> None:
        self._profile = profile
        self._most = most
        self._ahead: list[asyncio.Task[Tab]] = []
        self._prepared = False
        #: Those that nobody uses; None: one that is yet to be opened.
        self._free: asyncio.LifoQueue[Tab | None] = asyncio.LifoQueue()
        for _ in range(most):
            self._free.put_nowait(None)

    def prepare(self, beside: Tab, *, pages: int) -> None:
        """
        Open the other tabs that *pages* more need, once the page in *beside* has loaded.

        From then on the page mostly waits for what its timers may yet do, and the processor with
        it. Only the first call counts.
        """
        if self._prepared:
            return
        self._prepared = True
        for _ in range(min(self._most, pages) - 1):
            self._ahead.append(asyncio.create_task(self._opened(beside)))

    async def take(self) -> Tab:
        """
        Return a tab that is free, as soon as there is one; `give_back` it.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer.
        """
        tab = await self._free.get()
        try:
            return tab or await self._fresh()
        except BaseException:
            self._free.put_nowait(tab)
            raise

    async def renewed(self, tab: Tab) -> Tab:
        """Close *tab*, which was taken, and return another in its place."""
        await self._profile.close_tab(tab)
        return await self._fresh()

    async def give_back(self, tab: Tab, *, spent: bool) -> None:
        """Let others take *tab*, or another in its place if it is *spent*, or has become large."""
        gone = spent or tab.over or tab.visits >= MOST_PAGES
        try:
            if gone:
                await self._profile.close_tab(tab)
        finally:
            self._free.put_nowait(None if gone else tab)

    async def close(self) -> None:
        """Open no more tabs; those that are open go with their profile."""
        for task in self._ahead:
            task.cancel()
        await asyncio.gather(*self._ahead, return_exceptions=True)

    async def _opened(self, beside: Tab) -> Tab:
        await beside.wait_loaded(AHEAD_LIMIT)
        return await self._profile.open_tab()

    async def _fresh(self) -> Tab:
        while self._ahead:
            tab = await self._ahead.pop(0)
            if not tab.over:
                return tab
            await self._profile.close_tab(tab)
        return await self._profile.open_tab()
