"""The catalogue in the database: scans as they were, and since when each item is known."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import and_, delete, desc, func, insert, select
from sqlalchemy.exc import DBAPIError

from scanner import tables
from scanner.catalogue import merged
from scanner.database import answering, dialect_named, open_database
from scanner.errors import DatabaseUnusable
from scanner.model import Catalogue, Entry, Scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, Engine, Row

    from scanner.crawl import Options
    from scanner.model import Site
    from scanner.unfinished import Unfinished

#: Scans that were cut short and still count for a catalogue, beside the newest complete one.
MAX_MERGED = 5

MAX_FORGOTTEN = 20  # scans deleted in one commit: each is some megabytes, and visitors wait

_NEVER = 2**62  # a number that no scan gets

_KEY = ("site", "kind", "name", "domain", "path", "partitioned")


class Kept(NamedTuple):
    """A scan's line in the history of a site."""

    id: int
    site: str
    started_at: dt.datetime
    finished_at: dt.datetime
    status: str


@contextlib.contextmanager
def open_store(address: str) -> Iterator[Store]:
    """
    Open the catalogue in the database at *address* until the block ends.

    Raises:
        DatabaseUnusable: If it cannot be opened, read or written.
    """
    engine = open_database(address)
    try:
        yield Store(engine)
    except DBAPIError as exc:
        place = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"cannot use the database {place}: {exc.orig}") from exc
    finally:
        engine.dispose()


