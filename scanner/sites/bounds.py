"""Which hosts are a site's own. Pure.

The list of public suffixes takes a tenth of a second to import: it is asked where a file names
domains or pages, and not elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection


def domain_fault(domain: str) -> str | None:
    """Say why *domain* cannot be one owner's; None: it can."""
    from scanner.domains import shared

    if shared(domain):
        return f"under '{domain}' anybody may register: name your own domain there"
    return None


def outside(page: str, *, url: str, own_domains: Collection[str]) -> bool:
    """Tell whether no scan of the site at *url* would visit *page*, an address."""
    from scanner.domains import bare, registrable, within

    homes = {registrable(urlsplit(url).hostname or ""), *map(bare, own_domains)}
    return not within(urlsplit(page).hostname or "", homes=homes)
