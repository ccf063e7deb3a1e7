"""Read the pages of a walk: several at once, each within its time, some once more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import structlog

from scanner.crawl.logbook import Page
from scanner.crawl.pace import TOO_MUCH
from scanner.model import PageRead, State, said
from scanner.redaction import redacted_url

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable

    from scanner.browser.tab import Tab
    from scanner.collectors.har import Archive
    from scanner.crawl.elsewhere import Elsewhere
    from scanner.crawl.logbook import Chapter
    from scanner.crawl.tabs import Tabs
    from scanner.crawl.tour import Tour
    from scanner.crawl.visit import Reader
    from scanner.model import Visit

log = structlog.get_logger()

PAGE_LIMIT = 60.0  # seconds for one page, all included
MOST_TRIES = 2  # of a page with which the browser ended
MOST_CROWDED = 10  # pages of a walk that are read once more because others kept them from loading


class Reading:
    """The pages that one walk reads with one browser; what came of them goes into its chapter."""

    def __init__(
        self,
        tour: Tour,
        state: State,
        *,
        chapter: Chapter,
        further: Elsewhere,
        archive: Archive | None,
        tried: Counter[str],
        asked: Callable[[Tab], Awaitable[None]],
    ) -> None:
        """
        Begin with nothing read.

        Args:
            further: Told of each page that a visitor who has not answered yet comes to.
            tried: How often each page was tried, also with browsers that ended.
            asked: Told of each page that a visitor who has answered comes to.
        """
        self._tour = tour
        self._state = state
        self._chapter = chapter
        self._further = further
        self._archive = archive
        self._tried = tried
        self._asked = asked
        self._crowded: dict[str, bool] = {}  # pages that others kept from loading -> tried again
        self._visited = 0
        self._planned = 1

    async def tries(self, reader: Reader, url: str) -> bool:
        """Tell whether to try the page at *url*; of one that ended too many browsers say so."""
        if self._tried[url] >= MOST_TRIES:
            gone = PageRead(visit=reader.barred(url, said("browser_ended")))
            await self._chapter.add(url, Page(read=gone))
            return False
        self._tried[url] += 1
        return True

    async def level(self, reader: Reader, tabs: Tabs, urls: list[str]) -> None:
        """
        Read the pages at *urls*: at once, but each alone that a browser ended with.

        Those that did not load while another page waited for more answers of their host than a
        browser asks for at a time are not to blame: they are read once more in the end.
        """
        self._planned += len(urls)
        waiting = [url for url in urls if url not in self._chapter.pages]
        suspects = [url for url in waiting if self._tried[url]]
        tasks = [
            asyncio.create_task(self._one(reader, tabs, url))
            for url in waiting
            if not self._tried[url]
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for url in suspects:
            await self._one(reader, tabs, url)
        for url in [url for url, again in self._crowded.items() if not again]:
            self._crowded[url] = True
            self._planned += 1
            await self._one(reader, tabs, url)

    async def note(
        self,
        url: str,
        read: PageRead,
        links: tuple[str, ...] = (),
        *,
        canonical: str | None = None,
        barred: bool = False,
    ) -> None:
        """Put a page into the chapter, with what it was seen to do before, and tell of it."""
        if (before := self._chapter.pages.get(url)) and self._crowded.get(url):
            read = _together(before.read, read)
        asks = url in self._further.showing
        page = Page(read=read, links=links, canonical=canonical, barred=barred, asks=asks)
        await self._chapter.add(url, page, whole=not self._tour.stop.is_set())
        self.tell(url)

    def tell(self, url: str) -> None:
        """Say that one more page was read."""
        self._visited += 1
        self._tour.progress(self._state, self._visited, self._planned, redacted_url(url))

    async def _one(self, reader: Reader, tabs: Tabs, url: str) -> None:
        """Read the page at *url* as soon as a tab is free."""
        tab = await tabs.take()
        spent = False
        try:
            if self._tour.stop.is_set() or not await self.tries(reader, url):
                return
            read, links = await self._page(reader, tab, url)
            if tab.stuck or (tab.crashed.is_set() and not self._tour.stop.is_set()):
                # The page may not be to blame: once more, in a tab that is not.
                log.info("the tab was stuck, or crashed", url=redacted_url(url))
                tab = await tabs.renewed(tab)
                again, links = await self._page(reader, tab, url)
                read = _together(read, again)
            if tab.barrier.slipped:  # it was led where it may not go: once more, now watched
                read, links = await self._page(reader, tab, url)
            barred = read.visit.status is None and tab.refused is not None
            await self.note(url, read, links, canonical=tab.canonical, barred=barred)
            spent = read.visit.timed_out or tab.alert_loop
        finally:
            await tabs.give_back(tab, spent=spent)

    async def _page(self, reader: Reader, tab: Tab, url: str) -> tuple[PageRead, tuple[str, ...]]:
        """Read one page, within its time; what was seen until then counts."""
        tour = self._tour
        if self._archive is not None:
            self._archive.visit(url)
        await tour.turn(url)
        try:
            async with asyncio.timeout(PAGE_LIMIT):
                visit, links = await reader.arrive(tab, url, clock=tour.clock)
        except TimeoutError:
            visit, links = reader.late(tab, url, PAGE_LIMIT), ()
        blameless = visit.timed_out and not (tab.endless or tab.over)
        if blameless and len(self._crowded) < MOST_CROWDED and reader.crowded(tab, url):
            self._crowded.setdefault(url, False)
        if visit.status in TOO_MUCH:
            tour.pace.slow(urlsplit(url).hostname or "")
        if tab.stuck:
            return PageRead(visit=visit), ()
        if self._state is State.BEFORE:
            await self._further.glance(tab, url)
        elif reader.pressed and not tab.over:
            await self._asked(tab)
        return await self.departed(reader, tab, visit, links), links

    async def departed(
        self, reader: Reader, tab: Tab, visit: Visit, links: tuple[str, ...]
    ) -> PageRead:
        """
        Leave the page in *tab*, and return what was read of it.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer. If something is wrong with the page, too, it is
                noted, so that it will not be tried with the next browser.
        """
        try:
            return await reader.depart(tab, visit, clock=self._tour.clock)
        except TimeoutError:
            if visit.failure is not None:
                await self.note(visit.url, PageRead(visit=visit), links)
            raise


def _together(before: PageRead, read: PageRead) -> PageRead:
    """Return *read*, with what was seen *before*, when the page did not come to its end."""
    return msgspec.structs.replace(
        read,
        observations=(*before.observations, *read.observations),
        signals=(*before.signals, *read.signals),
    )
