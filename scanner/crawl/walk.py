"""Walk through a site in one state: the banner answered first, then page after page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec
import structlog

from scanner.browser import Browser
from scanner.browser.profile import open_profile
from scanner.collectors.har import Archive
from scanner.collectors.validators import Cache
from scanner.crawl import settle, sitemap
from scanner.crawl.badge import badge
from scanner.crawl.fetch import Fetcher
from scanner.crawl.frontier import Frontier
from scanner.crawl.login import login
from scanner.crawl.pace import Pace
from scanner.crawl.robots import Robots
from scanner.crawl.settle import Clock
from scanner.crawl.visit import Reader
from scanner.dossier import Dossier
from scanner.model import BannerAnswer, Category, Observation, PageRead, Site, State
from scanner.redaction import redacted_url
from scanner.shape import Digester

if TYPE_CHECKING:
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab

log = structlog.get_logger()

ANSWER_LIMIT = 20.0  # seconds to find and press the banner's buttons
PAGE_LIMIT = 60.0  # seconds for one page, all included
PRESSED_LINGER = 0.6  # seconds for a page to act on an answer before it is loaded anew

_TOP = resources.files("scanner.collectors").joinpath("top.js").read_text(encoding="utf-8")

#: What has to be pressed for a state, in this order.
_PRESSES: dict[State, tuple[State, ...]] = {
    State.ACCEPT: (State.ACCEPT,),
    State.REJECT: (State.REJECT,),
    State.WITHDRAW: (State.ACCEPT, State.WITHDRAW),
    **{state: (State.ACCEPT,) for state in State if state.only is not None},
}


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """What the walks through one site share."""

    site: Site
    browser: Browser
    fetcher: Fetcher
    robots: Robots
    pace: Pace
    digester: Digester
    cache: Cache  # what all profiles were given for theirs
    max_pages: int
    tabs: int  # pages that are open at once
    clock: Clock
    answer: Callable[..., Awaitable[BannerAnswer]]  # presses the banner's buttons
    dossier: Dossier | None = None  # where pictures and archives are kept
    har: bool = False  # whether the traffic is archived
    stop: asyncio.Event  # when set, the walk ends with what was found
    progress: Callable[[State, int, int, str], None]  # state, visited, known, URL


class Walk:
    """One walk; *reads* and *banner* hold what was found, also when `walk` was broken off."""

    def __init__(
        self,
        tour: Tour,
        state: State,
        *,
        pages: tuple[str, ...] | None,
        patience: float | None = None,
    ) -> None:
        self._tour = tour
        self._patience = patience  # seconds for a banner; None: as usual
        self._state = state
        self._known = pages  # what an earlier state visited; None: find out
        self._frontier = Frontier(tour.site, max_pages=tour.max_pages)
        self._arriving = True  # at the start page, which may lead to another domain
        self._logging_in = False
        self._answered = False  # the banner, if the state asks for it
        self._visited = 0
        self._planned = 1
        self.barred: set[str] = set()  # pages that turned out to be none of ours to read
        self.reads: list[PageRead] = []
        self.banner = BannerAnswer()
        self._archive = Archive() if tour.har and tour.dossier else None

    async def walk(self) -> None:
        """
        Visit the start page, answer the banner if the state asks for it, and visit the rest.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer any more.
        """
        tour = self._tour
        async with open_profile(
            tour.browser,
            languages=tour.site.languages,
            signal=self._state is State.GPC,
            digester=tour.digester,
            gate=self._gate,
            popup_gate=self._popup_gate,
            hurry=tour.stop,
            archive=self._archive,
            visitor=tour.site.visitor,
            badge=badge(tour.site),
        ) as profile:
            reader = Reader(
                tour.site,
                self._state,
                browser=tour.browser,
                profile=profile,
                digester=tour.digester,
                cache=tour.cache,
            )
            await _bring_along(profile, tour.site)
            tab = await profile.open_tab()
            start = self._frontier.begin(tour.site.url)
            listed = asyncio.create_task(self._listed())
            try:
                links = await self._start(profile, reader, tab, start)
                if links is None:
                    await reader.confirm(tab, start, clock=tour.clock)
                    return
                self._frontier.add(self._known or tour.site.pages, asked=True)
                if self._known is None:
                    self._frontier.add(links)
                    self._frontier.add(await listed)
                await self._rest(profile, reader, tab)
                await self._confirm(profile, reader, start)
            finally:
                listed.cancel()
                if not reader.pressed or self._answered:
                    self._credit(await reader.remaining())
                if tour.dossier is not None and self._archive is not None:
                    archive = self._archive.document(version=tour.browser.version)
                    tour.dossier.archive(archive, state=self._state)

    async def _confirm(self, profile: Profile, reader: Reader, start: str) -> None:
        """Read the start page once more, if the browser's cache may hold an identifier."""
        tour = self._tour
        cached = not tour.browser.insecure  # certificates that nobody trusts are never cached
        if cached and tour.cache.doubtful(self._state) and not tour.stop.is_set():
            await reader.confirm(await profile.open_tab(), start, clock=tour.clock)

    async def _start(
        self, profile: Profile, reader: Reader, tab: Tab, url: str
    ) -> tuple[str, ...] | None:
        """Read the start page; return its links, or None if the walk ends here."""
        tour = self._tour
        if self._archive is not None:
            self._archive.visit(url)
        rules = await tour.robots.rules(url)
        await tour.pace.wait(urlsplit(url).hostname or "", delay=rules.delay)
        presses = _PRESSES.get(self._state, ())
        if tour.site.login and (fault := await self._login(profile, tab)) is not None:
            self.reads.append(PageRead(visit=reader.barred(url, fault)))
            self._tell(url)
            return None
        visit, links = await reader.arrive(tab, url, clock=tour.clock, briefly=bool(presses))
        self._arriving = False
        self._frontier.widen(visit.final_url)
        self._frontier.visited(visit.final_url)
        await self._picture(tab, "arrived")
        for wanted in presses:
            if visit.status is None or tour.stop.is_set():
                break
            await profile.close_popups(tab)  # they would stop the frames of the page behind them
            reader.forget(tab)
            given = await self._press(profile, tab, wanted)
            self.banner = merged(self.banner, self._told(given))
            if not _took(given, wanted, only=self._state.only):
                self.reads.append(PageRead(visit=visit))
                self._tell(url)
                return None
            await settle.rest(tab, PRESSED_LINGER)
            await self._picture(tab, "answered")
            visit, links = await reader.arrive(
                tab, url, clock=tour.clock, briefly=wanted is not presses[-1]
            )
        self._answered = True
        self.reads.append(await reader.depart(tab, visit))
        self._tell(url)
        return links if visit.status is not None else None

    async def _login(self, profile: Profile, tab: Tab) -> str | None:
        """Log in; return what went wrong. The owner asks for it, so robots.txt does not."""
        self._logging_in = True
        try:
            async with profile.lend(tab) as page:
                return await login(tab, page, self._tour.site)
        finally:
            self._logging_in = False

    async def _press(self, profile: Profile, tab: Tab, wanted: State) -> BannerAnswer:
        """Answer the banner of the page; a banner that breaks us counts as not answered."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT + 15), profile.lend(tab) as page:
                more: dict[str, Any] = {"only": self._state.only} if self._state.only else {}
                if self._patience is not None and wanted is not State.WITHDRAW:
                    more["patience"] = self._patience
                given = await self._tour.answer(page, wanted, timeout=ANSWER_LIMIT, **more)
        except Exception:
            log.exception("banner not answered", site=self._tour.site.key, state=wanted)
            return BannerAnswer()
        state, dossier = self._state, self._tour.dossier
        url = redacted_url(tab.traffic.url or "")
        for press in given.presses:
            if dossier is not None and press.picture is not None:
                dossier.pressed(press.picture, state=state, url=url)
        presses = tuple(msgspec.structs.replace(press, state=state) for press in given.presses)
        return msgspec.structs.replace(given, presses=presses)

    def _told(self, given: BannerAnswer) -> BannerAnswer:
        """Return *given* as it counts for the whole site: one category is not all of them."""
        only = self._state.only
        if only is None:
            return given
        chosen = {only: given.accepted is True} if given.found else {}
        return msgspec.structs.replace(given, accepted=None, chosen=chosen)

    async def _picture(self, tab: Tab, moment: Literal["arrived", "answered"]) -> None:
        """Keep a picture of what a visitor sees now, if evidence is wanted."""
        dossier = self._tour.dossier
        if dossier is None or tab.over or tab.traffic.status is None:
            return
        if moment == "arrived":
            await tab.in_each_frame(_TOP)
        if png := await tab.picture():
            url = redacted_url(tab.traffic.url or "")
            dossier.picture(png, state=self._state, moment=moment, url=url)

    async def _rest(self, profile: Profile, reader: Reader, first: Tab) -> None:
        """Visit the pages that the start page leads to, level by level."""
        tour = self._tour
        tabs: asyncio.LifoQueue[Tab | None] = asyncio.LifoQueue()  # None: yet to be opened
        for tab in (*([None] * (tour.tabs - 1)), first):
            tabs.put_nowait(tab)

        async def one(url: str) -> tuple[PageRead, tuple[str, ...]] | None:
            tab = await tabs.get()
            try:
                if tour.stop.is_set():
                    return None
                tab = tab or await profile.open_tab()
                read, links = await self._page(reader, tab, url)
                if tab.stuck:  # the page is not to blame: once more, in a tab that is not
                    log.info("the browser was stuck on its way", url=url)
                    await profile.close_tab(tab)
                    tab = await profile.open_tab()
                    read, links = await self._page(reader, tab, url)
                self._frontier.visited(read.visit.final_url)
                self._tell(url)
                if read.visit.status is None and tab.refused is not None:
                    self.barred.add(url)
                if tab.over or read.visit.timed_out or tab.alert_loop:
                    await profile.close_tab(tab)
                    tab = None
                return read, links
            finally:
                tabs.put_nowait(tab)

        while level := await self._allowed(self._frontier.next_level()):
            self._planned += len(level)
            tasks = [asyncio.create_task(one(url)) for url in level]
            try:
                found = await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for result in found:
                if result is not None:
                    self.reads.append(result[0])
                    if self._known is None:
                        self._frontier.add(result[1])
            if tour.stop.is_set():
                return

    async def _page(self, reader: Reader, tab: Tab, url: str) -> tuple[PageRead, tuple[str, ...]]:
        """Read one page, within its time; what was seen until then counts."""
        tour = self._tour
        if self._archive is not None:
            self._archive.visit(url)
        rules = await tour.robots.rules(url)
        await tour.pace.wait(urlsplit(url).hostname or "", delay=rules.delay)
        try:
            async with asyncio.timeout(PAGE_LIMIT):
                visit, links = await reader.arrive(tab, url, clock=tour.clock)
        except TimeoutError:
            visit, links = reader.late(tab, url, PAGE_LIMIT), ()
        if tab.stuck:
            return PageRead(visit=visit), ()
        return await reader.depart(tab, visit), links

    async def _allowed(self, urls: list[str]) -> list[str]:
        """Return those of *urls* that robots.txt lets us visit."""
        allowed = []
        for url in urls:
            reason = await self._tour.robots.refusal(url)
            if reason is None:
                allowed.append(url)
            else:
                log.info("page left out", url=url, cause=reason)
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

    async def _gate(self, url: str) -> str | None:
        if self._logging_in:
            return None
        if not self._arriving and not self._frontier.inside(url):
            return f"it leads to another site ({urlsplit(url).hostname})"
        return await self._tour.robots.refusal(url)

    async def _popup_gate(self, url: str) -> str | None:
        return await self._tour.robots.refusal(url) if self._frontier.inside(url) else None

    def _credit(self, found: dict[str, tuple[Observation, ...]]) -> None:
        """Add what no page was seen to write to the pages where it was met."""
        for place, read in enumerate(self.reads):
            more = found.pop(read.visit.final_url, ())
            self.reads[place] = msgspec.structs.replace(
                read, observations=(*read.observations, *more)
            )

    def _tell(self, url: str) -> None:
        self._visited += 1
        self._tour.progress(self._state, self._visited, self._planned, url)


async def _bring_along(profile: Profile, site: Site) -> None:
    """Put the cookies that sites.yaml gives the visitor into the jar."""
    host = urlsplit(site.url).hostname or ""
    given = [
        {"name": c.name, "value": c.value, "domain": c.domain or host, "path": c.path}
        for c in site.visitor.cookies
    ]
    if given:
        await profile.bring_along(given)


def _took(given: BannerAnswer, wanted: State, *, only: Category | None = None) -> bool:
    """Tell whether the site understood. To refuse, we must be sure: a guess would accuse it."""
    if only is not None:
        return bool(given.found) and given.accepted is True
    if wanted is State.ACCEPT:
        return bool(given.found) and given.accepted is not False
    taken = given.rejected if wanted is State.REJECT else given.withdrawn
    return bool(given.found) and taken is True


def merged(one: BannerAnswer, other: BannerAnswer) -> BannerAnswer:
    """Return what both together tell of the banner; a no counts more than not knowing."""
    return BannerAnswer(
        found=_either(one.found, other.found),
        platform=one.platform or other.platform,
        accepted=_either(one.accepted, other.accepted),
        rejected=_either(one.rejected, other.rejected),
        withdrawn=_either(one.withdrawn, other.withdrawn),
        method=one.method or other.method,
        offers=tuple(sorted({*one.offers, *other.offers})),
        chosen=one.chosen | other.chosen,
        presses=one.presses + other.presses,
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one is None or other is None:
        return other if one is None else one
    return one or other
