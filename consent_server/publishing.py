"""What a site is served by its newest scan: made from the catalogue, and kept for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consent_server.declaration import declare
from consent_server.declaration_page import plain_items
from consent_server.edition import Edition, edition
from consent_server.log.offers import offered
from scanner.knowledge.vendor_files import vendor_files

if TYPE_CHECKING:
    from consent_server.log.releases import Releases
    from consent_server.model import Declaration
    from scanner.model import Catalogue, Site
    from scanner.store import Store


class Published(NamedTuple):
    """What a site is served, and from what it was made."""

    catalogue: Catalogue
    declaration: Declaration
    edition: Edition


def made(site: Site, *, store: Store, releases: Releases) -> Published:
    """Return what *site* is served by its newest scan, and by what visitors were asked before."""
    catalogue = store.catalogue(site.key)
    earlier = releases.asked(site.key)
    declaration = declare(site, catalogue, knowledge=vendor_files(), earlier=earlier)
    return Published(catalogue, declaration, edition(declaration))


def keep(published: Published, releases: Releases) -> None:
    """Keep *published*, so that what visitors were shown and asked is known ever after."""
    declaration = published.declaration
    releases.keep(
        declaration.site,
        declaration.revision,
        **published.edition._asdict(),
        asked=declaration.asked,
        services=offered(plain_items(declaration)),
    )
