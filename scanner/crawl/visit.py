"""Visit one page: go there, let it settle, look into its storage, leave, fold what was seen."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from scanner.browser import failures
from scanner.browser.devtools import DevToolsError
from scanner.browser.tab import MAX_ROUTES
from scanner.collectors import consent, jar, parameters
from scanner.collectors.evidence import StoredItem
from scanner.collectors.page_script import page_script
from scanner.collectors.scripts import measured
from scanner.collectors.stack import OURS
from scanner.crawl import settle
from scanner.crawl.links import LINKS
from scanner.crawl.settle import Clock
from scanner.crawl.sightings import Sightings, left_by
from scanner.crawl.telling import Left, Teller
from scanner.crawl.walls import wall
from scanner.model import (
    Kind,
    Moment,
    Observation,
    PageRead,
    SetBy,
    State,
    Statement,
    Visit,
    said,
)
from scanner.statements import in_english

if TYPE_CHECKING:
    from scanner.browser import Browser
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab
    from scanner.collectors.evidence import JarCookie
    from scanner.collectors.validators import Cache
    from scanner.model import Site
    from scanner.shape import Digester

SEARCH_LIMIT = 5.0  # seconds until it is known who made code that nobody on the stack made
GOTO_LIMIT = 20.0  # seconds until the first bytes of a page


_LOOK, _STORAGE = map(page_script, ("look", "storage"))
_CONSENT = f"{page_script('consent')}\n//# sourceURL={OURS}"  # whose calls do not count
_ICON = page_script("icon")
_SCROLL, _FAREWELL, _MINDING = map(page_script, ("scroll", "farewell", "minding"))


class Reader:
    """Reads the pages of one site in one state with one profile."""

    def __init__(
        self,
        site: Site,
        state: State,
        *,
        browser: Browser,
        profile: Profile,
        digester: Digester,
        cache: Cache,
    ) -> None:
        self._site = site
        self._cache = cache
        self._state = state
        self._browser = browser
        self._profile = profile
        #: Whether the banner was answered: then only what is left of earlier cookies counts.
        self.pressed = state not in (State.BEFORE, State.GPC)
        self._digester = digester
        self._worn: set[str] = set()  # icons and manifests that were fetched
        #: What the databases of a place took up when they were looked into, as the browser told it.
        self._sizes: dict[str, str] = {}
        self._seen = Sightings(state, home=site.url)
        self._teller = Teller(site, state, seen=self._seen)
        self._glances: set[asyncio.Task[None]] = set()
        profile.unheard = self._glance

    async def arrive(
        self, tab: Tab, url: str, *, clock: Clock, briefly: bool = False
    ) -> tuple[Visit, tuple[str, ...]]:
        """
        Go to *url* and let the page do what it does by itself.

        Args:
            clock: By which time.
            briefly: Only until its banner can be answered, in real time. It is not scrolled:
                some banners take that for consent.

        Returns:
            How the visit went, and the links of the page.
        """
        try:
            way = await tab.goto(url, timeout=GOTO_LIMIT)
        except DevToolsError:
            return self._visit(tab, url, cause=said("tab_crashed")), ()
        if tab.refused is not None and tab.traffic.status is None:
            return self._visit(tab, url, cause=tab.refused), ()
        if way.timed_out:
            return self._visit(tab, url, cause=said("no_answer"), timed_out=True), ()
        if way.download:
            return self._visit(tab, url, cause=said("download")), ()
        if way.error is not None and way.error != "net::ERR_HTTP_RESPONSE_CODE_FAILURE":
            return self._visit(tab, url, cause=failures.of_navigation(way.error)), ()
        if briefly:
            loaded = await settle.rest(tab, settle.GREETING)
        else:
            loaded = await settle.arrived(tab, clock=clock)
        links: tuple[str, ...] = ()
        barrier: Statement | None = None
        if not tab.over and not briefly:
            tab.evidence.mark(Moment.SCROLL)
            await tab.frames.ask_main(_SCROLL)
            await settle.scrolled(tab, clock=clock)
            links, barrier = await self._look(tab, clock)
        cause = _cause(tab, loaded=loaded) or barrier
        late = not loaded or tab.evidence.hoarding
        return self._visit(tab, url, cause=cause, timed_out=late), links

    async def depart(self, tab: Tab, visit: Visit, *, clock: Clock) -> PageRead:
        """
        Leave the page, and return what it was seen to store.

        A page that stands still, and would not mind being left, stays until the next one comes.
        """
        await tab.evidence.searched(SEARCH_LIMIT)
        tab.evidence.mark(Moment.LEAVE)
        if tab.over or await _minds(tab, clock=clock):
            await self._leave(tab)
        looked_at = dt.datetime.now(dt.UTC)
        kept = await self._jar()
        evidence = tab.evidence
        others = [other.evidence for other in self._profile.tabs if other is not tab]
        for noted in (evidence, *others):
            self._seen.heard(noted)
        groups = self._profile.workers.told_with(evidence, page=visit.final_url, others=others)
        writes = (*evidence.writes, *(write for _, noted in groups for write in noted.writes))
        read = self._teller.told(visit, Left(evidence, groups, left_by(writes, kept)))
        for page, noted in ((visit.final_url, evidence), *groups):
            for url, when in noted.unheard.items():
                by = SetBy(kind="http", url=url)
                self._seen.doubt(urlsplit(url).hostname or "", by, page, when=when)
            for url in noted.deferred:
                by = SetBy(kind="http", url=url)
                self._seen.doubt(urlsplit(url).hostname or "", by, page)
        self._seen.told(writes, kept, page=visit.final_url, looked_at=looked_at)
        for noted in (evidence, *(noted for _, noted in groups)):
            exchanges = noted.validators.values()
            self._cache.note(exchanges, state=self._state, page=visit.final_url)
            noted.clear()
        return read

    async def _leave(self, tab: Tab) -> None:
        """Let the page in *tab* do what it does when it is left, and leave it."""
        if not tab.over:
            await tab.frames.ask_all(_FAREWELL)
            await settle.hush(tab)
        await tab.leave()
        await self._profile.close_popups(tab)
        await settle.hush(tab)

    def crowded(self, tab: Tab, url: str) -> bool:
        """Tell whether what another tab waits for kept *url* from being answered."""
        host = urlsplit(url).hostname or ""
        others = [other for other in self._profile.tabs if other is not tab]
        return any(other.traffic.crowds(host) for other in others)

    def seen(self, tab: Tab, visit: Visit) -> Visit:
        """Return *visit*, or what it is called if the page crashed after it."""
        if not tab.crashed.is_set():
            return visit
        return self._visit(tab, visit.url, cause=said("page_crashed"))

    def late(self, tab: Tab, url: str, seconds: float) -> Visit:
        """Return the visit of a page that took longer than *seconds*."""
        cause = said("too_slow", seconds=f"{seconds:.0f}")
        return self._visit(tab, url, cause=cause, timed_out=True)

    def barred(self, url: str, cause: Statement) -> Visit:
        """Return the visit of a page that was not even tried, because of *cause*."""
        return Visit(
            url=url,
            final_url=url,
            state=self._state,
            status=None,
            failure=in_english(cause),
            cause=cause,
        )

    def forget(self, tab: Tab) -> None:
        """Forget what *tab* has seen but for what its cache was given."""
        url = tab.traffic.url or ""
        self._cache.note(tab.evidence.validators.values(), state=self._state, page=url)
        tab.evidence.clear()

    async def confirm(self, tab: Tab, url: str, *, clock: Clock) -> None:
        """Go to *url* once more, if that can show what the browser gives back from its cache."""
        if not self._browser.insecure and self._cache.doubtful(self._state) and not tab.over:
            visit, _ = await self.arrive(tab, url, clock=clock)
            await self.depart(tab, visit, clock=clock)

    async def remaining(self) -> dict[str, tuple[Observation, ...]]:
        """Return what nobody was seen to write, by the page where it was met."""
        kept = {cookie.identity for cookie in await self._jar()}
        return self._seen.remaining(kept, pressed=self.pressed, given=self._profile.given)

    def _glance(self) -> None:
        """Look into the jar at once, so that what came now can be told from what comes later."""

        async def look() -> None:
            looked_at = dt.datetime.now(dt.UTC)
            with contextlib.suppress(DevToolsError, TimeoutError):
                self._seen.looked(await self._jar(), page=None, looked_at=looked_at)

        task = asyncio.get_running_loop().create_task(look())
        self._glances.add(task)
        task.add_done_callback(self._glances.discard)

    async def _jar(self) -> tuple[JarCookie, ...]:
        return await jar.read(
            self._browser.devtools, context=self._profile.id, digester=self._digester
        )

    async def _look(self, tab: Tab, clock: Clock) -> tuple[tuple[str, ...], Statement | None]:
        """Note what each frame stores; return the links, and what stands in the page's place."""
        now = dt.datetime.now(dt.UTC)
        heard = tab.evidence.has_databases or tab.evidence.has_workers
        known = {} if heard else self._sizes
        looked = await settle.awake(tab, _asked(tab, known), clock=clock)
        for told in looked.stored:
            if told["size"] is not None:
                self._sizes[told["place"]] = told["size"]
            host = urlsplit(told["origin"]).hostname or ""
            tab.evidence.looked.add(host)
            for found in told["found"]:
                tab.evidence.stored.append(self._item(found, host, now))
                if (worker := found.get("script")) in tab.evidence.planned:
                    self._seen.doubt(host, SetBy(kind="script", url=worker), tab.traffic.url)
        tab.evidence.looked_until = len(tab.evidence.stored)
        tab.evidence.consent = consent.checked(looked.said)
        links: dict[str, None] = {}
        if len(tab.routes) <= MAX_ROUTES:
            links.update(tab.routes)
        for told in looked.shown.values():
            links.update(dict.fromkeys(told["links"]))
            for mail in filter(None, map(parameters.email, told["mails"])):
                tab.evidence.mails |= parameters.hashes_of_email(mail, self._digester)
        barrier = None
        if page := looked.shown.get(tab.target):
            tab.canonical = page["canonical"]
            await self._dress(tab, page["worn"], clock)
            if kind := wall(title=page["title"], words=page["words"], sources=page["sources"]):
                barrier = said(kind)
        return tuple(links), barrier

    async def _dress(self, tab: Tab, worn: list[str], clock: Clock) -> None:
        """Fetch the icons of a page, and what else is *worn*, each once, as a window does."""
        new = [url for url in worn if url not in self._worn]
        self._worn.update(new)
        if new:
            await settle.awake(
                tab, tab.frames.ask_main(f"({_ICON})({json.dumps(new)})"), clock=clock
            )

    def _item(self, found: dict[str, Any], host: str, now: dt.datetime) -> StoredItem:
        value = found.get("value")
        return StoredItem(
            kind=Kind(found["kind"]),
            name=found["name"],
            host=host,
            at=now,
            shape=None if value is None else measured(value, length=found["length"]),
            digest=None if value is None else self._digester.digest(value),
            tokens=parameters.digests(value or "", self._digester),
        )

    def _visit(
        self, tab: Tab, url: str, *, cause: Statement | None = None, timed_out: bool = False
    ) -> Visit:
        return Visit(
            url=url,
            final_url=tab.traffic.url or tab.traffic.asked or url,
            state=self._state,
            status=tab.traffic.status,
            timed_out=timed_out,
            failure=in_english(cause) if cause is not None else None,
            cause=cause,
        )


