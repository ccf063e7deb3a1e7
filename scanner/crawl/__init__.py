"""Crawl a site: its pages in each state of consent, each state as a fresh visitor."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from scanner.answer import answer
from scanner.collectors.validators import Cache, credited
from scanner.crawl.badge import badge
from scanner.crawl.bounds import Bounds
from scanner.crawl.course import Course
from scanner.crawl.fetch import Fetcher
from scanner.crawl.logbook import Logbook
from scanner.crawl.pace import Pace
from scanner.crawl.robots import Robots
from scanner.crawl.settle import Clock
from scanner.crawl.tour import Tour
from scanner.model import BannerAnswer, Exhibit, PageRead, Site, State, Visit, Visitor
from scanner.shape import Digester
from scanner.sites.variables import disclosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.browser import Browser
    from scanner.dossier import Dossier

TABS = 4  # pages of a site that are open at once
ENDING = 5.0  # seconds that stuck pages may take to be left, at the end of a scan's time
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
    tabs: int | None = None  # pages that are open at once; None: TABS
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
    started_at = dt.datetime.now(dt.UTC)
    minutes = options.max_minutes or site.max_minutes
    ends_at = None if minutes is None else time.monotonic() + _seconds(minutes / options.repeat)
    bounds = Bounds(site, resolution=browser.resolution)
    async with Fetcher(
        resolution=browser.resolution,
        insecure=browser.insecure,
        badge=badge(site),
        bounds=bounds,
    ) as fetcher:
        tour = _tour(
            site,
            options,
            browser=browser,
            fetcher=fetcher,
            bounds=bounds,
            dossier=dossier,
            stop=stop or asyncio.Event(),
            progress=progress or _nobody,
        )
        course = Course(tour, book or Logbook(), run=run, ends_at=ends_at)
        await course.go(options.states or site.states)
        await _probe(tour)
    return Crawl(
        site=site.key,
        url=site.url,
        started_at=started_at,
        finished_at=dt.datetime.now(dt.UTC),
        status=_status(course.visits, whole=course.whole),
        reads=credited(course.reads, tour.cache.proven()),
        banner=course.banner,
        exhibits=tuple(dossier.exhibits) if dossier is not None else (),
    )


def _tour(
    site: Site,
    options: Options,
    *,
    browser: Browser,
    fetcher: Fetcher,
    bounds: Bounds,
    dossier: Dossier | None,
    stop: asyncio.Event,
    progress: Callable[[Progress], None],
) -> Tour:
    """Return what the walks share."""
    clock = options.settle or Clock(site.settle)
    pictures = dossier.pictures if dossier is not None else options.pictures
    obey = site.robots == "obey" and not options.ignore_robots

    def told(state: State, visited: int, known: int, url: str) -> None:
        progress(Progress(site=site.key, state=state, visited=visited, known=known, url=url))

    return Tour(
        site=site,
        browser=browser,
        fetcher=fetcher,
        robots=Robots(fetcher, obey=obey),
        bounds=bounds,
        pace=Pace(),
        digester=Digester(),
        cache=Cache(),
        max_pages=options.max_pages or site.max_pages,
        tabs=options.tabs or TABS,
        clock=clock,
        answer=partial(answer, pictures=pictures) if pictures else answer,
        dossier=dossier,
        har=options.har,
        stop=stop,
        progress=told,
    )


async def _probe(tour: Tour) -> None:
    """Ask servers once more about what only caches hold, where visits have not proven it."""
    for url in tour.cache.alone():
        if not tour.stop.is_set() and await tour.fetcher.tells_apart(url):
            tour.cache.told_apart.add(url)
    if tour.browser.insecure:  # then Chromium keeps no cache, and sends nothing back
        for url in tour.cache.unproven():
            if not tour.stop.is_set() and await tour.fetcher.gives_back(url):
                tour.cache.confirmed.add(url)


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
