"""The requests of visitors, in the database. All methods block; use them in a thread.

What is erased here is gone from SQLite's own log, too, when `ConsentLog.forget` is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, insert, select, update

from consent_server.rights.model import Right, RightsRequest, Standing
from scanner.tables import from_milliseconds, rights_request, to_milliseconds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Engine, Row

MAX_WAITING = 2000  # of one site that are not answered: more come from a machine

_OPEN = rights_request.c.closed_at.is_(None)


class InboxFull(Exception):
    """So many requests wait that only a machine can have sent them."""


class Inbox:
    """The requests of all sites in *engine*'s database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, request: RightsRequest) -> None:
        """
        Keep *request*.

        Raises:
            InboxFull: If the site has `MAX_WAITING` that are not answered.
        """
        waiting = (
            select(func.count())
            .select_from(rights_request)
            .where(rights_request.c.site == request.site, _OPEN)
        )
        with self._engine.begin() as connection:
            if connection.execute(waiting).scalar_one() >= MAX_WAITING:
                raise InboxFull(request.site)
            connection.execute(insert(rights_request).values(**_row(request)))

    def get(self, key: str, *, site: str | None = None) -> RightsRequest | None:
        """Return the request with the id *key*; None: there is none, or it is another site's."""
        query = select(rights_request).where(rights_request.c.id == key)
        if site is not None:
            query = query.where(rights_request.c.site == site)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _request(row)

    def find(
        self, *, sites: Collection[str] | None = None, closed: bool = False
    ) -> tuple[RightsRequest, ...]:
        """
        Return requests, the one that must be answered first at the top.

        Args:
            sites: Of these sites only; None: of all.
            closed: Also those that were answered or refused, at the end.
        """
        query = select(rights_request).order_by(
            case((_OPEN, 0), else_=1), rights_request.c.received_at, rights_request.c.id
        )
        if sites is not None:
            query = query.where(rights_request.c.site.in_(sites))
        if not closed:
            query = query.where(_OPEN)
        with self._engine.connect() as connection:
            found = [_request(row) for row in connection.execute(query)]
        return tuple(sorted(found, key=lambda r: (r.closed_at is not None, r.due_at)))

    def extend(self, key: str) -> bool:
        """Give the answer to the open request *key* two months more; return whether that is so."""
        open_ = rights_request.c.standing == Standing.OPEN
        return self._change(key, open_, standing=Standing.EXTENDED, reminded=1)

    def close(self, key: str, standing: Standing, *, now: dt.datetime) -> bool:
        """Note that the request *key* was answered or refused; return whether it was open."""
        return self._change(key, _OPEN, standing=standing, closed_at=to_milliseconds(now))

    def told(self, key: str, times: int) -> None:
        """Note that the owner was told *times* times of the request *key*."""
        self._change(key, reminded=times)

    def erase(self, key: str) -> bool:
        """Erase the request *key*; return whether it was there. Let the log forget it then."""
        with self._engine.begin() as connection:
            done = connection.execute(delete(rights_request).where(rights_request.c.id == key))
        return done.rowcount > 0

    def prune(self, *, closed_before: dt.datetime, dry_run: bool = False) -> int:
        """Erase those that were closed before then; return how many. Let the log forget them."""
        old = rights_request.c.closed_at < to_milliseconds(closed_before)
        with self._engine.begin() as connection:
            count = connection.execute(
                select(func.count()).select_from(rights_request).where(old)
            ).scalar_one()
            if not dry_run:
                connection.execute(delete(rights_request).where(old))
        return count

    def _change(self, key: str, *conditions: ColumnElement[bool], **values: object) -> bool:
        statement = update(rights_request).where(rights_request.c.id == key, *conditions)
        with self._engine.begin() as connection:
            return connection.execute(statement.values(**values)).rowcount > 0


def _row(request: RightsRequest) -> dict[str, object]:
    return {
        "id": request.id,
        "site": request.site,
        "right": request.right,
        "contact": request.contact,
        "message": request.message,
        "receipt": request.receipt,
        "language": request.language,
        "received_at": to_milliseconds(request.received_at),
        "standing": request.standing,
        "closed_at": request.closed_at and to_milliseconds(request.closed_at),
        "reminded": request.reminded,
    }


def _request(row: Row[tuple[object, ...]]) -> RightsRequest:
    return RightsRequest(
        id=row.id,
        site=row.site,
        right=Right(row.right),
        contact=row.contact,
        message=row.message,
        receipt=row.receipt,
        language=row.language,
        received_at=from_milliseconds(row.received_at),
        standing=Standing(row.standing),
        closed_at=None if row.closed_at is None else from_milliseconds(row.closed_at),
        reminded=row.reminded,
    )
