"""What an answer says of each service: visitors answer categories, and were told who is in each.

A service is a vendor by the name that the declaration gave, or, where nobody knows whose it is, the
domain that gets what is stored. The revision that a decision names fixes which there were, so this
is read from what was shown and not sent by browsers; what a browser says of a single service counts
before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from scanner.domains import registrable
from scanner.model import OPTIONAL_CATEGORIES, Party
from scanner.tables import offer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from consent_server.model import ConsentRecord

    Offered = frozenset[tuple[str, str]]

MAX_NAME = 200  # characters of a service's name that are kept


def offered(items: Iterable[dict[str, Any]]) -> Offered:
    """Return each service with each category that the *items* of a declaration name it in."""
    asked = [item for item in items if item["category"] in OPTIONAL_CATEGORIES]
    return frozenset((name, item["category"]) for item in asked if (name := _service(item)))


def answered(record: ConsentRecord, services: Offered) -> dict[str, bool]:
    """
    Return which of *services* were granted; one that was not offered is absent.

    A service in several categories is granted if one of them is.
    """
    given: dict[str, bool] = {}
    for name, category in sorted(services):
        granted = record.choices.get(category)
        if granted is not None:
            given[name] = given.get(name, False) or granted
    return given | record.services


def whole(connection: Connection, records: Iterable[ConsentRecord]) -> tuple[ConsentRecord, ...]:
    """Return *records* with what each says of every service."""
    records = tuple(records)
    known = _known(connection, {(record.site, record.revision) for record in records})
    found = []
    for record in records:
        services = answered(record, known[record.site, record.revision])
        found.append(msgspec.structs.replace(record, services=services) if services else record)
    return tuple(found)


def services_of(connection: Connection, site: str) -> tuple[str, ...]:
    """Return the services that *site* ever offered, by name."""
    query = select(offer.c.service).where(offer.c.site == site).distinct()
    return tuple(sorted(connection.execute(query).scalars(), key=str.casefold))


def _known(connection: Connection, places: set[tuple[str, str]]) -> dict[tuple[str, str], Offered]:
    """Return what was offered in each of *places*: a site, and a revision of its banner."""
    sites, revisions = ({place[n] for place in places} for n in (0, 1))
    query = select(offer).where(offer.c.site.in_(sites), offer.c.revision.in_(revisions))
    found: dict[tuple[str, str], set[tuple[str, str]]] = {place: set() for place in places}
    for row in connection.execute(query) if places else ():
        if (row.site, row.revision) in found:
            found[row.site, row.revision].add((row.service, row.category))
    return {place: frozenset(services) for place, services in found.items()}


def _service(item: dict[str, Any]) -> str:
    name = item["vendor"] or ""
    if not name and item["party"] == Party.THIRD:
        name = registrable(item["domain"].lstrip("."))
    return str(name)[:MAX_NAME]
