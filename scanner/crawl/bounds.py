"""Keep the scan of a public site out of networks that only this machine can reach.

A page can send whoever reads it anywhere: to a cloud's metadata service, to a router, to a database
on loopback. Such a place is entered only where the owner names it, in sites.yaml or by
``--resolve``, or where the site itself lies in such a network. This asks before each page and each
small file; what a page loads, Chromium keeps out by itself (its Local Network Access checks).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.model import said
from scanner.statements import in_english

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from scanner.model import Site, Statement
    from scanner.resolve import Resolution

    #: Returns the addresses of a host.
    Lookup = Callable[[str], Awaitable[Sequence[str]]]

#: IPv6 addresses that stand for IPv4 ones, by their last four bytes (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

#: All of IPv6 that is anybody's; the rest is local, many receivers, or an IPv4 address in disguise.
_HANDED_OUT = ipaddress.IPv6Network("2000::/3")


class OutOfBounds(ValueError):
    """An address may not be asked; the text says why."""


async def addresses_of(host: str) -> tuple[str, ...]:
    """Return the addresses that the system knows for *host*; none: it knows no such name."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(place[4][0]) for place in found))


class Bounds:
    """Where a scan of *site* may go; each host is looked up once."""

    def __init__(
        self, site: Site, *, resolution: Resolution, lookup: Lookup = addresses_of
    ) -> None:
        self._home = _host(site.url)
        self._named = _named(site)
        self._resolution = resolution
        self._lookup = lookup
        self._asked: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def refusal(self, url: str) -> Statement | None:
        """Return why *url* may not be asked; None: it may."""
        host = _host(url)
        if host in self._named or self._resolution.covers(host):
            return None
        inner = await self._inner(host)
        if inner is None or await self._at_home_inside():
            return None
        if _same(host, inner):
            return said("private_address", address=inner)
        return said("private_network", host=host, address=inner)

    async def addresses(self, url: str) -> tuple[str, ...] | None:
        """
        Return where *url* may be asked: a name may lead elsewhere when it is looked up again.

        Returns:
            The addresses of its host; None: wherever the host leads, as the owner has named it.

        Raises:
            OutOfBounds: If it may not be asked, or leads nowhere.
        """
        reason = await self.refusal(url)
        if reason is not None:
            raise OutOfBounds(in_english(reason))
        host = _host(url)
        if host in self._named or self._resolution.covers(host):
            return None
        found = await self._found(host)
        if not found:
            raise OutOfBounds(f"the name {host} leads nowhere")
        return found

    async def _at_home_inside(self) -> bool:
        """Return whether the site itself lies in a private network, and not by our rules."""
        if self._resolution.covers(self._home):
            return False
        return await self._inner(self._home) is not None

    async def _inner(self, host: str) -> str | None:
        """Return an address of *host* that is not public; None: there is none."""
        return next((each for each in await self._found(host) if not is_public(each)), None)

    async def _found(self, host: str) -> tuple[str, ...]:
        """Return the addresses of *host*, as they were when it was asked for first."""
        task = self._asked.get(host)
        if task is None:
            task = self._asked[host] = asyncio.create_task(self._looked_up(host))
        return await asyncio.shield(task)

    async def _looked_up(self, host: str) -> tuple[str, ...]:
        return tuple(await self._lookup(host))


def is_public(address: str) -> bool:
    """Return whether *address* can be reached from anywhere, so that nobody needs us for that."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _TRANSLATED:
            return ipaddress.IPv4Address(parsed.packed[-4:]).is_global
        if parsed.ipv4_mapped is not None:
            return parsed.ipv4_mapped.is_global
        return parsed in _HANDED_OUT and parsed.is_global and parsed.sixtofour is None
    return parsed.is_global and not parsed.is_multicast


def _same(host: str, address: str) -> bool:
    """Return whether *host* is *address* itself, however it is written."""
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(address)
    except ValueError:
        return False


def _named(site: Site) -> frozenset[str]:
    """Return the hosts that the owner has named."""
    opened = [step.target for step in site.login if step.action == "open"]
    addresses = (site.url, *site.pages, *opened)
    return frozenset((*map(_host, addresses), *site.own_domains)) - {""}


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")
