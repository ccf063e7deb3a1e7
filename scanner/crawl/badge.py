"""What a scan shows to the site's own servers, and to nobody else's. Pure."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.domains import party, registrable
from scanner.model import Credentials, Party

if TYPE_CHECKING:
    from scanner.model import Site


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """Headers of our own and a password, and the site whose servers may see them."""

    host: str  # of the site's address
    own_domains: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    credentials: Credentials | None = None

    def fits(self, url: str) -> bool:
        """Whether *url* is the site's own."""
        host = urlsplit(url).hostname
        if host is None:
            return False
        return party(host, site_host=self.host, own_domains=self.own_domains) is Party.FIRST

    def shown(self, url: str) -> dict[str, str]:
        """Return the headers for a request to *url*, with the password, as HTTP writes it."""
        if not self.fits(url):
            return {}
        if self.credentials is None:
            return dict(self.headers)
        pair = f"{self.credentials.user}:{self.credentials.password}".encode()
        return {**self.headers, "Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    @property
    def patterns(self) -> list[str]:
        """The addresses whose requests get the headers, with * for any characters."""
        domains = (registrable(self.host), *self.own_domains) if self.headers else ()
        return [f"*://{place}/*" for domain in domains for place in _places(domain)]


def badge(site: Site) -> Badge:
    """Return the badge of *site*, whose secrets have been filled in."""
    return Badge(
        host=urlsplit(site.url).hostname or "",
        own_domains=site.own_domains,
        headers=site.visitor.headers,
        credentials=site.visitor.credentials,
    )


def _places(domain: str) -> tuple[str, ...]:
    """Return the patterns of *domain*, its sub-domains and their ports."""
    return (domain, f"{domain}:*", f"*.{domain}", f"*.{domain}:*")
