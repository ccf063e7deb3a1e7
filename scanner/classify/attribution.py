"""Who is behind an item, when its name says nothing: the script that set it, the host it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.classify.words import TRACKING, Layer, Word
from scanner.model import SENT_KINDS, Party

if TYPE_CHECKING:
    from scanner.knowledge import Knowledge, Vendor
    from scanner.model import Subject

#: How sure the vendor's usual category makes us: a tracker's script seldom does anything else,
#: a chat's script may.
TRACKER = 0.85
OTHER = 0.65

#: On the vendor's own website, which people visit for its own sake, anything may lie.
PORTAL = 0.55

#: A request has no other name than its host: whose that is, says what it is.
REQUESTED = 0.9


def set_by(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return what the script or the server that set the item is known for."""
    if subject.set_by is None or subject.set_by.url is None:
        return None
    url = urlsplit(subject.set_by.url)
    vendors = knowledge.setters(url.hostname or "", url.path)
    return _word(Layer.SETTER, url.hostname or "", vendors)


def on_host(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return what the owner of the item's host is known for; unless the item is the site's own."""
    if subject.domain is None or party(subject) is Party.FIRST:
        return None
    host = subject.domain.lstrip(".").lower()
    served = knowledge.setters(host)
    vendors = served or knowledge.owners(host)
    word = _word(Layer.HOST, host, vendors)
    if word is not None and not served and any(vendor.portal for vendor in vendors):
        word = msgspec.structs.replace(word, confidence=PORTAL)
    category = knowledge.host(host)
    if word is None and not vendors and category is not None:
        word = Word(
            layer=Layer.HOST,
            entry=host,
            category=category,
            confidence=TRACKER if category in TRACKING else OTHER,
            reason=f"{host} is known for {category}",
        )
    if word is not None and subject.kind in SENT_KINDS:
        return msgspec.structs.replace(word, confidence=REQUESTED)
    return word


def party(subject: Subject) -> Party | None:
    """Return whose item it is, from the scan or from domain and site; None: not told."""
    if subject.party is not None or subject.site is None or subject.domain is None:
        return subject.party
    domain = subject.domain.lstrip(".").lower()
    site = subject.site.lower()
    same = domain == site or domain.endswith(f".{site}") or site.endswith(f".{domain}")
    return Party.FIRST if same else Party.THIRD


def _word(layer: Layer, host: str, vendors: tuple[Vendor, ...]) -> Word | None:
    """Return the word of *vendors*, if they are of one mind."""
    categories = {vendor.category for vendor in vendors}
    if len(categories) != 1:
        return None
    vendor = vendors[0] if len(vendors) == 1 else None
    category = categories.pop()
    who = vendor.name if vendor else " or ".join(vendor.name for vendor in vendors)
    return Word(
        layer=layer,
        entry=host,
        category=category,
        confidence=TRACKER if category in TRACKING else OTHER,
        reason=f"{host} belongs to {who}",
        vendor_id=vendor.id if vendor else None,
        vendor=vendor.name if vendor else None,
        purposes=vendor.purposes if vendor else (),
    )
