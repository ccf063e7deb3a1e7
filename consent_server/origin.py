"""Which pages may speak for a site: those on its own registrable domains."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.domains import registrable

if TYPE_CHECKING:
    from scanner.model import Site

MAX_ORIGIN = 300  # characters; a host name has 253, and what is longer is not remembered

_ORIGIN = re.compile(r"https?://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")


def domains(site: Site) -> frozenset[str]:
    """Return the registrable domains of *site*."""
    host = urlsplit(site.url).hostname
    assert host is not None, "sites.yaml was checked"
    return frozenset(registrable(name) for name in (host, *site.own_domains))


def belongs(origin: str, allowed: frozenset[str]) -> bool:
    """Return whether a page of the Origin header *origin* is on one of the domains *allowed*."""
    return len(origin) <= MAX_ORIGIN and _belongs(origin, allowed)


@functools.lru_cache(maxsize=4096)  # each site's visitors come from the same few origins
def _belongs(origin: str, allowed: frozenset[str]) -> bool:
    found = _ORIGIN.fullmatch(origin)
    return found is not None and registrable(found["host"].strip("[]").lower()) in allowed
