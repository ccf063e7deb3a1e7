"""Visit one page: go there, let it settle, look into its storage, leave, fold what was seen."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner import failures, settle
from scanner.collectors import fold, jar
from scanner.collectors.evidence import StoredItem
from scanner.collectors.scripts import measured
from scanner.devtools import DevToolsError
from scanner.model import Kind, Observation, PageRead, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.browser import Browser
    from scanner.model import Site, State
    from scanner.profile import Profile
    from scanner.shape import Digester
    from scanner.tab import Tab

GOTO_LIMIT = 20.0  # seconds until the first bytes of a page
SCROLL_LINGER = 0.5  # seconds that a scrolled page is given


def _script(name: str) -> str:
    return resources.files("scanner.collectors").joinpath(name).read_text(encoding="utf-8")


_STORAGE, _LINKS, _SCROLL = _script("storage.js"), _script("links.js"), _script("scroll.js")


class Reader:
    """Reads the pages of one site in one state with one profile."""

    def __init__(
        self, site: Site, state: State, *, browser: Browser, profile: Profile, digester: Digester
    ) -> None:
        self._site = site
        self._state = state
        self._browser = browser
        self._profile = profile
        self._digester = digester
        self._cookies: set[tuple[str, str, str, bool]] = set()  # that some page accounts for
        self._stored: set[tuple[Kind, str, str]] = set()

    async def arrive(self, tab: Tab, url: str) -> tuple[Visit, tuple[str, ...]]:
        """
        Go to *url* and let the page do what it does by itself.

        Returns:
            How the visit went, and the links of the page.
        """
        try:
            way = await tab.goto(url, timeout=GOTO_LIMIT)
        except DevToolsError:
            return self._visit(tab, url, failure="the tab crashed"), ()
        if tab.refused is not None and tab.traffic.status is None:
            return self._visit(tab, url, failure=tab.refused), ()
        if way.timed_out:
            return self._visit(tab, url, failure="no answer in time", timed_out=True), ()
        if way.download:
            return self._visit(tab, url, failure="it is a download, not a page"), ()
        if way.error is not None and way.error != "net::ERR_HTTP_RESPONSE_CODE_FAILURE":
            return self._visit(tab, url, failure=failures.of_navigation(way.error)), ()
        settled = await settle.real(tab)
        links: tuple[str, ...] = ()
        if not tab.over:
            await tab.in_each_frame(_SCROLL)
            await settle.real(tab, linger=SCROLL_LINGER, busy_limit=2.0)
            links = await self._look(tab)
        failure = None if tab.traffic.status is None else failures.of_status(tab.traffic.status)
        if tab.crashed.is_set():
            failure = "the page crashed"
        elif tab.alert_loop:
            failure = "the page shows alerts without end"
        elif not settled and tab.traffic.status is None:
            failure = "the page did not load in time"
        return self._visit(tab, url, failure=failure, timed_out=not settled), links

    async def depart(self, tab: Tab, visit: Visit, *, from_jar: bool = True) -> PageRead:
        """
        Leave the page, and return what it stored.

        Args:
            from_jar: Also account for cookies and items that nobody was seen to write.
        """
        await tab.leave()
        await self._profile.close_popups(tab)
        now = dt.datetime.now(dt.UTC)
        kept = await jar.read(
            self._browser.devtools, context=self._profile.id, digester=self._digester
        )
        evidence, background = tab.evidence, self._profile.background
        page = visit.final_url
        writes = sorted((*evidence.writes, *background.writes), key=lambda write: write.at)
        known = self._cookies if from_jar else {cookie.identity for cookie in kept}
        observations: tuple[Observation, ...] = (
            *fold.cookies(writes, kept, credited=known, page=page, state=self._state, at=now),
            *fold.stored(
                [*evidence.stored, *background.stored],
                credited=self._stored,
                page=page,
                state=self._state,
            ),
            *fold.requests(
                [*evidence.requests, *background.requests],
                site_host=urlsplit(self._site.url).hostname or "",
                own_domains=self._site.own_domains,
                page=page,
                state=self._state,
            ),
        )
        self._cookies |= (
            {cookie.identity for cookie in kept}
            if from_jar
            else {write.identity for write in writes}
        )
        self._stored |= {item.identity for item in evidence.stored}
        evidence.clear()
        background.clear()
        return PageRead(visit=visit, observations=observations)

    async def rest(self, tab: Tab, seconds: float) -> None:
        """Give the page *seconds*, and a little more while it is busy."""
        await settle.real(tab, linger=seconds, busy_limit=3 * seconds)

    def late(self, tab: Tab, url: str, seconds: float) -> Visit:
        """Return the visit of a page that took longer than *seconds*."""
        return self._visit(
            tab, url, failure=f"the page took longer than {seconds:.0f} seconds", timed_out=True
        )

    async def remaining(self, page: str) -> tuple[Observation, ...]:
        """Return what the jar still keeps that no visit accounts for, as seen on *page*."""
        now = dt.datetime.now(dt.UTC)
        kept = await jar.read(
            self._browser.devtools, context=self._profile.id, digester=self._digester
        )
        return fold.cookies((), kept, credited=self._cookies, page=page, state=self._state, at=now)

    async def _look(self, tab: Tab) -> tuple[str, ...]:
        """Note what each frame stores; return the links of those of the site."""
        now = dt.datetime.now(dt.UTC)
        for _, told in await tab.in_each_frame(_STORAGE):
            if told is not None:
                tab.evidence.stored += [
                    self._item(found, told["origin"], now) for found in told["found"]
                ]
        links: dict[str, None] = {}
        for _, told in await tab.in_each_frame(_LINKS):
            if told is not None:
                links.update(dict.fromkeys(told["links"]))
        return tuple(links)

    def _item(self, found: dict[str, Any], origin: str, now: dt.datetime) -> StoredItem:
        value = found.get("value")
        return StoredItem(
            kind=Kind(found["kind"]),
            name=found["name"],
            host=urlsplit(origin).hostname or "",
            at=now,
            shape=None if value is None else measured(value, length=found["length"]),
            digest=None if value is None else self._digester.digest(value),
        )

    def _visit(
        self, tab: Tab, url: str, *, failure: str | None = None, timed_out: bool = False
    ) -> Visit:
        return Visit(
            url=url,
            final_url=tab.traffic.url or url,
            state=self._state,
            status=tab.traffic.status,
            timed_out=timed_out,
            failure=failure,
        )
