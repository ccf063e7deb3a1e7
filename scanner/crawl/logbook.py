"""What a crawl has read so far, page by page, so that it can go on after it was broken off.

Walk ─ Page ─ Logbook ─ Record ─ (the database, where the scan is a command's)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec

from scanner.model import BannerAnswer, PageRead, State


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page that was read, and where it leads."""

    read: PageRead
    links: tuple[str, ...] = ()
    canonical: str | None = None  # by which address it wants to be known
    barred: bool = False  # whether it turned out to be none of ours to read
    asks: bool = False  # whether it showed what may be a consent banner, as far as was looked


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: a page of a state; or, without a URL, that the state is done."""

    run: int  # of those that --repeat asks for, from 0
    state: State
    url: str = ""
    page: Page | None = None
    banner: BannerAnswer | None = None


#: Keeps a record where it outlives this process.
Keep = Callable[[Record], Awaitable[None]]


class Chapter:
    """What was read in one state."""

    def __init__(
        self, run: int, state: State, *, keep: Callable[[Record], Awaitable[None]]
    ) -> None:
        self._run = run
        self._state = state
        self._keep = keep
        self.pages: dict[str, Page] = {}  # by the URL that was asked for
        self.banner: BannerAnswer | None = None  # None: the state is not done

    def restore(self, record: Record) -> None:
        """Take up what was kept before."""
        if record.page is not None:
            self.pages[record.url] = record.page
        elif record.banner is not None:
            self.banner = record.banner

    async def add(self, url: str, page: Page, *, whole: bool = True) -> None:
        """Note that *page* was read at *url*; what is not *whole* is not kept for later."""
        self.pages[url] = page
        if whole:
            await self._keep(Record(run=self._run, state=self._state, url=url, page=page))

    async def close(self, banner: BannerAnswer) -> None:
        """Note that the state is done."""
        self.banner = banner
        await self._keep(Record(run=self._run, state=self._state, banner=banner))


class Logbook:
    """The chapters of one scan of one site."""

    def __init__(
        self,
        records: Iterable[Record] = (),
        *,
        keep: Keep | None = None,
    ) -> None:
        """
        Begin with *records* of a scan that was broken off.

        Args:
            keep: Told of each new record.
        """
        self._keep = keep or _nowhere
        self._chapters: dict[tuple[int, State], Chapter] = {}
        for record in records:
            self.chapter(record.state, run=record.run).restore(record)

    def done(self, states: Iterable[State], *, runs: int) -> bool:
        """Tell whether nothing is left to be read of *states*."""
        return all(
            self.chapter(state, run=run).banner is not None
            for state in states
            for run in range(runs)
        )

    def chapter(self, state: State, *, run: int) -> Chapter:
        """Return what is known of *state* in the repetition *run*."""
        place = (run, state)
        if place not in self._chapters:
            self._chapters[place] = Chapter(run, state, keep=self._keep)
        return self._chapters[place]


async def _nowhere(_: Record) -> None:
    """Keep a record in memory alone."""
