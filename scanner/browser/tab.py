"""One tab: the DevTools sessions of all its targets, and its evidence."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from asyncio import FIRST_COMPLETED
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.browser.devtools import DevToolsError
from scanner.browser.dialogs import Dialogs
from scanner.browser.frames import EVALUATE_LIMIT, Frames
from scanner.collectors.evidence import Evidence
from scanner.collectors.network import Traffic
from scanner.collectors.scripts import AWAY
from scanner.crawl.gate import Barrier
from scanner.model import Statement, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.browser.devtools import Params, Session
    from scanner.crawl.badge import Badge
    from scanner.crawl.gate import Gate, Known

MAX_DOCUMENTS = 6  # pages that one may lead to by itself, one after the other
MAX_ROUTES = 5  # addresses that a page gives itself; with more it is in a loop
MAX_POPUPS = 5  # windows of one page that are let run
PULSE_LIMIT = 3.0  # seconds in which a page whose scripts are not stuck answers
ENGINE_LIMIT = 5.0  # seconds in which the engine answers in the midst of a script
ASK_LIMIT = 5.0  # seconds until a tab that goes somewhere must have asked for the page
PEEK = 0.05  # seconds between two looks whether nothing more is to be waited for
PICTURE_LIMIT = 3.0  # seconds to take a picture
BLANK_LIMIT = 3.0  # seconds to leave a page


class Navigation(msgspec.Struct, frozen=True, kw_only=True):
    """How the way to a page ended."""

    error: str | None = None  # Chromium's ("net::ERR_…"); None: something came
    download: bool = False
    timed_out: bool = False


class Tab:
    """Made by `scanner.browser.profile.Profile`, which attaches its targets."""

    def __init__(
        self,
        session: Session,
        *,
        target: str,
        gate: Gate,
        hurry: asyncio.Event,
        beside: Mapping[str, Evidence] | None = None,
        badge: Badge | None = None,
        known: Known | None = None,
    ) -> None:
        self.session = session
        self.target = target
        self.frames = Frames(session, main=target)
        self.evidence = Evidence(beside)
        self.traffic = Traffic()
        self.traffic.frame = target
        self.popups: list[str] = []  # their targets
        self.visits = 0  # pages that it went to
        self.stuck = False  # whether Chromium did not even ask for the last page: it happens
        self.refused: Statement | None = None  # why the way to a page was barred
        self.routes: dict[str, None] = {}  # addresses that the page gave itself without loading
        self.canonical: str | None = None  # by which address the page wants to be known
        self.endless = False  # whether its scripts had to be stopped
        self.frozen = False  # whether even that did not help
        self.laden = False  # whether no script was to blame, but what the browser does for the page
        self.broken: str | None = None  # Chromium's error that cut the page's document short
        self.crashed = asyncio.Event()
        self.spent = asyncio.Event()  # the budget of virtual time
        self._hurry = hurry  # set when the scan is to end
        self._loaded = asyncio.Event()
        self._loader: str | None = None  # of the document that is there, or on its way
        self._begun: set[str] = set()  # loaders of the documents that came since the last goto
        self._away = 0  # how often a page was left
        session.on("Page.frameNavigated", self._begin)
        session.on("Page.documentOpened", self._begin)
        session.on("Page.loadEventFired", self._finished)
        session.on("Page.frameStoppedLoading", self._stopped)
        session.on("Emulation.virtualTimeBudgetExpired", lambda _: self.spent.set())
        session.on("Network.loadingFailed", self._cut_short)
        session.on("Page.navigatedWithinDocument", self._routed)
        session.on("Inspector.targetCrashed", lambda _: self.crashed.set())
        session.on("detached", lambda _: self.crashed.set())
        session.post("Page.enable")
        session.post("Inspector.enable")
        self._gate = gate
        self.barrier = Barrier(
            session, frame=target, gate=self._admit, refused=self._bar, badge=badge, known=known
        )
        self.dialogs = Dialogs(session, leaving=self.barrier.expect)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be waited for: the page is lost, or the scan is to end."""
        return self.crashed.is_set() or self.frozen or self._hurry.is_set()

    @property
    def restless(self) -> bool:
        """Whether the page had to be kept from going on and on to others."""
        return self.traffic.documents >= MAX_DOCUMENTS

    @property
    def alert_loop(self) -> bool:
        """Whether the page had to be stopped because it asked and asked."""
        return self.dialogs.loop

    async def goto(self, url: str, *, timeout: float) -> Navigation:  # noqa: ASYNC109
        """
        Go to *url* and return when the first bytes came.

        Args:
            timeout: In seconds.

        Raises:
            DevToolsError: If the tab is gone.
        """
        self._loaded.clear()
        self._begun.clear()
        self.refused = None
        self.routes.clear()
        self.canonical = None
        self.endless = False
        self.laden = False
        self.broken = None
        self.dialogs.begin()
        self.stuck = False
        self.visits += 1
        self.traffic.begin()
        self.barrier.begin()
        way = asyncio.create_task(self.session.call("Page.navigate", url=url, timeout=timeout))
        hurry = asyncio.create_task(self._hurry.wait())
        try:
            await asyncio.wait((way, hurry), timeout=ASK_LIMIT, return_when=FIRST_COMPLETED)
            self.stuck = not (way.done() or hurry.done() or self.traffic.asked)
            if not self.stuck:
                await asyncio.wait((way, hurry), return_when=FIRST_COMPLETED)
            if not way.done():
                return Navigation(timed_out=True)
            told = await way
        except TimeoutError:
            with contextlib.suppress(TimeoutError, DevToolsError):
                await self.session.call("Page.stopLoading", timeout=1)
            return Navigation(timed_out=True)
        finally:
            way.cancel()
            hurry.cancel()
        self._expect(told.get("loaderId"))
        return Navigation(error=told.get("errorText"), download=bool(told.get("isDownload")))

    async def wait_loaded(self, timeout: float) -> bool:  # noqa: ASYNC109
        """Wait for the load event of the main frame; tell whether it came in time (seconds)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self.over and not await heard(self._loaded, within=PEEK):
                    pass
        return self._loaded.is_set() and not self.over

    async def picture(self) -> bytes | None:
        """Return a PNG of what the page shows, one pixel for each of its own; None: none."""
        try:
            shown = await self.session.call("Page.getLayoutMetrics", timeout=PICTURE_LIMIT)
            view = shown["cssVisualViewport"]
            told = await self.session.call(
                "Runtime.evaluate", expression="devicePixelRatio", timeout=PICTURE_LIMIT
            )
            ratio = told["result"].get("value")
            told = await self.session.call(
                "Page.captureScreenshot",
                format="png",
                clip={
                    "x": view["pageX"],
                    "y": view["pageY"],
                    "width": view["clientWidth"],
                    "height": view["clientHeight"],
                    "scale": 1 / ratio if isinstance(ratio, int | float) and ratio > 0 else 1,
                },
                timeout=PICTURE_LIMIT,
            )
        except (DevToolsError, TimeoutError):
            return None
        return base64.b64decode(told["data"])

    async def in_page(self, script: str) -> Any:
        """Return what *script* answers in the main frame's own world; None: it does not."""
        try:
            told = await self.session.call(
                "Runtime.evaluate",
                expression=script,
                awaitPromise=True,
                returnByValue=True,
                timeout=EVALUATE_LIMIT,
            )
        except (DevToolsError, TimeoutError):
            return None
        return None if "exceptionDetails" in told else told["result"].get("value")

    async def unstick(self) -> bool:
        """Stop the scripts of a page that does not answer; tell whether that was needed."""
        pulse = self.session.post("Runtime.evaluate", expression="0")
        if await _comes(pulse, within=PULSE_LIMIT):
            return False
        self.endless = True
        self.laden = not (self.traffic.waits or await self._in_script(pulse))
        self.session.post("Runtime.terminateExecution")
        if not await _comes(pulse, within=PULSE_LIMIT):
            self.frozen = True
        return True

    async def _in_script(self, pulse: asyncio.Future[Params]) -> bool:
        """Tell whether the engine answers, which it does within scripts, though *pulse* waits."""
        metrics = self.session.post("Performance.getMetrics")
        return await _comes(metrics, within=ENGINE_LIMIT) and not await _comes(pulse, within=PEEK)

    async def leave(self) -> None:
        """
        Leave the page for a blank one, so that what it sends at its end is sent.

        Returns when the blank page is there: a tab that is sent on before that is stuck.
        """
        self._loaded.clear()
        self._begun.clear()
        with contextlib.suppress(DevToolsError, TimeoutError):
            self._away += 1
            url = f"{AWAY}{self._away}"
            told = await self.session.call("Page.navigate", url=url, timeout=BLANK_LIMIT)
            self._expect(told.get("loaderId"))
            await self.wait_loaded(BLANK_LIMIT)

    def _expect(self, loader: str | None) -> None:
        """Wait for the document of *loader*, unless it, or one that followed it, has begun."""
        if loader is not None and loader not in self._begun:
            self._loader = loader
            self._loaded.clear()

    async def _admit(self, url: str) -> Statement | None:
        if self.traffic.documents >= MAX_DOCUMENTS:
            return said("endless_loading")
        return await self._gate(url)

    def _routed(self, params: Params) -> None:
        if params["frameId"] == self.target and len(self.routes) <= MAX_ROUTES:
            self.routes[params["url"]] = None

    def _cut_short(self, params: Params) -> None:
        """Note that the page's own document broke off: its load event may never come."""
        if params["requestId"] == self._loader and not params.get("canceled"):
            self.broken = params.get("errorText")
            self._loaded.set()

    def _bar(self, reason: Statement) -> None:
        self.refused = reason
        self._loaded.set()  # a page that was about to go elsewhere will not load any further

    def _begin(self, params: Params) -> None:
        """Note that a document came, or that one began anew: its load event is to be waited for."""
        frame = params["frame"]
        if frame["id"] == self.target:
            self._loader = frame["loaderId"]
            self._begun.add(frame["loaderId"])
            self._loaded.clear()

    def _finished(self, _: Params) -> None:
        """Note the load event of the main frame, unless its document is about to be replaced."""
        if self._loader in self._begun:
            self._loaded.set()

    def _stopped(self, params: Params) -> None:
        """Note that nothing more loads: a page that leads to another program has no load event."""
        if params["frameId"] == self.target:
            self._finished(params)


async def _comes(answer: asyncio.Future[Params], *, within: float) -> bool:
    """Tell whether *answer*, or word that none will, comes *within* so many seconds."""
    done, _ = await asyncio.wait((answer,), timeout=within)
    return bool(done)


async def heard(event: asyncio.Event, *, within: float) -> bool:
    """Wait for *event*; tell whether it came *within* so many seconds."""
    if not event.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await event.wait()
    return event.is_set()
