"""What the enforced level of a site goes by: its catalogue, as rules. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from consent_server.declaration import OWN_COOKIE
from scanner.catalogue import overridden
from scanner.model import OPTIONAL_CATEGORIES, Category, Kind, Party
from widget.enforce.rules import CookieRule, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from consent_server.model import Declaration
    from scanner.model import Catalogue, Entry, Site

_CATEGORIES = tuple(Category)


def enforcement(
    site: Site, catalogue: Catalogue, declaration: Declaration, *, server: str = ""
) -> Rules:
    """
    Return what a page of *site* must keep back, and until when.

    Args:
        declaration: What visitors are told by the same catalogue.
        server: Where they reach the consent server; empty: the reader knows.
    """
    entries = overridden(catalogue.entries, site.overrides)
    return Rules(
        site=site.key,
        server=server,
        revision=declaration.revision,
        category_revisions=declaration.category_revisions,
        categories=declaration.categories,
        remember_days=site.banner.remember_days,
        own=declaration.cookie_domains,
        hosts=_hosts(entry for entry in entries if entry.party is Party.THIRD),
        cookies=_cookies(entries),
        any_port=urlsplit(site.url).port is not None,
    )


def unsorted_hosts(rules: Rules) -> list[str]:
    """Return the hosts that wait for a yes to everything because nobody has sorted them."""
    return [host for host, found in rules.hosts.items() if found == (Category.UNCLASSIFIED,)]


def _hosts(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """Return what each host of others is used for, as well as it is known."""
    found: dict[str, set[Category]] = defaultdict(set)
    for entry in entries:
        found[entry.domain.lstrip(".").lower()].add(entry.category)
    hosts = {}
    for host, categories in sorted(found.items()):
        # what is known of a host says more than that somebody asked it
        known = categories - {Category.UNCLASSIFIED} or categories
        hosts[host] = tuple(c.value for c in _CATEGORIES if c in known)
    return hosts


def _cookies(entries: Iterable[Entry]) -> tuple[CookieRule, ...]:
    sorted_out = (*OPTIONAL_CATEGORIES, Category.NECESSARY)
    return tuple(
        CookieRule(
            name=entry.name,
            category=entry.category.value,
            domain=entry.domain,
            path=entry.path,
            http_only=entry.http_only,
            partitioned=entry.partitioned,
        )
        for entry in entries
        if entry.kind is Kind.COOKIE
        and entry.party is Party.FIRST
        and entry.category in sorted_out
        and entry.name != OWN_COOKIE
    )
