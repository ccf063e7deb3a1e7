"""Walk through a site in one state: the banner answered first, then page after page."""

from __future__ import annotations

import asyncio
import collections
import contextlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import structlog

from scanner.browser.devtools import DevToolsError
from scanner.browser.profile import open_profile
from scanner.collectors.har import Archive
from scanner.crawl import privacy_control, scout, settle, sitemap
from scanner.crawl.answering import Answering
from scanner.crawl.badge import badge
from scanner.crawl.elsewhere import Elsewhere
from scanner.crawl.frontier import Frontier
from scanner.crawl.login import login
from scanner.crawl.reading import MOST_TRIES, Reading
from scanner.crawl.tabs import Tabs
from scanner.crawl.visit import Reader
from scanner.model import BannerAnswer, Observation, PageRead, Site, State, Statement, said
from scanner.redaction import redacted_url
from scanner.statements import in_english

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab
    from scanner.crawl.logbook import Chapter
    from scanner.crawl.tour import Tour

log = structlog.get_logger()

PRESSED_LINGER = 0.6  # seconds for a page to act on an answer before it is loaded anew


class _Crashed(Exception):
    """The start page crashed, or was made to: another visitor may fare better."""


class Walk:
    """One walk, which `walk` may begin anew; what was read is in its *chapter*, come what may."""

    def __init__(
        self,
        tour: Tour,
        state: State,
        *,
        pages: tuple[str, ...] | None,
        chapter: Chapter,
        patience: float | None = None,
        asking: tuple[str, ...] | None = None,
    ) -> None:
        self._tour = tour
        self._asking = asking  # pages that showed an earlier state a banner; None: find out
        self._patience = patience  # seconds for a banner; None: as usual
        self._state = state
        self._known = pages  # what an earlier state visited; None: find out
        self._chapter = chapter
        self._tries: collections.Counter[str] = collections.Counter()  # by URL
        secret = tour.site.visitor.headers
        self._archive = Archive(secret=secret) if tour.har and tour.dossier else None
        self._begin()

    def _begin(self) -> None:
        self._frontier = Frontier(self._tour.site, max_pages=self._tour.max_pages)
        self._taken: list[str] = []  # the URLs of the pages that were chosen, in order
        self._arriving = True  # at the start page, which may lead to another domain
        self._logging_in = False
        self._answered = False  # the banner, if the state asks for it
        self._further = Elsewhere(self._tour, self._asking)
        self._answering = Answering(
            self._tour, self._state, patience=self._patience, scout=self._no_banner
        )
        self._reading = Reading(
            self._tour,
            self._state,
            chapter=self._chapter,
            further=self._further,
            archive=self._archive,
            tried=self._tries,
            asked=self._answering.goes_on,
        )

    @property
    def banner(self) -> BannerAnswer:
        """What was found of the site's banner."""
        return self._answering.banner

    @property
    def reads(self) -> list[PageRead]:
        """What was read, in the order in which it was chosen."""
        pages = self._chapter.pages
        order = dict.fromkeys((*self._taken, *pages))
        return [pages[url].read for url in order if url in pages]

    @property
    def barred(self) -> set[str]:
        """The pages that turned out to be none of ours to read."""
        return {url for url, page in self._chapter.pages.items() if page.barred}

    async def walk(self) -> None:
        """
        Visit the start page, answer the banner if the state asks for it, and visit the rest.

        Pages that the chapter has already are not visited again, but for the start page of a
        state that asks for an answer: this visitor has not given it yet.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer any more.
        """
        try:
            await self._come()
        except _Crashed:  # it was the first try: the second one says so in its visit
            log.info("the start page crashed", site=self._tour.site.key, state=self._state)
            await self._come()

    async def _come(self) -> None:
        """Read the site as a fresh visitor."""
        self._begin()
        async with self._visitor(archive=self._archive) as profile:
            await self._through(profile)

    async def _through(self, profile: Profile) -> None:
        """Read the site with *profile*."""
        tour = self._tour
        reader = Reader(
            tour.site,
            self._state,
            browser=tour.browser,
            profile=profile,
            digester=tour.digester,
            cache=tour.cache,
        )
        tabs = Tabs(profile, most=tour.tabs)
        tab = await tabs.take()
        start = self._frontier.begin(tour.site.url)
        listed = asyncio.create_task(self._listed())
        try:
            if not await self._started(profile, reader, tab, start):
                await reader.confirm(tab, start, clock=tour.clock)
                return
            self._frontier.add(self._known or tour.site.pages, asked=True)
            if self._known is None:
                self._frontier.add(self._chapter.pages[start].links)
                self._frontier.add(await listed)
            await tabs.give_back(tab, spent=False)
            await self._rest(reader, tabs)
            await self._confirm(profile, reader, start)
        finally:
            listed.cancel()
            if not reader.pressed or self._answered:
                await self._credit(await reader.remaining())
            if tour.dossier is not None and self._archive is not None:
                archive = self._archive.document(version=tour.browser.version)
                tour.dossier.archive(archive, state=self._state)

    @contextlib.asynccontextmanager
    async def _visitor(self, *, archive: Archive | None) -> AsyncIterator[Profile]:
        """Open a fresh visitor of the site, in the dress and with the cookies that it asks for."""
        tour = self._tour
        async with open_profile(
            tour.browser,
            languages=tour.site.languages,
            signal=self._state is State.GPC,
            digester=tour.digester,
            gate=self._gate,
            popup_gate=self._popup_gate,
            hurry=tour.stop,
            archive=archive,
            visitor=tour.site.visitor,
            badge=badge(tour.site),
        ) as profile:
            await _bring_along(profile, tour.site)
            yield profile

    async def _no_banner(self) -> bool:
        """Tell whether it is certain that the start page shows nobody a banner in time."""
        tour, url = self._tour, self._taken[0]
        await tour.turn(url)
        async with self._visitor(archive=None) as profile:
            return await scout.no_banner(profile, url, within=self._patience or 0.0)

    async def _confirm(self, profile: Profile, reader: Reader, start: str) -> None:
        """Read the start page once more, if the browser's cache may hold an identifier."""
        tour = self._tour
        cached = not tour.browser.insecure  # certificates that nobody trusts are never cached
        if cached and tour.cache.doubtful(self._state) and not tour.stop.is_set():
            await reader.confirm(await profile.open_tab(), start, clock=tour.clock)

    async def _started(self, profile: Profile, reader: Reader, tab: Tab, url: str) -> bool:
        """Read the start page, unless that was done; tell whether the walk goes on from it."""
        self._taken.append(url)
        known = self._chapter.pages.get(url)
        if known is not None and not reader.pressed and not self._tour.site.login:
            self._arriving = False
            self._frontier.widen(known.read.visit.final_url)
            self._frontier.visited(known.read.visit.final_url)
            self._reading.tell(url)
            return True
        if not await self._reading.tries(reader, url):
            return False
        return await self._start(profile, reader, tab, url)

    async def _start(self, profile: Profile, reader: Reader, tab: Tab, url: str) -> bool:
        """Read the start page; tell whether the walk goes on from it."""
        tour = self._tour
        if self._archive is not None:
            self._archive.visit(url)
        await tour.turn(url)
        answering = self._answering
        presses = answering.presses
        if tour.site.login and (fault := await self._login(profile, tab)) is not None:
            await self._reading.note(url, PageRead(visit=reader.barred(url, fault)))
            return False
        visit, links = await reader.arrive(tab, url, clock=tour.clock, briefly=bool(presses))
        self._arriving = False
        self._try_anew(tab, url)
        self._frontier.widen(visit.final_url)
        self._frontier.visited(visit.final_url)
        await answering.picture(tab, "arrived")
        if self._state is State.BEFORE:
            await self._further.glance(tab, url)
        place = url  # where the banner is
        for wanted in presses:
            if visit.status is None or tour.stop.is_set():
                break
            await profile.close_popups(tab)  # they would stop the frames of the page behind them
            reader.forget(tab)
            took = await answering.press(profile, tab, wanted, elsewhere=place != url)
            if not took and answering.banner.found is False:
                place = await self._elsewhere(profile, reader, tab, wanted) or url
                took = place != url
            if place != url and answering.banner.withdrawn is False:  # its control may be here
                visit, _ = await reader.arrive(tab, url, clock=tour.clock, briefly=True)
                reader.forget(tab)
                took = await answering.press(profile, tab, wanted)
            self._try_anew(tab, url)
            if not took:
                await self._reading.note(url, PageRead(visit=reader.seen(tab, visit)))
                return False
            await settle.rest(tab, PRESSED_LINGER)
            await answering.picture(tab, "answered")
            last = wanted is presses[-1]
            visit, links = await reader.arrive(
                tab, url if last else place, clock=tour.clock, briefly=not last
            )
            if last and place == url:
                await answering.see_whether_it_stands(tab, wanted)
            self._try_anew(tab, url)
        self._answered = True
        read = await self._with_promise(await self._reading.departed(reader, tab, visit, links))
        await self._reading.note(url, read, links)
        return visit.status is not None

    def _try_anew(self, tab: Tab, url: str) -> None:
        """
        Begin with another visitor if *tab* is lost, and the page at *url* has had one try only.

        Raises:
            _Crashed: Then.
            DevToolsError: If the browser is gone.
        """
        if self._tour.browser.devtools.gone.is_set():
            raise DevToolsError("the browser ended")
        lost = tab.crashed.is_set() and not self._tour.stop.is_set()
        if lost and self._tries[url] < MOST_TRIES:
            raise _Crashed

    async def _elsewhere(
        self, profile: Profile, reader: Reader, tab: Tab, wanted: State
    ) -> str | None:
        """Answer the banner of a further page; return which; None: none has taken it."""
        tour = self._tour
        for url in await self._further.pages(tab):
            if tour.stop.is_set():
                return None
            await tour.turn(url)
            visit, _ = await reader.arrive(tab, url, clock=tour.clock, briefly=True)
            reader.forget(tab)
            if visit.status is None:
                continue
            if await self._answering.press(profile, tab, wanted, elsewhere=True):
                return url
            if self._answering.banner.found:
                return None
        return None

    async def _with_promise(self, read: PageRead) -> PageRead:
        """Return *read* with what the site promises to visitors who send the signal."""
        if self._state is not State.GPC or read.visit.status is None:
            return read
        page = read.visit.final_url
        promise = await privacy_control.declared(self._tour.fetcher, page)
        told = msgspec.structs.replace(promise, states=(self._state,), pages=(page,))
        return msgspec.structs.replace(read, signals=(*read.signals, told))

    async def _login(self, profile: Profile, tab: Tab) -> Statement | None:
        """Log in; return what went wrong. The owner asks for it, so robots.txt does not."""
        self._logging_in = True
        try:
            async with profile.lend(tab) as page:
                return await login(tab, page, self._tour.site)
        finally:
            self._logging_in = False

    async def _rest(self, reader: Reader, tabs: Tabs) -> None:
        """Visit the pages that the start page leads to, level by level."""
        tour = self._tour

        while level := await self._allowed(reader, self._frontier.next_level()):
            self._taken += level
            await self._reading.level(reader, tabs, level)
            for page in (self._chapter.pages[url] for url in level if url in self._chapter.pages):
                self._frontier.visited(page.read.visit.final_url)
                self._frontier.visited(page.canonical or "")
                if self._known is None:
                    self._frontier.add(page.links)
            if tour.stop.is_set():
                return

    async def _allowed(self, reader: Reader, urls: list[str]) -> list[str]:
        """Return those of *urls* that may be visited; of those that cannot be, note why."""
        robots = self._tour.robots
        together = asyncio.gather(*map(robots.refusal, urls))
        stop = asyncio.create_task(self._tour.stop.wait())
        try:
            await asyncio.wait((together, stop), return_when=asyncio.FIRST_COMPLETED)
            if not together.done():
                return []
        finally:
            stop.cancel()
            together.cancel()
        allowed = []
        for url, reason in zip(urls, together.result(), strict=True):
            if reason is None:
                allowed.append(url)
                continue
            log.info("page left out", url=redacted_url(url), cause=in_english(reason))
            if (await robots.rules(url)).failure is not None:
                self._taken.append(url)
                await self._reading.note(
                    url, PageRead(visit=reader.barred(url, reason)), barred=True
                )
        return allowed

    async def _listed(self) -> tuple[str, ...]:
        """Return the pages of the site's sitemaps."""
        if self._known is not None:
            return ()
        url = self._tour.site.url
        rules = await self._tour.robots.rules(url)
        place = urlsplit(url)
        starts = rules.sitemaps or (f"{place.scheme}://{place.netloc}/sitemap.xml",)
        return await sitemap.read(starts, fetcher=self._tour.fetcher)

    async def _gate(self, url: str) -> Statement | None:
        if self._logging_in:
            return None
        if not self._arriving and not self._frontier.inside(url):
            return said("elsewhere", host=urlsplit(url).hostname or "")
        return await self._tour.refusal(url)

    async def _popup_gate(self, url: str) -> Statement | None:
        if self._frontier.inside(url):
            return await self._tour.refusal(url)
        return await self._tour.bounds.refusal(url)

    async def _credit(self, found: dict[str, tuple[Observation, ...]]) -> None:
        """Add what no page was seen to write to the pages where it was met."""
        for url, page in list(self._chapter.pages.items()):
            if more := found.pop(page.read.visit.final_url, ()):
                observations = (*page.read.observations, *more)
                read = msgspec.structs.replace(page.read, observations=observations)
                whole = msgspec.structs.replace(page, read=read)
                await self._chapter.add(url, whole, whole=not self._tour.stop.is_set())


async def _bring_along(profile: Profile, site: Site) -> None:
    """Put the cookies that sites.yaml gives the visitor into the jar."""
    host = urlsplit(site.url).hostname or ""
    given = [
        {"name": c.name, "value": c.value, "domain": c.domain or host, "path": c.path}
        for c in site.visitor.cookies
    ]
    if given:
        await profile.bring_along(given)
