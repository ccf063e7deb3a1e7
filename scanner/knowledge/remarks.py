"""What else people should be told of a name: that it is misspelt, has ended, or whose it may be."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from scanner.knowledge.likeness import alike, service

if TYPE_CHECKING:
    from scanner.knowledge.base import Knowledge


class Owned(msgspec.Struct, frozen=True, kw_only=True):
    """A name, whose it is, and where it lies; no hosts: on the site's own."""

    name: str
    vendor: str
    hosts: tuple[str, ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service that was named where a cookie should be."""

    name: str
    ended: dt.date | None
    stores: tuple[str, ...]


class Remarks(msgspec.Struct, frozen=True, kw_only=True):
    """Of the entry that decided: the first three. Where none did: the others."""

    misspelling_of: str | None = None
    ended: dt.date | None = None
    note: str | None = None
    elsewhere: tuple[Owned, ...] = ()  # the same name, which says nothing without its host
    alike: tuple[Owned, ...] = ()
    service: Service | None = None


def remarks(name: str, rule: str | None, knowledge: Knowledge) -> Remarks:
    """Return what is to be remarked on *name*, for which *rule* decided (None: nothing did)."""
    known = knowledge.ruled(name, rule)
    if known:
        return Remarks(
            misspelling_of=known.cookie.alias_of,
            ended=known.cookie.ended or known.vendor.ended,
            note=known.cookie.note,
        )
    return Remarks(
        elsewhere=tuple(
            dict.fromkeys(
                Owned(name=name, vendor=one.vendor.name, hosts=one.cookie.hosts)
                for one in knowledge.known(name)
            )
        ),
        alike=tuple(
            Owned(name=other, vendor=vendor.name)
            for other, vendor in alike(name, knowledge.vendors)
        ),
        service=_service(name, knowledge),
    )


def _service(name: str, knowledge: Knowledge) -> Service | None:
    vendor = service(name, knowledge.vendors)
    if vendor is None:
        return None
    stores = (one.name for one in vendor.cookie if not one.fallback and not one.alias_of)
    return Service(name=vendor.name, ended=vendor.ended, stores=tuple(stores))
