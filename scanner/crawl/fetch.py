"""Fetch small files (robots.txt, sitemaps) outside the browser, by the same rules of names."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import zlib
from importlib import metadata
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import httpx2 as httpx
import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scanner.crawl.badge import Badge
    from scanner.crawl.bounds import Bounds
    from scanner.resolve import Resolution

TIMEOUT = 10.0  # seconds for one file, redirects included
_ANY = 47  # how zlib calls the formats of gzip and zlib, whichever comes
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
MAX_BYTES = 50 * 1024 * 1024  # of a sitemap, by its protocol
USER_AGENT = f"Mozilla/5.0 (compatible; Kapsel/{metadata.version('kapsel')}; cookie scanner)"


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: a status and a body, or a failure in words."""

    url: str  # after redirects
    status: int | None = None  # None: there was no answer
    body: bytes = b""
    failure: str | None = None


def _trusting() -> ssl.SSLContext:
    """Return what accepts any certificate, and need not read whom others trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _unpacking(coding: str) -> Callable[[bytes, int], bytes]:
    """
    Return what unpacks a part of a body, but no more than so many bytes of it.

    Raises:
        ValueError: If the body is packed in another way than we have asked for: some unpack to
            gigabytes at once.
    """
    if coding.strip().lower() in ("", "identity"):
        return lambda part, most: part
    if coding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_ANY).decompress
    raise ValueError(f"the answer is packed in a way that was not asked for: {coding[:40]}")


class Fetcher:
    """Fetch over HTTP. Open it with ``async with``."""

    def __init__(
        self,
        *,
        resolution: Resolution,
        insecure: bool = False,
        proxy: str | None = None,
        badge: Badge | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._badge = badge
        self._bounds = bounds
        self._resolution = resolution
        self._proxied = proxy is not None
        self._client = httpx.AsyncClient(
            verify=_trusting() if insecure else ssl.create_default_context(),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"},
            timeout=TIMEOUT,
            trust_env=False,
            proxy=proxy,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, url: str, *, max_bytes: int = MAX_BYTES) -> Fetched:
        """
        Return what is at *url*, after at most five redirects. Never raises for the server's faults.

        Args:
            max_bytes: Of the body; what is longer is cut there.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                for _ in range(MAX_REDIRECTS + 1):
                    fetched, target = await self._once(url, max_bytes=max_bytes)
                    if target is None:
                        return fetched
                    url = urljoin(url, target)
            return Fetched(url=url, status=310, failure="too many redirects")
        except TimeoutError:
            return Fetched(url=url, failure="no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as fault:
            return Fetched(url=url, failure=str(fault) or type(fault).__name__)

    async def gives_back(self, url: str) -> bool:
        """
        Tell whether the server at *url* knows an ETag again that it gave, as trackers do.

        Never raises for the server's faults; no cookie is sent.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                _, given = await self._tag(url, back=None)
                if not given:
                    return False
                status, again = await self._tag(url, back=given)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return False
        return status == httpx.codes.NOT_MODIFIED or again == given

    async def tells_apart(self, url: str) -> bool:
        """
        Tell whether the server at *url* gives two fresh visitors two ETags, and knows both again.

        Never raises for the server's faults; no cookie is sent.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                given = [(await self._tag(url, back=None))[1] for _ in range(2)]
                if not all(given) or given[0] == given[1]:
                    return False
                back = [(tag, await self._tag(url, back=tag)) for tag in given]
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return False
        return all(
            status == httpx.codes.NOT_MODIFIED or again == tag for tag, (status, again) in back
        )

    async def _tag(self, url: str, *, back: str | None) -> tuple[int, str | None]:
        """Return the status and the ETag at *url* for a visitor who brings *back* the last one."""
        self._client.cookies.clear()
        async with self._answer(url, {"If-None-Match": back} if back else {}) as response:
            return response.status_code, response.headers.get("etag")

    @contextlib.asynccontextmanager
    async def _answer(self, url: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """Ask for *url*, at the first of its addresses that can be reached."""
        targets, known, host = await self._targets(url)
        timeout = httpx.Timeout(TIMEOUT, connect=TIMEOUT / len(targets))
        for target in targets:
            request = self._client.build_request(
                "GET",
                target,
                headers=known | headers,
                timeout=timeout,
                extensions={"sni_hostname": host},
            )
            try:
                response = await self._client.send(request, stream=True, follow_redirects=False)
                break
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if target == targets[-1]:
                    raise
        try:
            yield response
        finally:
            await response.aclose()

    async def _targets(self, url: str) -> tuple[list[str], dict[str, str], str]:
        """Return where *url* leads, with the headers that say what is meant, and its host."""
        place = urlsplit(url)
        host = place.hostname or ""
        port = place.port or (443 if place.scheme == "https" else 80)
        path = (place.path or "/") + (f"?{place.query}" if place.query else "")
        headers = {
            **(self._badge.shown(url) if self._badge is not None else {}),
            "Host": place.netloc.rsplit("@", 1)[-1],
        }
        known = await self._bounds.addresses(url) if self._bounds is not None else None
        if known is None or self._proxied:  # a proxy looks names up by itself
            known = (self._resolution.lookup(host, port)[0],)
        port = self._resolution.lookup(host, port)[1]
        bare = [f"[{address}]" if ":" in address else address for address in known]
        return [f"{place.scheme}://{address}:{port}{path}" for address in bare], headers, host

    async def _once(self, url: str, *, max_bytes: int) -> tuple[Fetched, str | None]:
        """Return the answer at *url*, and where it sends us."""
        async with self._answer(url, {}) as response:
            target = response.headers.get("location")
            if response.is_redirect and target:
                return Fetched(url=url, status=response.status_code), target
            body = bytearray()
            unpack = _unpacking(response.headers.get("content-encoding", ""))
            async for part in response.aiter_raw():
                body += unpack(part, max_bytes - len(body))
                if len(body) >= max_bytes:
                    break
            return (
                Fetched(url=url, status=response.status_code, body=bytes(body[:max_bytes])),
                None,
            )
