"""Which hosts belong together: registrable domains by the public suffix list, offline."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING

from publicsuffixlist import PublicSuffixList

from scanner.model import Party

if TYPE_CHECKING:
    from collections.abc import Collection


@functools.cache
def _suffixes() -> PublicSuffixList:
    """
    Return the list that comes with the library; nothing is fetched and nothing is written.

    Suffixes of private owners (github.io) count: two customers of one host are not one party.
    """
    return PublicSuffixList()


@functools.lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """
    Return the domain that somebody registered to own *host*, in lower case.

    A suffix that the list does not know follows its default rule: the last label is the suffix.
    Addresses, names of one label and public suffixes themselves are returned as they are.

    Args:
        host: A name or address, with or without port, leading or trailing dot.
    """
    name = bare(host)
    if is_address(name) or "." not in name:
        return name
    return _suffixes().privatesuffix(name) or name


def same_site(a: str, b: str) -> bool:
    """Tell whether the hosts *a* and *b* are of one registrable domain."""
    return registrable(a) == registrable(b)


def party(host: str, *, site_host: str, own_domains: Collection[str] = ()) -> Party:
    """
    Return whose item *host* makes it, seen from the site at *site_host*.

    Args:
        host: Domain of a cookie (with its leading dot, if it has one) or host of a request.
        site_host: Host of the site that is scanned.
        own_domains: Further domains of the same owner; their sub-domains count too.
    """
    name = bare(host)
    if same_site(name, site_host):
        return Party.FIRST
    owned = (bare(domain) for domain in own_domains)
    if any(name == domain or name.endswith("." + domain) for domain in owned):
        return Party.FIRST
    return Party.THIRD


def within(host: str, *, homes: Collection[str]) -> bool:
    """Tell whether *host* is of one of the domains *homes*, which are bare."""
    name = bare(host)
    return registrable(name) in homes or any(
        name == home or name.endswith("." + home) for home in homes
    )


def shared(domain: str) -> bool:
    """Tell whether *domain* is a public suffix, and of many owners, as ``no`` and ``github.io``."""
    name = bare(domain)
    return _suffixes().publicsuffix(name, accept_unknown=False) == name


def private(host: str) -> bool:
    """Tell whether *host* is this machine, or one that only its own network can reach."""
    name = bare(host)
    if is_address(name):
        return ipaddress.ip_address(name).is_private
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal"))


def bare(host: str) -> str:
    """Return *host* in lower case, without port, leading or trailing dot."""
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].split("]", 1)[0]
    elif name.count(":") == 1:
        name = name.split(":", 1)[0]
    return name.strip(".")


def is_address(name: str) -> bool:
    """Tell whether *name*, without port or brackets, is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
