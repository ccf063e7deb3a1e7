"""Crawl a site: its pages in each state of consent, each state as a fresh visitor."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog
from playwright.async_api import Error as PlaywrightError

from scanner.answer import answer
from scanner.browser.devtools import DevToolsError
from scanner.collectors.validators import Cache, credited
from scanner.crawl.badge import badge
from scanner.crawl.fetch import Fetcher
from scanner.crawl.pace import Pace
from scanner.crawl.robots import Robots
from scanner.crawl.settle import Clock
from scanner.crawl.walk import Tour, Walk, merged
from scanner.model import BannerAnswer, Exhibit, PageRead, Site, State, Visit, Visitor
from scanner.shape import Digester
from scanner.sites.variables import disclosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.browser import Browser
    from scanner.dossier import Dossier

log = structlog.get_logger()

_TABS = {Clock.VIRTUAL: 4, Clock.REAL: 4}  # who only waits can wait for more
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
) -> Crawl:
    """
    Read the pages of *site* in each state; what fails is part of the answer.

    Args:
        options: Where they differ from what sites.yaml says, they win.
        progress: Called after each page.
        stop: When set, ends the crawl within seconds with what was found.
        dossier: Gets pictures, and archives of the traffic if *options* want them.

    Raises:
        VariableMissing: If sites.yaml names an environment variable that is not set.
    """
    site = disclosed(_dressed(site, options.visitor), os.environ)
    clock = options.settle or Clock(site.settle)
    started_at = dt.datetime.now(dt.UTC)
    states = options.states or site.states
    stop = stop or asyncio.Event()
    tell = progress or _nobody

    def told(state: State, visited: int, known: int, url: str) -> None:
        tell(Progress(site=site.key, state=state, visited=visited, known=known, url=url))

    pictures = dossier.pictures if dossier is not None else options.pictures
    reads: list[PageRead] = []
    banner = BannerAnswer()
    barred: set[str] = set()
    broken = False
    async with Fetcher(
        resolution=browser.resolution, insecure=browser.insecure, badge=badge(site)
    ) as fetcher:
        obey = site.robots == "obey" and not options.ignore_robots
        tour = Tour(
            site=site,
            browser=browser,
            fetcher=fetcher,
            robots=Robots(fetcher, obey=obey),
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
        for state in dict.fromkeys(states):
            if stop.is_set():
                break
            walk = Walk(tour, state, pages=pages, patience=patience)
            try:
                await walk.walk()
            except (DevToolsError, PlaywrightError, TimeoutError) as fault:
                log.warning("state given up", site=site.key, state=state, cause=str(fault))
                broken = True
            reads += walk.reads
            barred |= walk.barred
            banner = merged(banner, walk.banner)
            if walk.banner.found is False:
                patience = None
            if pages is None and len(walk.reads) > 1:
                pages = tuple(read.visit.url for read in walk.reads)
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
    return "complete" if whole and not any(map(_broken, visits)) else "partial"


def _broken(visit: Visit) -> bool:
    """Tell whether a page could not be read that a visitor could expect to read."""
    return visit.timed_out or (visit.failure is not None and visit.status not in DEAD_LINKS)


def _nobody(_: Progress) -> None:
    """Progress that nobody wants to hear of."""
