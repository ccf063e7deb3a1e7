"""The tabs of a walk: so many pages are open at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab

MOST_PAGES = 15  # of a tab, after which it makes room for a new one: its process only grows


class Tabs:
    """At the most *most* tabs of *profile*, each opened when it is needed and closed with it."""

    def __init__(self, profile: Profile, *, most: int) -> None:
        self._profile = profile
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
            return tab or await self._profile.open_tab()
        except BaseException:
            self._free.put_nowait(tab)
            raise

    async def renewed(self, tab: Tab) -> Tab:
        """Close *tab*, which was taken, and return another in its place."""
        await self._profile.close_tab(tab)
        return await self._profile.open_tab()

    async def give_back(self, tab: Tab, *, spent: bool) -> None:
        """Let others take *tab*, or another in its place if it is *spent*, or has become large."""
        gone = spent or tab.over or tab.visits >= MOST_PAGES
        try:
            if gone:
                await self._profile.close_tab(tab)
        finally:
            self._free.put_nowait(None if gone else tab)