class _Look(NamedTuple):
    """What a page answered to our questions."""

    stored: tuple[dict[str, Any], ...]  # by frame
    said: Any  # of consent
    shown: dict[str, Any]  # links and more, by frame


async def _asked(tab: Tab, known: dict[str, str]) -> _Look:
    """
    Ask all frames of *tab* what they keep and where they lead, and the page about consent.

    Args:
        known: Place -> size of the databases that need not be looked into again.
    """
    script = f"({_LOOK})({_STORAGE}, {LINKS}, {json.dumps(known)})"
    answers, said = await asyncio.gather(tab.frames.ask_all(script), tab.in_page(_CONSENT))
    shown = {frame: told["shown"] for frame, told in answers.items() if told["shown"]}
    if tab.target not in answers:  # it is stuck in its storage
        shown |= await tab.frames.ask_all(f"({LINKS})()")
    return _Look(tuple(told["kept"] for told in answers.values()), said, shown)


async def _minds(tab: Tab, *, clock: Clock) -> bool:
    """Tell whether the page of *tab* does anything, or holds anything, unless it is left."""
    noted = tab.evidence
    if clock != Clock.VIRTUAL or tab.popups or noted.has_workers or noted.has_databases:
        return True
    traffic = tab.traffic
    if traffic.status is None or traffic.open or traffic.lasting or tab.routes or noted.unheard:
        return True
    return await tab.frames.mind(_MINDING)


def _cause(tab: Tab, *, loaded: bool) -> Statement | None:
    """Return what is wrong with the page in *tab*."""
    if tab.crashed.is_set():
        return said("page_crashed")
    busy = said("too_heavy" if tab.laden else "endless_scripts")
    if tab.frozen:
        return busy
    if tab.over:
        return said("scan_ended")
    if tab.restless and tab.refused is not None:
        return tab.refused
    if tab.endless:
        return busy
    if tab.alert_loop:
        return said("endless_alerts")
    if tab.broken is not None:
        return failures.of_navigation(tab.broken)
    status = tab.traffic.status
    if status is not None and (cause := failures.of_status(status)):
        return cause
    if tab.evidence.hoarding:
        return said("endless_storing")
    return None if loaded else said("not_loaded")
