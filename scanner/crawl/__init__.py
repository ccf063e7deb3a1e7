"""Crawl a site: its pages in each state of consent, each state as a fresh visitor."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog
from playwright.async_api import Error as PlaywrightError

from scanner.answer import answer
from scanner.browser.devtools import DevToolsError
from scanner.collectors.validators import Cache, credited
from scanner.crawl.answering import merged
from scanner.crawl.badge import badge
from scanner.crawl.bounds import Bounds
from scanner.crawl.fetch import Fetcher
from scanner.crawl.logbook import Logbook
from scanner.crawl.pace import Pace
from scanner.crawl.robots import Robots
from scanner.crawl.settle import Clock
from scanner.crawl.tour import Tour
from scanner.crawl.walk import Walk
from scanner.errors import BrowserMissing, BrowserUnfit
from scanner.model import BannerAnswer, Exhibit, PageRead, Site, State, Visit, Visitor
from scanner.redaction import was_redacted
from scanner.shape import Digester
from scanner.sites.variables import disclosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scanner.browser import Browser
    from scanner.dossier import Dossier

log = structlog.get_logger()

_TABS = {Clock.VIRTUAL: 4, Clock.REAL: 4}  # who only waits can wait for more
BROWSERS = 4  # that one state may use up: pages can end them
ENDING = 5.0  # seconds that stuck pages may take to be left, at the end of a scan's time
LATE_PATIENCE = 11.0  # seconds for a banner; a site that has shown none by then has none
DEAD_LINKS = (404, 410)  # a link that leads nowhere is the site's fact, not our failure


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to crawl. None: as sites.yaml says."""

    states: tuple[State, ...] | None = None
    max_pages: int | None = None
    resolve: tuple[str, ...] = ()  # rules for the browser that is to be opened
    insecure: bool = False
    ignore_robots: bool = False
    browser: Path | None = None
    pictures: Path | None = None  # folder for a picture before each press in a banner
    evidence: Path | None = None  # folder in which each scan gets a folder with its evidence
    har: bool = False  # whether the evidence has archives of the traffic
    max_minutes: float | None = None  # that a scan may take
    tabs: int | None = None  # pages that are open at once; None: as suits the clock
    settle: Clock | None = None  # by which time pages settle; None: as sites.yaml says
    repeat: int = 1  # how often everything is read
    visitor: Visitor = Visitor()  # as whom to come, where it differs from sites.yaml


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a crawl is."""

    site: str
    state: State
    visited: int  # pages of this state
    known: int  # pages of this state that are visited or waiting
    url: str  # that was read last


class Crawl(msgspec.Struct, frozen=True, kw_only=True):
    """What was read."""

    site: str
    url: str
    started_at: dt.datetime
    finished_at: dt.datetime
    status: Literal["complete", "partial", "failed"]
    reads: tuple[PageRead, ...]
    banner: BannerAnswer
    exhibits: tuple[Exhibit, ...] = ()  # what the evidence folder holds by now


async def crawl(
    site: Site,
    *,
    options: Options,
    browser: Browser,
    progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    dossier: Dossier | None = None,
    book: Logbook | None = None,
    run: int = 0,
) -> Crawl:
    """
    Read the pages of *site* in each state; what fails is part of the answer.

    Args:
        options: Where they differ from what sites.yaml says, they win.
        progress: Called after each page.
        stop: When set, ends the crawl within seconds with what was found.
        dossier: Gets pictures, and archives of the traffic if *options* want them.
        book: What is in it is not read again; what is read is put into it.
        run: Which of the repetitions it is, from 0.

    Raises:
        VariableMissing: If sites.yaml names an environment variable that is not set.
    """
    site = disclosed(_dressed(site, options.visitor), os.environ)
    clock = options.settle or Clock(site.settle)
    started_at = dt.datetime.now(dt.UTC)
    states = options.states or site.states
    stop = stop or asyncio.Event()
    book = book or Logbook()
    minutes = options.max_minutes or site.max_minutes
    ends_at = None if minutes is None else time.monotonic() + _seconds(minutes / options.repeat)
    tell = progress or _nobody

    def told(state: State, visited: int, known: int, url: str) -> None:
        tell(Progress(site=site.key, state=state, visited=visited, known=known, url=url))

    pictures = dossier.pictures if dossier is not None else options.pictures
    reads: list[PageRead] = []
    banner = BannerAnswer()
    barred: set[str] = set()
    broken = False
    bounds = Bounds(site, resolution=browser.resolution)
    async with Fetcher(
        resolution=browser.resolution,
        insecure=browser.insecure,
        badge=badge(site),
        bounds=bounds,
    ) as fetcher:
        obey = site.robots == "obey" and not options.ignore_robots
        tour = Tour(
            site=site,
            browser=browser,
            fetcher=fetcher,
            robots=Robots(fetcher, obey=obey),
            bounds=bounds,
            pace=Pace(),
            digester=Digester(),
            cache=Cache(),
            max_pages=options.max_pages or site.max_pages,
            tabs=options.tabs or _TABS[clock],
            clock=clock,
            answer=partial(answer, pictures=pictures) if pictures else answer,
            dossier=dossier,
            har=options.har,
            stop=stop,
            progress=told,
        )
        pages: tuple[str, ...] | None = None
        patience: float | None = LATE_PATIENCE
        left = list(dict.fromkeys(states))
        while left and not stop.is_set():
            chapter = book.chapter(left[0], run=run)
            async with _ending(stop, share=ends_at, among=len(left)) as ended:
                here = msgspec.structs.replace(tour, stop=ended)
                state = left.pop(0)
                walk = Walk(here, state, pages=pages, chapter=chapter, patience=patience)
                if chapter.banner is None and await _walked(walk, browser=browser, stop=ended):
                    await chapter.close(walk.banner)
            broken = broken or chapter.banner is None
            reads += walk.reads
            barred |= walk.barred
            banner = merged(banner, chapter.banner or walk.banner)
            if (chapter.banner or walk.banner).found is False:
                patience = None
            if pages is None and len(walk.reads) > 1:
                read_before = [read.visit.url for read in walk.reads]  # by an earlier process, too
                pages = tuple(url for url in read_before if not was_redacted(url))
        for url in tour.cache.alone():
            if not stop.is_set() and await fetcher.tells_apart(url):
                tour.cache.told_apart.add(url)
        if browser.insecure:  # then Chromium keeps no cache, and sends nothing back
            for url in tour.cache.unproven():
                if not stop.is_set() and await fetcher.gives_back(url):
                    tour.cache.confirmed.add(url)
    visits = [read.visit for read in reads if read.visit.url not in barred]
    return Crawl(
        site=site.key,
        url=site.url,
        started_at=started_at,
        finished_at=dt.datetime.now(dt.UTC),
        status=_status(visits, whole=not broken and not stop.is_set()),
        reads=credited(reads, tour.cache.proven()),
        banner=banner,
        exhibits=tuple(dossier.exhibits) if dossier is not None else (),
    )


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
            log.warning("the browser ended, or hung", cause=str(fault), more_tries=left)
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


def _seconds(minutes: float) -> float:
    """Return how long pages may be read, so that all is over after *minutes*."""
    return 60 * minutes - min(ENDING, 6 * minutes)


def _dressed(site: Site, over: Visitor) -> Site:
    """Return *site* with what *over* says of its visitor; the rest stays."""
    said = {name: value for name, value in msgspec.structs.asdict(over).items() if value}
    if "headers" in said:
        said["headers"] = site.visitor.headers | over.headers
    return msgspec.structs.replace(site, visitor=msgspec.structs.replace(site.visitor, **said))


def _status(visits: list[Visit], *, whole: bool) -> Literal["complete", "partial", "failed"]:
    """Return how it went, all in all; *whole*: nothing was broken off."""
    if not any(visit.status is not None for visit in visits):
        return "failed"
    start = visits[0].url
    broken = any(_broken(visit, dead_link=visit.url != start) for visit in visits)
    return "complete" if whole and not broken else "partial"


def _broken(visit: Visit, *, dead_link: bool) -> bool:
    """
    Tell whether a page could not be read that a visitor could expect to read.

    Args:
        dead_link: Whether a page that is not there is but that. Where a scan starts there must
            be one: a site that is down for a day has not given up its cookies.
    """
    if visit.timed_out or visit.failure is None:
        return visit.timed_out
    return not dead_link or visit.status not in DEAD_LINKS


def _nobody(_: Progress) -> None:
    """Progress that nobody wants to hear of."""
