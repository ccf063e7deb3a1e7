"""A running Chromium, driven by Playwright and watched over DevTools."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from scanner.browser import chromium, disguise, fitness
from scanner.browser.chromium import install
from scanner.browser.devtools import DevTools, open_devtools
from scanner.errors import BrowserMissing
from scanner.resolve import Resolution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import playwright.async_api as pw

    from scanner.browser.devtools import Params, Session
    from scanner.model import Location, Visitor

__all__ = ["Browser", "install", "open_browser"]


class Browser:
    """One Chromium; made by `open_browser`."""

    def __init__(
        self,
        *,
        path: Path,
        version: str,
        resolution: Resolution,
        insecure: bool,
        playwright: pw.Browser,
        devtools: DevTools,
    ) -> None:
        self.path = path
        self.version = version
        self.resolution = resolution
        self.insecure = insecure
        self.playwright = playwright
        self.devtools = devtools
        self._owners: dict[str, Callable[[Session, Params], None]] = {}
        self._opening = asyncio.Lock()
        devtools.browser.on("Target.attachedToTarget", self._attached)

    async def new_context(self, *, languages: tuple[str, ...] = ("nb", "en")) -> pw.BrowserContext:
        """Return a fresh, unobserved context of Playwright's, in a person's dress."""
        width, height = disguise.VIEWPORT
        return await self.playwright.new_context(
            viewport={"width": width, "height": height},
            screen={"width": width, "height": height},
            extra_http_headers={"Accept-Language": _header(languages)},
            ignore_https_errors=self.insecure,
        )

    @contextlib.asynccontextmanager
    async def context(
        self, owner: Callable[[Session, Params], None], *, visitor: Visitor
    ) -> AsyncIterator[tuple[pw.BrowserContext, str]]:
        """
        Open a fresh context, in which *owner* meets every target before it runs.

        Args:
            owner: Called with the session and the ``targetInfo`` of each page, service worker
                and shared worker; it must let the target run.
            visitor: What it holds in hand, where it is, and what it brings along.

        Returns:
            The context, and its id in DevTools. It is closed when the block ends.
        """
        browser = self.devtools.browser
        device = disguise.DEVICES[visitor.device or "desktop"]
        width, height = device.viewport
        async with self._opening:
            before = await browser.call("Target.getBrowserContexts")
            context = await self.playwright.new_context(
                viewport={"width": width, "height": height},
                screen={"width": width, "height": height},
                device_scale_factor=device.scale,
                is_mobile=device.mobile,
                has_touch=device.mobile,
                timezone_id=visitor.time_zone,
                geolocation=_position(visitor.location),
                permissions=["geolocation"] if visitor.location else None,
                ignore_https_errors=self.insecure,
            )
            after = await browser.call("Target.getBrowserContexts")
            (id_,) = set(after["browserContextIds"]) - set(before["browserContextIds"])
            self._owners[id_] = owner
        try:
            yield context, id_
        finally:
            del self._owners[id_]
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await context.close()

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
    resolution = resolution or Resolution()
    version = await asyncio.to_thread(chromium.version, executable)
    if version is None:
        raise BrowserMissing(f"{executable} does not start: '{executable} --version' fails")
    async with (
        chromium.running(
            executable, version=version, resolution=resolution, insecure=insecure, proxy=proxy
        ) as endpoint,
        open_devtools(endpoint) as devtools,
        async_playwright() as playwright,
    ):
        connected = await playwright.chromium.connect_over_cdp(endpoint)
        browser = Browser(
            path=executable,
            version=version,
            resolution=resolution,
            insecure=insecure,
            playwright=connected,
            devtools=devtools,
        )
        await devtools.browser.call(
            "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True
        )
        if tested:
            await fitness.check(devtools, name=str(executable))
        yield browser


def _position(location: Location | None) -> pw.Geolocation | None:
    if location is None:
        return None
    return {"latitude": location.latitude, "longitude": location.longitude}


def _header(languages: tuple[str, ...]) -> str:
    """Return the Accept-Language header for *languages*, with Chromium's weights."""
    tags = disguise.accept_language(languages).split(",")
    return ",".join(
        tag if rank == 0 else f"{tag};q={max(0.1, 1 - rank / 10):.1f}"
        for rank, tag in enumerate(tags)
    )
