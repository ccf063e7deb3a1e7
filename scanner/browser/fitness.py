"""Test, on loopback and before a scan, that a browser keeps the cookies of a visitor's browser."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from scanner.errors import BrowserUnfit

if TYPE_CHECKING:
    from scanner.browser.devtools import DevTools

#: Two sites of our own; ``--resolve`` rules never lead them elsewhere.
FIRST, THIRD = "www.kapsel-first.localhost", "www.kapsel-third.localhost"
PATIENCE = 30.0  # seconds for our pages to come, on a machine with much to do; a tenth of one else
TIMEOUT = 5.0  # seconds until the cookies that came with them are in the jar

#: What the test sets, and what it means if it is lost.
_EXPECTED = {
    "third": "third-party cookies",
    "chips": "partitioned cookies",
    "secure": "Secure cookies",
    "script": "cookies that scripts set",
}
_COOKIES = {
    FIRST: "secure=1; Secure; Path=/",
    THIRD: "third=1; SameSite=None; Secure\r\nSet-Cookie: chips=1; SameSite=None; Secure; "
    "Partitioned; Path=/",
}


async def check(devtools: DevTools, *, name: str) -> None:
    """
    Let the browser visit a page of our own, and look into its jar.

    Args:
        name: What to call the browser.

    Raises:
        BrowserUnfit: If a cookie is missing there.
        TimeoutError: If the browser does not come to it.
        DevToolsError: If it ends.
    """
    browser = devtools.browser
    answered = asyncio.Event()  # all that there is to ask for
    server = await asyncio.start_server(partial(_answer, answered=answered), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    lost = set(_EXPECTED)
    try:
        async with asyncio.timeout(PATIENCE):
            created = await browser.call("Target.createBrowserContext", timeout=PATIENCE)
            context = {"browserContextId": created["browserContextId"]}
            url = f"http://{FIRST}:{port}/"
            await browser.call("Target.createTarget", timeout=PATIENCE, url=url, **context)
            await answered.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT):
                while lost:
                    jar = await browser.call("Storage.getCookies", **context)
                    lost = set(_EXPECTED) - {cookie["name"] for cookie in jar["cookies"]}
                    await asyncio.sleep(0.02)
        await browser.call("Target.disposeBrowserContext", timeout=PATIENCE, **context)
    finally:
        server.close()
    if lost:
        kinds = ", ".join(_EXPECTED[cookie] for cookie in sorted(lost))
        raise BrowserUnfit(
            f"{name} loses {kinds}, which visitors' browsers keep: a scan would report too few; "
            "use chromium-headless-shell ('kapsel browser install')"
        )


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answered: asyncio.Event
) -> None:
    """Answer any request to our two hosts; the page asks for the other one's when it has run."""
    with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        port = writer.get_extra_info("sockname")[1]
        host = FIRST if f"host: {FIRST}" in head else THIRD
        page = resources.files(__package__).joinpath("fitness.html").read_text(encoding="utf-8")
        body = page.replace("{third}", f"http://{THIRD}:{port}/pixel") if host == FIRST else ""
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
            f"Set-Cookie: {_COOKIES[host]}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        if host == THIRD:
            answered.set()
    writer.close()
