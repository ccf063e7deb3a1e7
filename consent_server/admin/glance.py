"""What is known of a site at a glance, from its newest scans and its overrides of today."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from consent_server.admin.light import Light, light
from scanner.catalogue import overridden
from scanner.changes import Difference, compare
from scanner.findings import find
from scanner.model import Entry, Finding, Scan, Site
from scanner.schedule import due_at

if TYPE_CHECKING:
    from scanner.store import Kept, Store


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest scans of a site have found, as its overrides have it."""

    site: Site
    newest: Scan | None  # that did not fail
    before: Scan | None  # the one before it that did not fail
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    difference: Difference  # since *before*; empty if there is none


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the overview."""

    site: Site
    light: Light
    last_status: str | None
    last_at: dt.datetime | None
    due_at: dt.datetime | None
    items: int
    unsorted: int
    findings: int
    new: int
    gone: int


def picture(store: Store, site: Site) -> Picture:
    """Return what *store* knows of *site*."""
    newest = store.newest(site.key)
    before = store.before(newest) if newest is not None else None
    found = overridden(store.catalogue(site.key).entries, site.overrides)
    return Picture(
        site=site,
        newest=newest,
        before=before,
        entries=found,
        findings=() if newest is None else _judged(newest, site),
        difference=compare(before, newest) if before and newest else Difference(),
    )


def _judged(scan: Scan, site: Site) -> tuple[Finding, ...]:
    """Return the findings of *scan*; anew, where the owner has sorted items since then."""
    entries = overridden(scan.entries, site.overrides)
    if entries == scan.entries:
        return scan.findings
    refused = overridden(scan.refused, site.overrides)
    return find(visits=scan.visits, banner=scan.banner, entries=entries, refused=refused)


class Glances:
    """The overview's lines, each made anew only when a scan or the site's settings have changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pictures: dict[str, tuple[int | None, Picture]] = {}

    def of(self, site: Site, *, now: dt.datetime) -> Glance:
        """Return what is known of *site*."""
        history = self._store.history(site.key, limit=1)
        last: Kept | None = history[0] if history else None
        known = self._picture(site, last.id if last else None)
        due = due_at(site, last.started_at if last else None, now=now)
        status, began = (last.status, last.started_at) if last else (None, None)
        return Glance(
            site=site,
            light=light(
                findings=known.findings,
                entries=known.entries,
                last_status=status,
                last_at=began,
                due_at=due,
                now=now,
            ),
            last_status=status,
            last_at=began,
            due_at=due,
            items=len(known.entries),
            unsorted=sum(entry.category == "unclassified" for entry in known.entries),
            findings=len(known.findings),
            new=len(known.difference.new),
            gone=len(known.difference.gone),
        )

    def _picture(self, site: Site, newest: int | None) -> Picture:
        """Return the picture of *site*, whose newest scan has the number *newest*."""
        kept = self._pictures.get(site.key)
        if kept is None or kept[0] != newest or kept[1].site != site:
            kept = (newest, picture(self._store, site))
            self._pictures[site.key] = kept
        return kept[1]