class Store:
    """
    The scans of all sites in the database of *engine*, which stays the caller's to dispose.

    The newest is that which was kept last: the clock may have been wrong when one began.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unfinished(self, site: Site, *, options: Options) -> Unfinished:
        """Return what was kept of a scan of *site*, by *options*, that has not ended."""
        from scanner.unfinished import Unfinished  # with the crawler, which a server never needs

        return Unfinished(self._engine, site, options=options)

    def save(self, scan: Scan) -> Scan:
        """
        Keep *scan*, all of it or nothing; return it with the times from the site's history.

        Raises:
            DatabaseUnusable: If it could not be kept: the disk is full, the database is gone.
        """
        try:
            with self._engine.begin() as connection:
                return self._saved(connection, scan)
        except DBAPIError as exc:
            raise DatabaseUnusable(f"the scan of {scan.site} was not kept: {exc.orig}") from exc

    def _saved(self, connection: Connection, scan: Scan) -> Scan:
        if scan.entries:
            connection.execute(self._upsert(), [_entry_row(scan, entry) for entry in scan.entries])
        scan = _with_history(connection, scan)
        connection.execute(
            insert(tables.scan).values(
                site=scan.site,
                started_at=_milliseconds(scan.started_at),
                finished_at=_milliseconds(scan.finished_at),
                status=scan.status,
                document=msgspec.json.encode(scan).decode(),
            )
        )
        return scan

    def history(self, site: str, *, limit: int | None = 100) -> tuple[Kept, ...]:
        """Return the scans of *site*, newest first; *limit* None: all."""
        table = tables.scan
        query = (
            select(table.c.id, table.c.site, table.c.started_at, table.c.finished_at)
            .add_columns(table.c.status)
            .where(table.c.site == site)
            .order_by(desc(table.c.id))
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(_kept(row) for row in connection.execute(query))

    def kept(
        self, sites: Collection[str], *, limit: int, below: int | None = None
    ) -> tuple[Kept, ...]:
        """Return scans of *sites*, newest first; *below*: those that were kept before that one."""
        table = tables.scan
        query = (
            select(table.c.id, table.c.site, table.c.started_at, table.c.finished_at)
            .add_columns(table.c.status)
            .where(table.c.site.in_(sites))
        )
        if below is not None:
            query = query.where(table.c.id < below)
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(desc(table.c.id)).limit(limit))
            return tuple(_kept(row) for row in found)

    def get(self, site: str, id: int) -> Scan | None:  # noqa: A002 the column's name
        """Return the scan of *site* with this number."""
        table = tables.scan
        return self._one(and_(table.c.site == site, table.c.id == id))

    def newest(self, site: str) -> Scan | None:
        """Return the newest scan of *site* that did not fail."""
        table = tables.scan
        return self._one(and_(table.c.site == site, table.c.status != "failed"))

    def before(self, scan: Scan) -> Scan | None:
        """Return the newest scan of the same site that did not fail and was kept before *scan*."""
        table = tables.scan
        of_site = table.c.site == scan.site
        began = table.c.started_at == _milliseconds(scan.started_at)
        itself = select(func.max(table.c.id)).where(of_site, began).scalar_subquery()
        earlier = table.c.id < func.coalesce(itself, _NEVER)
        return self._one(and_(of_site, table.c.status != "failed", earlier))

    def at(self, site: str, time: dt.datetime) -> Scan | None:
        """Return the newest scan of *site* that did not fail and began before *time*."""
        table = tables.scan
        began = table.c.started_at < _milliseconds(time)
        return self._one(and_(table.c.site == site, table.c.status != "failed", began))

    def scans(self, site: str, *, limit: int) -> tuple[Scan, ...]:
        """Return the newest scans of *site* that did not fail, newest first."""
        table = tables.scan
        query = (
            select(table.c.document)
            .where(table.c.site == site, table.c.status != "failed")
            .order_by(desc(table.c.id))
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(_scan(document) for (document,) in connection.execute(query))

    def catalogue(self, site: str) -> Catalogue:
        """Return what *site* stores, by its newest scans; empty if it was never scanned."""
        newest = self.newest(site)
        scans: tuple[Scan, ...] = (newest,) if newest is not None else ()
        if newest is not None and newest.status != "complete":
            scans = self.scans(site, limit=MAX_MERGED)
        scanned_at = newest.finished_at if newest is not None else None
        return Catalogue(site=site, scanned_at=scanned_at, entries=merged(scans))

    def last_started(self, site: str, until: dt.datetime) -> dt.datetime | None:
        """Return when the newest scan of *site* until then began, also one that failed."""
        began = tables.scan.c.started_at
        query = select(func.max(began)).where(
            tables.scan.c.site == site, began <= _milliseconds(until)
        )
        with self._engine.connect() as connection:
            started: int | None = connection.scalar(query)
        return None if started is None else _time(started)

    def newest_id(self, site: str) -> int | None:
        """Return the number of the newest scan of *site*; a new one may change the catalogue."""
        query = select(func.max(tables.scan.c.id)).where(tables.scan.c.site == site)
        with self._engine.connect() as connection:
            found: int | None = connection.scalar(query)
        return found

    def served_since(self, site: str) -> tuple[dt.datetime, ...]:
        """Return when *site* was first served each thing that it ever was served."""
        query = select(tables.release.c.first_served_at).where(tables.release.c.site == site)
        with answering(), self._engine.connect() as connection:
            return tuple(_time(moment) for moment in connection.scalars(query.distinct()))

    def forget(self, numbers: Sequence[int]) -> None:
        """
        Delete the scans with these *numbers*; since when each item is known stays.

        Raises:
            DatabaseUnusable: If the database fails.
        """
        for first in range(0, len(numbers), MAX_FORGOTTEN):
            some = numbers[first : first + MAX_FORGOTTEN]
            with answering(), self._engine.begin() as connection:
                connection.execute(delete(tables.scan).where(tables.scan.c.id.in_(some)))

    def _one(self, condition: Any) -> Scan | None:
        table = tables.scan
        newest = select(func.max(table.c.id)).where(condition).scalar_subquery()
        with self._engine.connect() as connection:
            document = connection.scalar(select(table.c.document).where(table.c.id == newest))
        return None if document is None else _scan(document)

    def _upsert(self) -> Any:
        """Return the statement that adds an item to the history, or widens its time there."""
        table, name = tables.entry, self._engine.dialect.name
        if name == "postgresql":
            added = dialect_named(name).insert(table)
            least, greatest = func.least, func.greatest
            return added.on_conflict_do_update(
                index_elements=_KEY,
                set_={
                    "first_seen": least(table.c.first_seen, added.excluded.first_seen),
                    "last_seen": greatest(table.c.last_seen, added.excluded.last_seen),
                },
            )
        local = dialect_named(name).insert(table)
        return local.on_conflict_do_update(
            index_elements=_KEY,
            set_={
                "first_seen": func.min(table.c.first_seen, local.excluded.first_seen),
                "last_seen": func.max(table.c.last_seen, local.excluded.last_seen),
            },
        )


def _with_history(connection: Connection, scan: Scan) -> Scan:
    """Return *scan*, each entry with the time at which any scan saw it first."""
    table = tables.entry
    query = select(table).where(table.c.site == scan.site)
    first = {
        (row.kind, row.name, row.domain, row.path, row.partitioned): _time(row.first_seen)
        for row in connection.execute(query)
    }
    entries = tuple(
        msgspec.structs.replace(entry, first_seen=min(entry.first_seen, first[entry.identity]))
        for entry in scan.entries
    )
    return msgspec.structs.replace(scan, entries=entries)


def _entry_row(scan: Scan, entry: Entry) -> dict[str, Any]:
    return {
        "site": scan.site,
        "kind": entry.kind.value,
        "name": entry.name,
        "domain": entry.domain,
        "path": entry.path,
        "partitioned": entry.partitioned,
        "first_seen": _milliseconds(entry.first_seen),
        "last_seen": _milliseconds(entry.last_seen),
    }


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.id, row.site, _time(row.started_at), _time(row.finished_at), row.status)


def _scan(document: str) -> Scan:
    return msgspec.json.decode(document, type=Scan)


def _milliseconds(time: dt.datetime) -> int:
    return round(time.timestamp() * 1000)


def _time(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
