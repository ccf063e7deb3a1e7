"""A fresh visitor: a context of the browser, all of whose targets are watched from their start."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from scanner.browser import disguise
from scanner.browser.devtools import DevToolsError
from scanner.browser.dialogs import Dialogs
from scanner.browser.tab import MAX_POPUPS, Tab
from scanner.collectors.contacts import Contacts
from scanner.collectors.libraries import Texts
from scanner.collectors.network import Network, Traffic
from scanner.collectors.page_script import page_script
from scanner.collectors.scripts import Scripts
from scanner.collectors.validators import Validators
from scanner.collectors.workers import Workers
from scanner.crawl.gate import Barrier, Known
from scanner.model import Statement, Visitor, said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import playwright.async_api as pw

    from scanner.browser import Browser
    from scanner.browser.devtools import Params, Session
    from scanner.collectors.evidence import Evidence
    from scanner.collectors.har import Archive
    from scanner.crawl.badge import Badge
    from scanner.crawl.gate import Gate
    from scanner.shape import Digester

_SIGNAL = page_script("signal")
OPEN_LIMIT = 15.0  # seconds for a tab to open


class Profile:
    """Made by `open_profile`."""

    def __init__(
        self,
        browser: Browser,
        *,
        languages: tuple[str, ...],
        signal: bool,
        digester: Digester,
        gate: Gate,
        popup_gate: Gate,
        hurry: asyncio.Event,
        archive: Archive | None,
        visitor: Visitor,
        badge: Badge | None,
    ) -> None:
        self._browser = browser
        self._locale = visitor.locale
        self._disguise = disguise.override(
            browser.version,
            languages=(visitor.locale, *languages) if visitor.locale else languages,
            device=disguise.DEVICES[visitor.device or "desktop"],
        )
        self._emulation = disguise.emulation(visitor)
        self._drawn = disguise.metrics(visitor)  # for a page that is pressed on
        self._badge = badge
        self._known = Known()
        self._signal = signal
        self._digester = digester
        self._gate = gate
        self._popup_gate = popup_gate
        self._hurry = hurry
        self._archive = archive
        self._texts = Texts()
        self._tabs: dict[str, Tab] = {}  # by target, popups under their opener's tab
        self._opening = asyncio.Lock()
        self.given: frozenset[tuple[str, str, str]] = frozenset()  # name, domain, path of cookies
        self.id = ""  # of the context in DevTools
        #: Called when an answer came whose cookies the browser does not tell.
        self.unheard: Callable[[], None] = _nothing
        self.workers = Workers()  # that live beside the pages: service workers, shared workers

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """Those that are open."""
        return tuple({tab.target: tab for tab in self._tabs.values()}.values())

    async def open_tab(self) -> Tab:
        """
        Open a tab.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer.
        """
        async with self._opening, asyncio.timeout(OPEN_LIMIT):
            created = await self._browser.devtools.browser.call(
                "Target.createTarget",
                url="about:blank",
                browserContextId=self.id,
                timeout=OPEN_LIMIT,
            )
            tab = self._tabs.get(created["targetId"])
            if tab is None:
                raise DevToolsError("the tab was not announced")
            # A tab that is sent on before all of it was prepared hears nothing of what comes first.
            await tab.session.call("Runtime.evaluate", expression="0", timeout=OPEN_LIMIT)
            await tab.leave()
            return tab

    @contextlib.asynccontextmanager
    async def lend(self, tab: Tab) -> AsyncIterator[pw.Page]:
        """Let Playwright drive the page in *tab* until the block ends; see `Browser.lend`."""
        draw = "Emulation.setDeviceMetricsOverride"
        async with self._browser.lend(tab.target) as page:
            tab.dialogs.lent = True
            tab.barrier.held = True
            tab.barrier.close()
            try:
                await tab.session.call(draw, **self._drawn)  # else presses miss
                yield page
            finally:
                tab.dialogs.lent = False
                tab.barrier.held = False
                tab.session.post(draw, **{**self._drawn, "scale": disguise.TINY})

    async def bring_along(self, cookies: list[dict[str, str]]) -> None:
        """
        Put *cookies* into the jar: name, value, domain and path of each.

        Raises:
            DevToolsError: If the browser refuses one.
        """
        browser = self._browser.devtools.browser
        await browser.call("Storage.setCookies", cookies=cookies, browserContextId=self.id)
        self.given = frozenset((c["name"], c["domain"].lstrip("."), c["path"]) for c in cookies)

    async def close_tab(self, tab: Tab) -> None:
        """Close *tab*, whatever state it is in."""
        browser = self._browser.devtools.browser
        for target in (*tab.popups, tab.target):
            self._tabs.pop(target, None)
            with contextlib.suppress(DevToolsError, TimeoutError):
                await browser.call("Target.closeTarget", targetId=target, timeout=3)

    async def close_popups(self, tab: Tab) -> None:
        """Close the windows that the page of *tab* opened."""
        browser = self._browser.devtools.browser
        while tab.popups:
            target = tab.popups.pop()
            self._tabs.pop(target, None)
            with contextlib.suppress(DevToolsError, TimeoutError):
                await browser.call("Target.closeTarget", targetId=target, timeout=3)

    def attached(self, session: Session, info: Params) -> None:
        """Prepare a new target before any of its code runs, then let it run."""
        if info["type"] == "page":
            opener = self._tabs.get(info.get("openerId", ""))
            if opener is None:
                tab = Tab(
                    session,
                    target=info["targetId"],
                    gate=self._gate,
                    hurry=self._hurry,
                    beside=self.workers.noted,
                    badge=self._badge,
                    known=self._known,
                )
                self._tabs[info["targetId"]] = tab
                self._prepare(session, info, evidence=tab.evidence, traffic=tab.traffic)
                return
            self._tabs[info["targetId"]] = opener
            opener.popups.append(info["targetId"])
            opener.evidence.windows += 1
            opener.evidence.framed[info["targetId"]] = info.get("openerFrameId", opener.target)
            if len(opener.popups) > MAX_POPUPS:
                _turn_away(session, frame=info["targetId"])
                return
            Barrier(
                session,
                frame=info["targetId"],
                gate=self._popup_gate,
                refused=_ignore,
                badge=self._badge,
            )
            Dialogs(session)
            self._prepare(session, info, evidence=opener.evidence, traffic=opener.traffic)
            return
        evidence = self.workers.evidence(info["url"], pages=[tab.evidence for tab in self.tabs])
        self._prepare(session, info, evidence=evidence, traffic=Traffic())

    def _prepare(
        self, session: Session, info: Params, *, evidence: Evidence, traffic: Traffic
    ) -> None:
        kind = info["type"]
        if kind == "page":
            for method, params in self._emulation:
                session.post(method, **params)
        if self._signal and kind in ("page", "iframe"):  # before who reads it is watched
            session.post("Page.addScriptToEvaluateOnNewDocument", source=_SIGNAL)
        Network(
            session,
            evidence=evidence,
            traffic=traffic,
            digester=self._digester,
            unheard=lambda: self.unheard(),
        )
        Contacts(session, evidence=evidence, traffic=traffic, digester=self._digester)
        Validators(session, evidence=evidence, digester=self._digester)
        Scripts(session, kind=kind, evidence=evidence, digester=self._digester, texts=self._texts)
        if self._archive is not None:
            self._archive.attach(session)
        if kind in ("page", "iframe"):
            session.post("Emulation.setUserAgentOverride", **self._disguise)
            if self._locale:
                session.post("Emulation.setLocaleOverride", locale=self._locale)
        else:
            evidence.workers += 1
            session.post("Network.setUserAgentOverride", **self._disguise)
        if self._signal:
            session.post("Network.setExtraHTTPHeaders", headers={"Sec-GPC": "1"})

        def child(params: Params) -> None:
            inner = self._browser.devtools.session(params["sessionId"])
            self._prepare(inner, params["targetInfo"], evidence=evidence, traffic=traffic)

        session.on("Target.attachedToTarget", child)
        session.post(
            "Target.setAutoAttach",
            autoAttach=True,
            waitForDebuggerOnStart=True,
            flatten=True,
            # Service workers are met once, by way of the browser.
            filter=[{"type": "service_worker", "exclude": True}, {}],
        )
        session.post("Runtime.runIfWaitingForDebugger")
        if self._signal and kind not in ("page", "iframe"):
            session.post("Runtime.evaluate", expression=_SIGNAL)


@contextlib.asynccontextmanager
async def open_profile(
    browser: Browser,
    *,
    languages: tuple[str, ...],
    signal: bool,
    digester: Digester,
    gate: Gate,
    popup_gate: Gate,
    hurry: asyncio.Event,
    archive: Archive | None = None,
    visitor: Visitor | None = None,
    badge: Badge | None = None,
) -> AsyncIterator[Profile]:
    """
    Open a fresh context of *browser*, and close it with all its tabs when the block ends.

    Args:
        languages: Of the visitor, the best first.
        signal: Whether the visitor's browser sends Global Privacy Control.
        digester: Hashes what is stored.
        gate: Says why a tab may not go to a URL; *popup_gate*: why a window may not that a
            page opened.
        hurry: Set when all waiting is to end.
        archive: Gets all that is exchanged with servers.
        visitor: As whom to come; None: as an ordinary one.
        badge: What is shown to the site's own servers.
    """
    visitor = visitor or Visitor()
    profile = Profile(
        browser,
        languages=languages,
        signal=signal,
        digester=digester,
        gate=gate,
        popup_gate=popup_gate,
        hurry=hurry,
        archive=archive,
        visitor=visitor,
        badge=badge,
    )
    permissions = ("geolocation",) if visitor.location else ()
    async with browser.context(profile.attached, permissions=permissions) as profile.id:
        yield profile


def _turn_away(session: Session, *, frame: str) -> None:
    """
    Close a window before it asks anybody for anything.

    It is let run first: one that is closed while it waits for us can stop the page that opened it.
    """
    Barrier(session, frame=frame, gate=_nowhere, refused=_ignore)
    session.post("Runtime.runIfWaitingForDebugger")
    session.post("Page.close")


async def _nowhere(_: str) -> Statement:
    return said("endless_windows")


def _nothing() -> None:
    """Nobody wants to know."""


def _ignore(_: Statement) -> None:
    """A window that was barred leaves nothing to tell."""
