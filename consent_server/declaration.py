"""What a site tells its visitors: the catalogue, and when they must be asked again. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from consent_server.model import Declaration, Item
from scanner.catalogue import overridden, setter_host
from scanner.domains import registrable
from scanner.languages import LANGUAGES, texts
from scanner.model import OPTIONAL_CATEGORIES, Category, Kind, Party

if TYPE_CHECKING:
    from scanner.knowledge.vendor_files import Vendors
    from scanner.model import Catalogue, Entry, Site

#: The banner's own cookie. It exists as soon as a visitor has answered.
OWN_COOKIE = "kapsel_consent"

_DAY = 86400.0

#: Lifetimes that count as equal: up to so many days. A visitor need not be asked again
#: because a cookie now lives 91 days and not 90.
_LIFETIME_STEPS = (0, 1, 7, 31, 93, 186, 400, 800)
_ENDLESS = len(_LIFETIME_STEPS) + 1

_CATEGORIES = tuple(Category)
_SENT = (Kind.REQUEST, Kind.BEACON)


def declare(site: Site, catalogue: Catalogue, *, knowledge: Vendors) -> Declaration:
    """
    Return what *site* tells its visitors by its *catalogue* and its overrides of today.

    Its ``revision`` depends on what is asked of the visitor: the optional categories, and in
    each the vendors, their purposes and how long they remember. Names, texts, the order of
    things, necessary items and the date of the scan do not change it.
    """
    cookie_domains = _cookie_domains(site)
    entries = overridden(catalogue.entries, site.overrides)
    told = [entry for entry in entries if _is_told(entry)]
    items = [_item(entry, knowledge) for entry in told if entry.name != OWN_COOKIE]
    items.append(_own_item(site, cookie_domains[0]))
    present = {entry.category for entry in told}
    never_scanned = catalogue.scanned_at is None
    facts = _facts(told)
    return Declaration(
        site=site.key,
        revision=_revision(facts, never_scanned=never_scanned),
        category_revisions=_category_revisions(facts),
        url=site.url,
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
    return entry.kind not in _SENT or entry.category in OPTIONAL_CATEGORIES


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
        lifetime=_asked_for(entry),
        http_only=entry.http_only,
    )


def _asked_for(entry: Entry) -> float | None:
    """Return the lifetime that was asked for, if longer: some browsers keep what ours cut."""
    if entry.lifetime is None or entry.declared_lifetime is None:
        return entry.lifetime
    return max(entry.lifetime, entry.declared_lifetime)


def _own_item(site: Site, domain: str) -> Item:
    return Item(
        kind=Kind.COOKIE,
        name=OWN_COOKIE,
        domain=f".{domain}" if "." in domain else domain,
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


# --- the revision ----------------------------------------------------------------------------


#: Category, who gets it, for which purposes, for how long (as a step).
_Fact = tuple[str, str, list[str], int]

CATEGORY_REVISION_LENGTH = 4  # hex digits: three of them must fit into the visitor's cookie


def _facts(entries: list[Entry]) -> list[_Fact]:
    """Return what a visitor is asked, in an order of its own."""
    facts: dict[tuple[str, str], tuple[set[str], int]] = {}
    for entry in entries:
        if entry.category in OPTIONAL_CATEGORIES:
            key = (entry.category.value, _who(entry))
            purposes, longest = facts.get(key, (set(), 0))
            facts[key] = (purposes | set(entry.purposes), max(longest, _lifetime_step(entry)))
    return [(*key, sorted(purposes), longest) for key, (purposes, longest) in sorted(facts.items())]


def _revision(facts: list[_Fact], *, never_scanned: bool) -> str:
    """Return a short hash over all that a visitor is asked."""
    data = msgspec.json.encode([facts, never_scanned])
    return hashlib.sha256(data).hexdigest()[:16]


def _category_revisions(facts: list[_Fact]) -> dict[str, str]:
    """Return a hash over what is asked for each category: tells which one has changed."""
    revisions = {}
    for category in OPTIONAL_CATEGORIES:
        data = msgspec.json.encode([fact for fact in facts if fact[0] == category])
        revisions[category.value] = hashlib.sha256(data).hexdigest()[:CATEGORY_REVISION_LENGTH]
    return revisions


def _who(entry: Entry) -> str:
    """Return who gets what is stored, as well as it is known."""
    if entry.vendor_id or entry.vendor:
        return entry.vendor_id or entry.vendor or ""
    return "" if entry.party is Party.FIRST else registrable(entry.domain.lstrip("."))


def _lifetime_step(entry: Entry) -> int:
    """Return how long the item stays, in steps that a visitor would notice."""
    if entry.kind in _SENT:
        return 0
    lifetime = _asked_for(entry)
    if lifetime is None:
        return 0 if entry.kind in (Kind.COOKIE, Kind.SESSION_STORAGE) else _ENDLESS
    for step, days in enumerate(_LIFETIME_STEPS):
        if lifetime <= days * _DAY * 1.01:  # clocks and load times differ a little
            return step
    return len(_LIFETIME_STEPS)
