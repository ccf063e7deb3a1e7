"""A fresh visitor: a context of the browser, all of whose targets are watched from their start."""

from __future__ import annotations

import asyncio
import contextlib
from importlib import resources
from typing import TYPE_CHECKING

from scanner.browser import disguise
from scanner.browser.devtools import DevToolsError
from scanner.browser.tab import MAX_POPUPS, Tab
from scanner.collectors.contacts import Contacts
from scanner.collectors.evidence import Evidence
from scanner.collectors.network import Network, Traffic
from scanner.collectors.scripts import Scripts
from scanner.crawl.gate import guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import playwright.async_api as pw

    from scanner.browser import Browser
    from scanner.browser.devtools import Params, Session
    from scanner.collectors.har import Archive
    from scanner.crawl.gate import Gate
    from scanner.shape import Digester

_SIGNAL = resources.files("scanner.collectors").joinpath("signal.js").read_text(encoding="utf-8")
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
    ) -> None:
        self._browser = browser
        self._disguise = disguise.override(browser.version, languages=languages)
        self._signal = signal
        self._digester = digester
        self._gate = gate
        self._popup_gate = popup_gate
        self._hurry = hurry
        self._archive = archive
        self._tabs: dict[str, Tab] = {}  # by target, popups under their opener's tab
        self._opening = asyncio.Lock()
        self._opened: list[Tab] = []
        self.context: pw.BrowserContext
        self.id = ""  # of the context in DevTools
        self.background = Evidence()  # of service workers and shared workers

    async def open_tab(self) -> Tab:
        """
        Open a tab.

        Raises:
            DevToolsError: If the browser is gone.
            TimeoutError: If it does not answer.
        """
        async with self._opening, asyncio.timeout(OPEN_LIMIT):
            self._opened.clear()
            page = await self.context.new_page()
            if not self._opened:
                raise DevToolsError("the tab was not announced")
            tab = self._opened[0]
        tab.page = page
        return tab

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
                tab = Tab(session, target=info["targetId"], gate=self._gate, hurry=self._hurry)
                self._tabs[info["targetId"]] = tab
                self._opened.append(tab)
                self._prepare(session, info, evidence=tab.evidence, traffic=tab.traffic)
                return
            self._tabs[info["targetId"]] = opener
            opener.popups.append(info["targetId"])
            if len(opener.popups) > MAX_POPUPS:
                session.post("Page.close")
            guard(session, frame=info["targetId"], gate=self._popup_gate, refused=_ignore)
            self._prepare(session, info, evidence=opener.evidence, traffic=opener.traffic)
            return
        self._prepare(session, info, evidence=self.background, traffic=Traffic())

    def _prepare(
        self, session: Session, info: Params, *, evidence: Evidence, traffic: Traffic
    ) -> None:
        kind = info["type"]
        Network(session, evidence=evidence, traffic=traffic, digester=self._digester)
        Contacts(session, evidence=evidence, traffic=traffic, digester=self._digester)
        Scripts(session, kind=kind, evidence=evidence, digester=self._digester)
        if self._archive is not None:
            self._archive.attach(session)
        if kind in ("page", "iframe"):
            session.post("Emulation.setUserAgentOverride", **self._disguise)
            if self._signal:
                session.post("Page.addScriptToEvaluateOnNewDocument", source=_SIGNAL)
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
    """
    profile = Profile(
        browser,
        languages=languages,
        signal=signal,
        digester=digester,
        gate=gate,
        popup_gate=popup_gate,
        hurry=hurry,
        archive=archive,
    )
    async with browser.context(profile.attached) as (context, id_):
        profile.context, profile.id = context, id_
        yield profile


def _ignore(_: str) -> None:
    """A window that was barred leaves nothing to tell."""
