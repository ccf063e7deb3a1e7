"""Ask the name servers of which hosts a name is an alias. Silent where none answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import structlog

from scanner.domains import private

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.resolve import Resolution

log = structlog.get_logger()

LIMIT = 2.0  # seconds for all names of a site
MAX_HOSTS = 25  # names of a site that are looked up
MAX_STEPS = 8  # from a name to the last of its aliases


async def chains(
    hosts: Iterable[str],
    *,
    resolution: Resolution,
    resolver: dns.asyncresolver.Resolver | None = None,
) -> dict[str, tuple[str, ...]]:
    """
    Return host -> the names that it is an alias of, one after the other. Never raises.

    Hosts that *resolution* leads elsewhere, or that only this network knows, are not asked for.

    Args:
        resolver: Asks these name servers instead of the machine's.
    """
    asked = [host for host in hosts if not (private(host) or resolution.covers(host))][:MAX_HOSTS]
    if not asked:
        return {}
    try:
        resolver = resolver or dns.asyncresolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return {}
    resolver.lifetime = LIMIT
    found = await asyncio.gather(*(_chain(resolver, host) for host in asked))
    return {host: chain for host, chain in zip(asked, found, strict=True) if chain}


async def _chain(resolver: dns.asyncresolver.Resolver, host: str) -> tuple[str, ...]:
    """Return the names that *host* is an alias of, as one answer for its address tells them."""
    try:
        name = dns.name.from_text(host)
        answer = await resolver.resolve(name, dns.rdatatype.A, raise_on_no_answer=False)
    except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as fault:
        log.debug("name not looked up", host=host, cause=type(fault).__name__)
        return ()
    targets = {
        record.name: record[0].target
        for record in answer.response.answer
        if record.rdtype == dns.rdatatype.CNAME
    }
    steps: list[str] = []
    while name in targets and len(steps) < MAX_STEPS:
        name = targets[name]
        steps.append(name.to_text(omit_final_dot=True).lower())
    return tuple(steps)
