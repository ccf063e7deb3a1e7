"""When in a visit an item was first written: by itself, after scrolling, or at its end. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.model import SENT_KINDS, Kind, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.collectors.evidence import Evidence
    from scanner.model import Observation

_Key = tuple[str, ...]


def dated(observations: Iterable[Observation], evidence: Evidence) -> tuple[Observation, ...]:
    """Return *observations*, each with the moment at which *evidence* has its first write."""
    first: dict[_Key, Moment] = {}
    for place, write in enumerate(evidence.writes):
        first.setdefault(_cookie(*write.identity[:3]), evidence.moment(place, of="writes"))
    for place, item in enumerate(evidence.stored):
        if item.by is not None:
            key = (item.kind.value, item.name, item.host)
            first.setdefault(key, evidence.moment(place, of="stored"))
    for place, request in enumerate(evidence.requests):
        first.setdefault(("sent", request.host), evidence.moment(place, of="requests"))
    return tuple(
        msgspec.structs.replace(seen, moment=first.get(_key(seen))) for seen in observations
    )


def _key(seen: Observation) -> _Key:
    if seen.kind is Kind.COOKIE:
        return _cookie(seen.name, seen.domain, seen.path)
    if seen.kind in SENT_KINDS:
        return ("sent", seen.domain)
    return (seen.kind.value, seen.name, seen.domain)


def _cookie(name: str, domain: str, path: str) -> _Key:
    return (Kind.COOKIE.value, name, domain, path)
