"""What visitors are asked to agree to, and when that is more than they were asked before. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from consent_server.model import Asked
from scanner.domains import registrable
from scanner.model import OPTIONAL_CATEGORIES, SENT_KINDS, Category, Kind, Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.model import Entry

LENGTH = 4  # hex digits of a category's revision: three of them must fit into the visitor's cookie

MAX_EARLIER = 8  # revisions of a category that are told beside today's

_DAY = 86400.0

#: Lifetimes that count as equal: up to so many days. A visitor need not be asked again
#: because a cookie now lives 91 days and not 90.
_STEPS = (0, 1, 7, 31, 93, 186, 400, 800)
_ENDLESS = len(_STEPS) + 1


def asked(entries: Iterable[Entry]) -> tuple[Asked, ...]:
    """Return what a visitor is asked about *entries*, in an order of its own."""
    found: dict[tuple[Category, str], tuple[set[str], int]] = {}
    for entry in entries:
        if entry.category in OPTIONAL_CATEGORIES:
            key = (entry.category, _who(entry))
            purposes, longest = found.get(key, (set(), 0))
            found[key] = (purposes | set(entry.purposes), max(longest, _step(entry)))
    return tuple(
        Asked(category=category, who=who, purposes=tuple(sorted(purposes)), step=longest)
        for (category, who), (purposes, longest) in sorted(found.items())
    )


def revision(asks: Sequence[Asked], *, never_scanned: bool) -> str:
    """Return a short hash over all that a visitor is asked."""
    data = msgspec.json.encode([asks, never_scanned])
    return hashlib.sha256(data).hexdigest()[:16]


def category_revisions(
    asks: Sequence[Asked], earlier: Iterable[Sequence[Asked]] = ()
) -> dict[str, str]:
    """
    Return a hash over what is asked for each category: tells which one has changed.

    After it, each after a space, stand the hashes of what was asked *earlier*, the newest first,
    where that covers what is asked now: a vendor that has gone, or has come back, is no reason
    to ask somebody again who has answered for it.
    """
    told = {}
    for category in OPTIONAL_CATEGORIES:
        now = [ask for ask in asks if ask.category is category]
        before = [[ask for ask in asks if ask.category is category] for asks in earlier]
        hashes = [_hash(now), *(_hash(then) for then in before if covers(then, now))]
        told[category.value] = " ".join(list(dict.fromkeys(hashes))[: MAX_EARLIER + 1])
    return told


def covers(then: Iterable[Asked], now: Iterable[Asked]) -> bool:
    """Return whether who was asked *then* has been asked all that is asked *now*."""
    known = {(ask.category, ask.who): ask for ask in then}
    return all(
        (old := known.get((ask.category, ask.who))) is not None
        and ask.step <= old.step
        and set(ask.purposes) <= set(old.purposes)
        for ask in now
    )


def lifetime_asked_for(entry: Entry) -> float | None:
    """Return the lifetime that was asked for, if longer: some browsers keep what ours cut."""
    if entry.lifetime is None or entry.declared_lifetime is None:
        return entry.lifetime
    return max(entry.lifetime, entry.declared_lifetime)


def _hash(asks: Sequence[Asked]) -> str:
    return hashlib.sha256(msgspec.json.encode(asks)).hexdigest()[:LENGTH]


def _who(entry: Entry) -> str:
    """Return who gets what is stored, as well as it is known."""
    if entry.vendor_id or entry.vendor:
        return entry.vendor_id or entry.vendor or ""
    return "" if entry.party is Party.FIRST else registrable(entry.domain.lstrip("."))


def _step(entry: Entry) -> int:
    """Return how long the item stays, in steps that a visitor would notice."""
    if entry.kind in SENT_KINDS:
        return 0
    lifetime = lifetime_asked_for(entry)
    if lifetime is None:
        return 0 if entry.kind in (Kind.COOKIE, Kind.SESSION_STORAGE) else _ENDLESS
    for step, days in enumerate(_STEPS):
        if lifetime <= days * _DAY * 1.01:  # clocks and load times differ a little
            return step
    return len(_STEPS)
