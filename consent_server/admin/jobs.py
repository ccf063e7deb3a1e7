"""The scans that somebody asked the server for, in the database: all its processes know them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from scanner.errors import ScanRunning
from scanner.tables import from_milliseconds, scan_job, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine, Row

LOST = dt.timedelta(minutes=1)  # after which a job counts as lost whose server says nothing


class Status(enum.StrEnum):
    """What became of a job."""

    WAITING = "waiting"  # another scan runs
    RUNNING = "running"
    STOPPING = "stopping"  # somebody wants it to end
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"  # its server ended

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come."""
        return self in (Status.DONE, Status.FAILED, Status.LOST)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that somebody asked for."""

    id: int
    site: str
    asked_by: str
    asked_at: dt.datetime
    ended_at: dt.datetime | None
    status: Status
    progress: dict[str, Any]  # as `kapsel scan --progress json` says it; empty: nothing yet
    detail: str  # what it said at its end


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Jobs:
    """The jobs in *engine*'s database."""

    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, site: str, *, asked_by: str) -> Job:
        """
        Return a new job that waits.

        Raises:
            ScanRunning: If one for *site* is not over yet.
        """
        self._lose()
        now = to_milliseconds(self._clock())
        row = insert(scan_job).values(
            site=site,
            asked_by=asked_by,
            asked_at=now,
            seen_at=now,
            status=Status.WAITING.value,
            running=site,
            progress="{}",
            detail="",
        )
        try:
            with self._engine.begin() as connection:
                number = connection.execute(row).inserted_primary_key
        except IntegrityError as exc:
            raise ScanRunning(f"a scan of {site} is under way already") from exc
        assert number is not None
        job = self.get(site, number[0])
        assert job is not None
        return job

    def get(self, site: str | None, number: int) -> Job | None:
        """Return the job with this *number*, of *site* where one is given."""
        self._lose()
        conditions = [scan_job.c.id == number]
        if site is not None:
            conditions.append(scan_job.c.site == site)
        with self._engine.connect() as connection:
            row = connection.execute(select(scan_job).where(*conditions)).first()
        return None if row is None else _job(row)

    def newest(self, site: str) -> Job | None:
        """Return the newest job of *site*."""
        self._lose()
        query = select(scan_job).where(scan_job.c.site == site).order_by(scan_job.c.id.desc())
        with self._engine.connect() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else _job(row)

    def seen(self, number: int, *, progress: dict[str, Any]) -> bool:
        """Say that the job lives, and where it is; return whether somebody wants it to end."""
        own = scan_job.c.id == number
        with self._engine.begin() as connection:
            connection.execute(
                update(scan_job)
                .where(own)
                .values(
                    seen_at=to_milliseconds(self._clock()),
                    progress=msgspec.json.encode(progress).decode(),
                )
            )
            status = connection.scalar(select(scan_job.c.status).where(own))
        return status == Status.STOPPING.value

    def began(self, number: int) -> None:
        """Say that the job waits no longer."""
        waiting = (scan_job.c.id == number) & (scan_job.c.status == Status.WAITING.value)
        with self._engine.begin() as connection:
            connection.execute(update(scan_job).where(waiting).values(status=Status.RUNNING.value))

    def stop(self, number: int) -> None:
        """Ask the job to end."""
        alive = (scan_job.c.id == number) & scan_job.c.running.is_not(None)
        with self._engine.begin() as connection:
            connection.execute(update(scan_job).where(alive).values(status=Status.STOPPING.value))

    def end(self, number: int, status: Status, *, detail: str) -> None:
        """Say that the job is over."""
        now = to_milliseconds(self._clock())
        with self._engine.begin() as connection:
            connection.execute(
                update(scan_job)
                .where(scan_job.c.id == number)
                .values(status=status.value, detail=detail, ended_at=now, seen_at=now, running=None)
            )

    def _lose(self) -> None:
        """Give up the jobs whose server has said nothing for long."""
        now = self._clock()
        silent = scan_job.c.running.is_not(None) & (
            scan_job.c.seen_at < to_milliseconds(now - LOST)
        )
        with self._engine.connect() as connection:
            if not connection.scalar(select(exists().where(silent))):
                return  # whoever only looks writes nothing
        with self._engine.begin() as connection:
            connection.execute(
                update(scan_job)
                .where(silent)
                .values(
                    status=Status.LOST.value,
                    running=None,
                    ended_at=to_milliseconds(now),
                    detail="the server that ran it has ended",
                )
            )


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        site=row.site,
        asked_by=row.asked_by,
        asked_at=from_milliseconds(row.asked_at),
        ended_at=None if row.ended_at is None else from_milliseconds(row.ended_at),
        status=Status(row.status),
        progress=msgspec.json.decode(row.progress, type=dict[str, Any]),
        detail=row.detail,
    )
