"""A running Chromium, driven by Playwright and watched over DevTools."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from scanner.browser import chromium, disguise, fitness
from scanner.browser.devtools import DevTools, DevToolsError, open_devtools
from scanner.browser.installation import install
from scanner.errors import BrowserMissing
from scanner.resolve import Resolution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import playwright.async_api as pw
    from playwright.async_api import Playwright

    from scanner.browser.devtools import Params, Session

__all__ = ["Browser", "install", "open_browser"]

CONNECT_LIMIT = 10.0  # seconds for Playwright to meet the pages that are open, or to let go


class Browser:
    """
    One Chromium; made by `open_browser`.

    Our own connection meets all its targets; Playwright is connected only while it is needed.
    """

    def __init__(
        self,
        *,
        path: Path,
        version: str,
        resolution: Resolution,
        insecure: bool,
        proxy: str | None,
        tested: bool,
    ) -> None:
        self.path = path
        self.version = version
        self.resolution = resolution
        self.insecure = insecure
        self._proxy = proxy
        self._tested = tested
        self.devtools: DevTools
        self.endpoint = ""  # the ws:// URL of its DevTools
        self._life = contextlib.AsyncExitStack()  # of the process, and of what hangs on it
        self._owners: dict[str, Callable[[Session, Params], None]] = {}
        self._playwright: Playwright | None = None

    async def start(self) -> None:
        """
        Start the process; one that runs is ended first.

        Raises:
            BrowserMissing: If it does not start, or does not answer.
            BrowserUnfit: If it silently loses cookies.
        """
        await self.close()
        lines = await self._life.enter_async_context(
            chromium.running(
                self.path,
                version=self.version,
                resolution=self.resolution,
                insecure=self.insecure,
                proxy=self._proxy,
            )
        )
        self.endpoint = lines.endpoint
        self.devtools = await self._life.enter_async_context(
            open_devtools(lines.heard, lines.spoken)
        )
        browser = self.devtools.browser
        browser.on("Target.attachedToTarget", self._attached)
        try:
            await browser.call(
                "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True
            )
            if self._tested:
                await fitness.check(self.devtools, name=str(self.path))
        except (DevToolsError, TimeoutError) as exc:
            raise BrowserMissing(
                f"{self.path} starts, but does not open a page of ours on this machine in time: "
                "let the machine have less to do (fewer --jobs), and try again"
            ) from exc

    async def close(self) -> None:
        """End the process, if it runs."""
        self._playwright = None
        await self._life.aclose()

    @contextlib.asynccontextmanager
    async def visitor(
        self, *, languages: tuple[str, ...] = ("nb", "en")
    ) -> AsyncIterator[pw.BrowserContext]:
        """Open a fresh, unobserved context of Playwright's, in a person's dress."""
        width, height = disguise.VIEWPORT
        async with self._connected() as connected:
            yield await connected.new_context(
                viewport={"width": width, "height": height},
                screen={"width": width, "height": height},
                extra_http_headers={"Accept-Language": _header(languages)},
                ignore_https_errors=self.insecure,
            )

    @contextlib.asynccontextmanager
    async def lend(self, target: str) -> AsyncIterator[pw.Page]:
        """
        Let Playwright drive the page *target* until the block ends.

        It costs every page of the browser, so it is not for all of them. What the page's context
        of Playwright's says of cookies is not true: it takes it for the browser's default one.

        Raises:
            PlaywrightError: If the page does not answer.
        """
        async with self._connected() as connected:
            for page in (page for context in connected.contexts for page in context.pages):
                session = await page.context.new_cdp_session(page)
                info = await session.send("Target.getTargetInfo")
                if info["targetInfo"]["targetId"] == target:
                    await session.detach()
                    yield page
                    return
            raise DevToolsError("the page is gone")

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[pw.Browser]:
        if self._playwright is None:
            self._playwright = await self._life.enter_async_context(async_playwright())
        connected = await self._playwright.chromium.connect_over_cdp(
            self.endpoint, timeout=CONNECT_LIMIT * 1000
        )
        try:
            yield connected
        finally:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(CONNECT_LIMIT):
                    await connected.close()

    @contextlib.asynccontextmanager
    async def context(
        self, owner: Callable[[Session, Params], None], *, permissions: tuple[str, ...] = ()
    ) -> AsyncIterator[str]:
        """
        Open a fresh context, in which *owner* meets every target before it runs.

        Args:
            owner: Called with the session and the ``targetInfo`` of each page, service worker
                and shared worker; it must let the target run.
            permissions: That its pages have without asking.

        Returns:
            Its id in DevTools. It is closed when the block ends.
        """
        browser = self.devtools.browser
        created = await browser.call("Target.createBrowserContext", disposeOnDetach=True)
        id_ = created["browserContextId"]
        browser.post("Browser.setDownloadBehavior", behavior="deny", browserContextId=id_)
        if permissions:
            browser.post("Browser.grantPermissions", permissions=permissions, browserContextId=id_)
        self._owners[id_] = owner
        try:
            yield id_
        finally:
            del self._owners[id_]
            with contextlib.suppress(DevToolsError, TimeoutError):
                await browser.call("Target.disposeBrowserContext", browserContextId=id_, timeout=5)

    def _attached(self, params: Params) -> None:
        session = self.devtools.session(params["sessionId"])
        info = params["targetInfo"]
        owner = self._owners.get(info.get("browserContextId", ""))
        if owner is not None:
            owner(session, info)
        else:
            session.post("Runtime.runIfWaitingForDebugger")


@contextlib.asynccontextmanager
async def open_browser(
    path: Path | None = None,
    *,
    resolution: Resolution | None = None,
    insecure: bool = False,
    proxy: str | None = None,
    tested: bool = True,
) -> AsyncIterator[Browser]:
    """
    Start a Chromium, and end it when the block ends.

    Args:
        path: Use this one or none.
        resolution: Where host names lead.
        insecure: Accept certificates that nobody trusts.
        proxy: URL of a proxy for all that the browser fetches.
        tested: Check first that it keeps the cookies that a visitor's browser would keep.

    Raises:
        BrowserMissing: If there is none, or it does not start.
        BrowserUnfit: If it silently loses cookies.
    """
    executable = chromium.find(path)
    version = await asyncio.to_thread(chromium.version, executable)
    if version is None:
        raise BrowserMissing(f"{executable} does not start: '{executable} --version' fails")
    browser = Browser(
        path=executable,
        version=version,
        resolution=resolution or Resolution(),
        insecure=insecure,
        proxy=proxy,
        tested=tested,
    )
    try:
        await browser.start()
        yield browser
    finally:
        await browser.close()


def _header(languages: tuple[str, ...]) -> str:
    """Return the Accept-Language header for *languages*, with Chromium's weights."""
    tags = disguise.accept_language(languages).split(",")
    return ",".join(
        tag if rank == 0 else f"{tag};q={max(0.1, 1 - rank / 10):.1f}"
        for rank, tag in enumerate(tags)
    )
