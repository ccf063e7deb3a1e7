"""What a site tells its visitors: the catalogue, and when they must be asked again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from consent_server.model import Declaration, Item
from consent_server.revision import asked, category_revisions, lifetime_asked_for, revision
from scanner.catalogue import overridden, setter_host
from scanner.domains import is_address, registrable
from scanner.languages import LANGUAGES, texts
from scanner.model import OPTIONAL_CATEGORIES, SENT_KINDS, Category, Kind, Party
from scanner.redaction import redacted_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consent_server.model import Asked
    from scanner.knowledge.vendor_files import Vendors
    from scanner.model import Catalogue, Entry, Site

#: The banner's own cookie. It exists as soon as a visitor has answered.
OWN_COOKIE = "kapsel_consent"

_DAY = 86400.0

_CATEGORIES = tuple(Category)


def declare(
    site: Site,
    catalogue: Catalogue,
    *,
    knowledge: Vendors,
    earlier: Sequence[tuple[Asked, ...]] = (),
) -> Declaration:
    """
    Return what *site* tells its visitors by its *catalogue* and its overrides of today.

    Its ``revision`` depends on what is asked of the visitor: the optional categories, and in
    each the vendors, their purposes and how long they remember. Names, texts, the order of
    things, necessary items and the date of the scan do not change it.

    Args:
        earlier: What visitors were asked before, the newest first: who has answered that is not
            asked again in a category that asks for no more now.
    """
    cookie_domains = _cookie_domains(site)
    entries = overridden(catalogue.entries, site.overrides)
    told = [entry for entry in entries if _is_told(entry)]
    items = [_item(entry, knowledge) for entry in told if entry.name != OWN_COOKIE]
    items.append(_own_item(site, cookie_domains[0]))
    present = {entry.category for entry in told}
    never_scanned = catalogue.scanned_at is None
    asks = asked(told)
    return Declaration(
        site=site.key,
        revision=revision(asks, never_scanned=never_scanned),
        category_revisions=category_revisions(asks, earlier),
        asked=asks,
        url=redacted_url(site.url),
        languages=site.languages,
        controller=site.controller,
        banner=site.banner,
        cookie_domains=cookie_domains,
        scanned_at=catalogue.scanned_at,
        categories=tuple(c for c in OPTIONAL_CATEGORIES if c in present or never_scanned),
        items=tuple(sorted(items, key=_place)),
    )


def _is_told(entry: Entry) -> bool:
    """Return whether visitors are told: a request that stores nothing only if it needs a yes."""
    return entry.kind not in SENT_KINDS or entry.category in OPTIONAL_CATEGORIES


def _item(entry: Entry, knowledge: Vendors) -> Item:
    vendor = knowledge.vendor(entry.vendor_id) if entry.vendor_id is not None else None
    return Item(
        kind=entry.kind,
        name=entry.name,
        domain=entry.domain,
        party=entry.party,
        category=entry.category,
        vendor=entry.vendor,
        country=vendor.country if vendor else None,
        policy=vendor.privacy_url if vendor else None,
        set_by=setter_host(entry),
        purpose=entry.purpose,
        lifetime=lifetime_asked_for(entry),
        http_only=entry.http_only,
    )


def _own_item(site: Site, domain: str) -> Item:
    return Item(
        kind=Kind.COOKIE,
        name=OWN_COOKIE,
        domain=domain if "." not in domain or is_address(domain) else f".{domain}",
        party=Party.FIRST,
        category=Category.NECESSARY,
        vendor=None,
        country=None,
        policy=None,
        set_by=None,
        purpose={lang: texts(lang)["declaration"]["own_purpose"] for lang in LANGUAGES},
        lifetime=site.banner.remember_days * _DAY,
    )


def _cookie_domains(site: Site) -> tuple[str, ...]:
    """Return the registrable domains of the site, the one that visitors see first."""
    hosts = (urlsplit(site.url).hostname or "", *site.own_domains)
    return tuple(dict.fromkeys(registrable(host) for host in hosts))


def _place(item: Item) -> tuple[int, str, str, str, str]:
    return (
        _CATEGORIES.index(item.category),
        (item.vendor or "").casefold(),
        item.name,
        item.domain,
        item.kind,
    )
