"""What a site lets robots read: robots.txt, by RFC 9309."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import msgspec
from protego import Protego

from scanner.model import Statement, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.crawl.fetch import Fetched, Fetcher

PRODUCT = "Kapsel"  # our token in robots.txt; where it is not named, "*" is for us
#: Our token with more behind it, such as a version: a group for us all the same.
_NAMED = re.compile(rf"(?im)^([ \t]*user-?agent[ \t]*:[ \t]*{PRODUCT})(?![\w-])[^\r\n]*")
MAX_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB
MAX_DELAY = 5.0  # seconds between two pages that we are willing to wait, if asked for more


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What one host says."""

    text: str = ""
    failure: Statement | None = None  # why robots.txt could not be read: then nothing is allowed
    sitemaps: tuple[str, ...] = ()
    delay: float = 0.0  # seconds between two pages


class Robots:
    """The rules of all hosts of a site, each asked once."""

    def __init__(self, fetcher: Fetcher, *, obey: bool = True) -> None:
        self._fetcher = fetcher
        self._obey = obey
        self._rules: dict[str, asyncio.Task[tuple[Rules, Protego]]] = {}

    async def refusal(self, url: str) -> Statement | None:
        """Return why *url* may not be visited; None: it may."""
        if not self._obey:
            return None
        rules, parsed = await self._of(url)
        if rules.failure is not None:
            return rules.failure
        return None if parsed.can_fetch(url, PRODUCT) else said("robots")

    async def rules(self, url: str) -> Rules:
        """Return what the host of *url* says of sitemaps and pace, obeyed or not."""
        return (await self._of(url))[0]

    async def _of(self, url: str) -> tuple[Rules, Protego]:
        place = urlsplit(url)
        origin = f"{place.scheme}://{place.netloc}"
        task = self._rules.get(origin)
        if task is None:
            task = self._rules[origin] = asyncio.create_task(self._ask(origin))
        return await asyncio.shield(task)

    async def _ask(self, origin: str) -> tuple[Rules, Protego]:
        fetched = await self._fetcher.get(f"{origin}/robots.txt", max_bytes=MAX_BYTES)
        if fetched.status is None or fetched.status >= 500:
            return Rules(failure=_unread(origin, fetched)), Protego.parse("")
        # No such file, or none for us: everything is allowed.
        text = fetched.body.decode("utf-8-sig", "replace") if fetched.status < 300 else ""
        parsed = Protego.parse(_NAMED.sub(r"\1", text))
        asked = parsed.crawl_delay(PRODUCT) or 0.0
        rules = Rules(
            text=text,
            sitemaps=tuple(_addresses(parsed.sitemaps, origin)),
            delay=min(float(asked), MAX_DELAY),
        )
        return rules, parsed


def _addresses(told: Iterable[str], origin: str) -> Iterator[str]:
    """Yield what is *told* as addresses: some hosts write paths, some what is no address."""
    for text in told:
        with contextlib.suppress(ValueError):
            yield urljoin(origin, text)


def _unread(origin: str, fetched: Fetched) -> Statement:
    """Return why nothing may be visited, and what can be done about it."""
    cause = fetched.failure or f"HTTP {fetched.status}"
    code = "robots_unread" if fetched.status is not None else "robots_unreached"
    if "CERTIFICATE" in cause.upper():
        code = "robots_untrusted"
    return said(code, url=f"{origin}/robots.txt", cause=cause)
