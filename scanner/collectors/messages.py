"""What a page told to servers: beacons with what they carry, identifiers that were shared. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.domains import party, registrable
from scanner.model import Carried, Kind, Observation, Party, Signal, SignalKind, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from scanner.collectors.evidence import Contact, JarCookie, StoredItem

MAX_CARRIED = 20  # parameters of a beacon that are told

#: What a message must carry to be told of, if nothing else says that it is one.
_TELLING = frozenset({"identifier", "page", "email", "email_hash", "click"})


class Held(NamedTuple):
    """An item that the browser holds, and that may be sent on."""

    name: str
    domain: str


def held(cookies: Iterable[JarCookie], items: Iterable[StoredItem]) -> dict[str, Held]:
    """Return keyed hash -> item, of all that the browser holds and that could identify."""
    known: dict[str, Held] = {}
    for cookie in cookies:
        for token in cookie.tokens:
            known.setdefault(token, Held(cookie.name, cookie.domain.lstrip(".")))
    for item in items:
        for token in item.tokens:
            known.setdefault(token, Held(item.name, item.host))
    return known


def beacons(
    contacts: Iterable[Contact],
    known: Mapping[str, Held],
    *,
    site_host: str,
    own_domains: Collection[str],
    page: str,
    state: State,
    mails: Collection[str] = (),
) -> tuple[Observation, ...]:
    """
    Return the pixels and beacons, each end-point once, with the names of what they carry.

    Args:
        contacts: The requests.
        known: Keyed hash -> item, of what the browser holds.
        mails: Keyed hashes of what e-mail addresses on the page are hashed to.
    """
    first: dict[tuple[str, str], Contact] = {}
    carries: dict[tuple[str, str], dict[Carried, None]] = {}
    for contact in contacts:
        whose = party(contact.host, site_host=site_host, own_domains=own_domains)
        told = _carries(contact, known, mails)
        if _is_beacon(contact, told, whose):
            place = (contact.host, contact.path)
            first.setdefault(place, contact)
            carries.setdefault(place, {}).update(dict.fromkeys(told))
    return tuple(
        Observation(
            kind=Kind.BEACON,
            name=host + path,
            domain=host,
            path=path,
            page=page,
            state=state,
            seen_at=contact.at,
            set_by=contact.by,
            carries=tuple(carries[host, path])[:MAX_CARRIED],
        )
        for (host, path), contact in first.items()
    )


def shared(contacts: Iterable[Contact], known: Mapping[str, Held]) -> tuple[Signal, ...]:
    """Return the identifiers of one party that were sent to another."""
    found: dict[tuple[str, str, str], Signal] = {}
    for contact in contacts:
        to = registrable(contact.host)
        for parameter, item in _matches(contact, known):
            if registrable(item.domain) != to:
                found.setdefault(
                    (item.name, item.domain, contact.host),
                    Signal(
                        kind=SignalKind.SHARING,
                        name=item.name,
                        host=contact.host,
                        facts={"of": item.domain, "parameter": parameter},
                        by=contact.by,
                    ),
                )
    return tuple(found.values())


def _is_beacon(contact: Contact, told: tuple[Carried, ...], whose: Party) -> bool:
    if contact.kind == "Ping":
        return True
    if not contact.message or not any(carried.content in _TELLING for carried in told):
        return False
    identifies = any(carried.content != "page" for carried in told)
    return whose is Party.THIRD or (contact.kind == "Image" and identifies)


def _carries(
    contact: Contact, known: Mapping[str, Held], mails: Collection[str]
) -> tuple[Carried, ...]:
    told = {carried.name: carried for carried in contact.carries}
    for parameter, tokens in contact.tokens.items():
        if not tokens.isdisjoint(mails):
            told[parameter] = Carried(name=parameter, content="email_hash")
    for parameter, _ in _matches(contact, known):
        told.setdefault(parameter, Carried(name=parameter, content="identifier"))
    return tuple(told.values())


def _matches(contact: Contact, known: Mapping[str, Held]) -> list[tuple[str, Held]]:
    return [
        (name, item)
        for name, tokens in contact.tokens.items()
        for item in sorted({known[token] for token in tokens if token in known})
    ]
