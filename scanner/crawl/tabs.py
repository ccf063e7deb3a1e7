"""The tabs of a walk: so many pages are open at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab

#: Pages that the open tabs have shown, after which the one with the most of them makes room for a
#: new one: their processes only grow. Were each to go at a number of its own, all would be large at
#: the same time.
MOST_PAGES = 36


class Tabs:
    """At the most *most* tabs of *profile*, each opened when it is needed and closed with it."""

    def __init__(self, profile: Profile, *, most: int) -> None:
        self._profile = profile
        self._open: set[Tab] = set()
        #: Those that nobody uses; None: one that is yet to be opened.
        self._free: asyncio.LifoQueue[Tab | None] = asyncio.LifoQueue()
        for _ in range(most):
            self._free.put_nowait(None)

    async def take(self) -> Tab:
        """
        Return a tab that is free, as soon as there is one; `give_back` it.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer.
        """
        tab = await self._free.get()
        try:
            return tab or await self._opened()
        except BaseException:
            self._free.put_nowait(tab)
            raise

    async def renewed(self, tab: Tab) -> Tab:
        """Close *tab*, which was taken, and return another in its place."""
        await self._close(tab)
        return await self._opened()

    async def give_back(self, tab: Tab, *, spent: bool) -> None:
        """Let others take *tab*, or another in its place if it is *spent*, or has become large."""
        gone = spent or tab.over or self._largest(tab)
        try:
            if gone:
                await self._close(tab)
        finally:
            self._free.put_nowait(None if gone else tab)

    async def _opened(self) -> Tab:
        tab = await self._profile.open_tab()
        self._open.add(tab)
        return tab

    async def _close(self, tab: Tab) -> None:
        self._open.discard(tab)
        await self._profile.close_tab(tab)

    def _largest(self, tab: Tab) -> bool:
        """Tell whether the open tabs have shown so much that one must go, and *tab* the most."""
        visits = [each.visits for each in self._open]
        return sum(visits) >= MOST_PAGES and tab.visits >= max(visits)
