"""Read the cookies that a context keeps."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from scanner.collectors import parameters
from scanner.collectors.evidence import JarCookie
from scanner.shape import Digester, shape

if TYPE_CHECKING:
    from scanner.browser.devtools import DevTools

JAR_LIMIT = 15.0  # seconds in which a browser that does not hang tells its cookies


async def read(devtools: DevTools, *, context: str, digester: Digester) -> tuple[JarCookie, ...]:
    """
    Return the cookies of *context* (its id in DevTools), without their values.

    Raises:
        DevToolsError: If the browser is gone.
        TimeoutError: If it does not answer.
    """
    told = await devtools.browser.call(
        "Storage.getCookies", browserContextId=context, timeout=JAR_LIMIT
    )
    return tuple(
        JarCookie(
            name=cookie["name"],
            domain=cookie["domain"],
            path=cookie["path"],
            expires=None
            if cookie.get("session") or cookie["expires"] <= 0
            else dt.datetime.fromtimestamp(cookie["expires"], dt.UTC),
            http_only=cookie["httpOnly"],
            secure=cookie["secure"],
            same_site=cookie.get("sameSite"),
            partitioned=bool(cookie.get("partitionKey")) or bool(cookie.get("partitionKeyOpaque")),
            shape=shape(cookie["value"]),
            digest=digester.digest(cookie["value"]),
            tokens=parameters.digests(cookie["value"], digester),
        )
        for cookie in told["cookies"]
    )
