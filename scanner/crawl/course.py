"""The course of a crawl: state after state, each as a fresh visitor, each within its time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgspec
import structlog
from playwright.async_api import Error as PlaywrightError

from scanner.browser.devtools import DevToolsError
from scanner.crawl.answering import merged
from scanner.crawl.walk import Walk
from scanner.errors import BrowserMissing, BrowserUnfit
from scanner.model import BannerAnswer, PageRead, State, Visit
from scanner.redaction import was_redacted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from scanner.browser import Browser
    from scanner.crawl.logbook import Chapter, Logbook
    from scanner.crawl.tour import Tour

log = structlog.get_logger()

BROWSERS = 4  # that one state may use up: pages can end them
LATE_PATIENCE = 11.0  # seconds for a banner; a site that has shown none by then has none


class Course:
    """What comes of the states of one crawl; each is read as the ones before it allow."""

    def __init__(self, tour: Tour, book: Logbook, *, run: int, ends_at: float | None) -> None:
        """
        Begin with nothing read.

        Args:
            book: What is in it is not read again; what is read is put into it.
            run: Which of the repetitions it is, from 0.
            ends_at: Monotonic time at which all states must have ended; None: whenever.
        """
        self._tour = tour
        self._book = book
        self._run = run
        self._ends_at = ends_at
        self._pages: tuple[str, ...] | None = None  # that all states visit; None: find out
        self._patience: float | None = LATE_PATIENCE
        self._asking: tuple[str, ...] | None = None  # pages with a banner; None: find out
        self._barred: set[str] = set()
        self.reads: list[PageRead] = []
        self.banner = BannerAnswer()
        self.whole = True  # whether nothing was broken off

    @property
    def visits(self) -> list[Visit]:
        """The visits of the pages that were ours to read."""
        visits = [read.visit for read in self.reads]
        return [visit for visit in visits if visit.url not in self._barred]

    async def go(self, states: Iterable[State]) -> None:
        """Read the site in each of *states*, until the tour is stopped."""
        stop, left = self._tour.stop, list(dict.fromkeys(states))
        while left and not stop.is_set():
            chapter = self._book.chapter(left[0], run=self._run)
            async with _ending(stop, share=self._ends_at, among=len(left)) as ended:
                await self._state(left.pop(0), chapter, stop=ended)
        self.whole = self.whole and not stop.is_set()

    async def _state(self, state: State, chapter: Chapter, *, stop: asyncio.Event) -> None:
        """Read the site in *state* until *stop* is set, and add what came of it."""
        tour = msgspec.structs.replace(self._tour, stop=stop)
        walk = Walk(
            tour,
            state,
            pages=self._pages,
            chapter=chapter,
            patience=self._patience,
            asking=self._asking,
        )
        if chapter.banner is None and await _walked(walk, browser=tour.browser, stop=stop):
            await chapter.close(walk.banner)
        self.whole = self.whole and chapter.banner is not None
        self.reads += walk.reads
        self._barred |= walk.barred
        banner = chapter.banner or walk.banner
        self.banner = merged(self.banner, banner)
        if banner.found is False or banner.page is not None:
            self._patience = None
        if state is State.BEFORE:
            self._asking = tuple(url for url, page in chapter.pages.items() if page.asks)
        elif banner.found is not None and self._asking is None:
            self._asking = () if banner.page is None else (banner.page,)
        if self._pages is None and len(walk.reads) > 1:
            read = [read.visit.url for read in walk.reads]  # some by an earlier process, it may be
            self._pages = tuple(url for url in read if not was_redacted(url))


@contextlib.asynccontextmanager
async def _ending(
    stop: asyncio.Event, *, share: float | None, among: int
) -> AsyncIterator[asyncio.Event]:
    """
    Yield an event that is set with *stop*, or when a state has had its share of the time.

    Args:
        share: Monotonic time at which all must have ended; None: whenever.
        among: The states that are left.
    """
    ended = asyncio.Event()

    async def end() -> None:
        with contextlib.suppress(TimeoutError):
            now = time.monotonic()
            async with asyncio.timeout(None if share is None else max(0, share - now) / among):
                await stop.wait()
        ended.set()

    task = asyncio.create_task(end())
    try:
        yield ended
    finally:
        task.cancel()


async def _walked(walk: Walk, *, browser: Browser, stop: asyncio.Event) -> bool:
    """Walk to the end, in a new browser if one ends on the way; tell whether that was reached."""
    for left in reversed(range(BROWSERS)):
        try:
            await walk.walk()
        except (DevToolsError, PlaywrightError, TimeoutError) as fault:
            log.warning(
                "the browser ended, or hung",
                cause=str(fault) or type(fault).__name__,
                more_tries=left,
            )
        else:
            return not stop.is_set()
        if not left or stop.is_set():
            break
        try:
            await browser.start()
        except (BrowserMissing, BrowserUnfit) as fault:
            log.warning("no new browser could be started", cause=str(fault))
            break
    return False
