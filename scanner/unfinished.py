"""Scans that have not ended, in the database: what they have read, so that they can go on."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError

from scanner.crawl.frontier import canonical
from scanner.crawl.logbook import Record
from scanner.errors import DatabaseUnusable
from scanner.redaction import redacted_read, redacted_url
from scanner.tables import to_milliseconds, unfinished

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from scanner.crawl import Options
    from scanner.crawl.logbook import Page
    from scanner.model import Site

_MARK = "sites.yaml:"  # before the number of an address
MAX_AGE = dt.timedelta(days=1)  # after that, a site is no more what it was when it was read


class Unfinished:
    """The unfinished scan of *site* in the database of *engine*."""

    def __init__(self, engine: Engine, site: Site, *, options: Options) -> None:
        self._engine = engine
        self._site = site.key
        self._plan = _plan(site, options)
        named = dict.fromkeys(canonical(url) or url for url in (site.url, *site.pages))
        #: Those of them that hold what must not be kept -> what stands for them in the database.
        self._marks = {url: f"{_MARK}{n}" for n, url in enumerate(named) if _tells(url)}

    def records(self, *, now: dt.datetime) -> tuple[Record, ...]:
        """
        Return what was read, in the order in which it was; nothing if it is too old, or if
        something else is to be scanned by now.
        """
        table = unfinished
        query = (
            select(table.c.document)
            .where(table.c.site == self._site)
            .where(table.c.plan == self._plan)
            .where(table.c.at >= to_milliseconds(now - MAX_AGE))
            .order_by(table.c.id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).scalars()
            kept = [msgspec.json.decode(row, type=Record) for row in rows]
        urls = {mark: url for url, mark in self._marks.items()}
        return tuple(msgspec.structs.replace(r, url=urls.get(r.url, r.url)) for r in kept)

    def keep(self, record: Record, *, now: dt.datetime) -> None:
        """
        Keep *record*, with its addresses redacted.

        Raises:
            DatabaseUnusable: If it could not be kept.
        """
        if record.page is not None:
            record = self._redacted(record, record.page)
        row = {
            "site": self._site,
            "plan": self._plan,
            "at": to_milliseconds(now),
            "document": msgspec.json.encode(record).decode(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(unfinished).values(row))
        except DBAPIError as exc:
            raise DatabaseUnusable(f"a page of {self._site} was not kept: {exc.orig}") from exc

    def _redacted(self, record: Record, page: Page) -> Record:
        """
        Return *record* without what must not be kept.

        A link that holds it is left out: a scan that goes on does not follow it. For an address
        of sites.yaml that does its place there stands: the same plan has the same places.
        """
        return msgspec.structs.replace(
            record,
            url=self._marks.get(record.url) or redacted_url(record.url),
            page=msgspec.structs.replace(
                page,
                read=redacted_read(page.read),
                links=tuple(link for link in page.links if not _tells(link)),
                canonical=page.canonical and redacted_url(page.canonical),
            ),
        )

    def forget(self) -> None:
        """Delete all that was kept of the site."""
        with self._engine.begin() as connection:
            connection.execute(delete(unfinished).where(unfinished.c.site == self._site))


def _tells(url: str) -> bool:
    """Return whether *url* holds what must not be kept."""
    return redacted_url(url) != url


def _plan(site: Site, options: Options) -> str:
    """Return a mark of what is to be scanned, and how; where evidence goes is no part of it."""
    how = (
        site,
        *(options.states, options.max_pages, options.ignore_robots, options.repeat),
        *(options.visitor, options.settle, options.resolve, options.insecure),
    )
    return hashlib.sha256(msgspec.json.encode(how)).hexdigest()
