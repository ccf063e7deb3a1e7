"""The audit trail: who did what, when, at which site. Only added to, and read."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
from sqlalchemy import select

from scanner import deeds
from scanner.spreadsheet import harmless
from scanner.tables import from_milliseconds, trail

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy import ColumnElement, Engine

PAGE = 100  # deeds on one page

#: Parts of a question that must not outlive the decision that they name.
_OF_A_VISITOR = frozenset(("id", "cursor", "after"))

COLUMNS = ("at", "actor", "action", "site", "detail")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did."""

    id: int
    at: dt.datetime
    actor: str  # an account, "token: " and its name, or who was at the command line
    action: str
    site: str | None  # None: it concerns no site, or all
    detail: str  # what it was done to; never a secret


class Trail:
    """The deeds in *engine*'s database."""

    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, actor: str, action: str, *, site: str | None = None, detail: str = "") -> None:
        """Write down that *actor* did *action*."""
        deeds.write(self._engine, actor, action, site=site, detail=detail, at=self._clock())

    def page(
        self, *, sites: Collection[str] | None, before: int | None = None, limit: int = PAGE
    ) -> tuple[Deed, ...]:
        """
        Return deeds, newest first.

        Args:
            sites: At these sites only; None: all, and what concerns no site.
            before: Only those that are older than the deed with this number.
        """
        conditions: list[ColumnElement[bool]] = []
        if sites is not None:
            conditions.append(trail.c.site.in_(sorted(sites)))
        if before is not None:
            conditions.append(trail.c.id < before)
        query = select(trail).where(*conditions).order_by(trail.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return tuple(
                Deed(
                    id=row.id,
                    at=from_milliseconds(row.at),
                    actor=row.actor,
                    action=row.action,
                    site=row.site,
                    detail=row.detail,
                )
                for row in connection.execute(query)
            )

    def export(self, *, sites: Collection[str] | None) -> Iterator[str]:
        """Yield all deeds at *sites* as CSV, newest first, page by page."""
        yield ",".join(COLUMNS) + "\r\n"
        before: int | None = None
        while deeds := self.page(sites=sites, before=before, limit=1000):
            before = deeds[-1].id
            yield _lines(deeds)


def told(asked: Iterable[tuple[str, str]]) -> str:
    """Return what somebody *asked* the log, without what could lead to a visitor."""
    return urlencode([(name, value) for name, value in asked if name not in _OF_A_VISITOR])


def _lines(deeds: Collection[Deed]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    for deed in deeds:
        at = deed.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        cells = (at, deed.actor, deed.action, deed.site or "", deed.detail)
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue()
