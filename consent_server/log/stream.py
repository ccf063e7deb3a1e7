"""Send groups of decisions to PostgreSQL without a thread that waits for it.

The event loop sends a group and hears the answer as it does with visitors' requests. Each is a
transaction of its own; what fails is taken back, and whoever sent it hears so.

    lock, rows, sync ─► committed ─► heard

A group counts as stored when the answer to its sync is here: by then its commit is on the disk.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from psycopg import Error, OperationalError
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from sqlalchemy.pool import PoolProxiedConnection

    #: Hears the position of a group's first decision; None: it is not known to be stored.
    Heard = Callable[[int | None], None]

_LOCK, _ADD = b"kapsel_lock", b"kapsel_add"


class Stream:
    """A connection for one group at a time; belongs to the loop that it is attached to."""

    def __init__(self, connection: PoolProxiedConnection, *, lock: str, add: str) -> None:
        """
        Make *connection* ready, which may take a while.

        Args:
            lock: The statement that takes the turn.
            add: The one that adds a group and returns its first position.

        Raises:
            psycopg.OperationalError: If the database does not answer.
        """
        driver: Any = connection.driver_connection
        driver.autocommit = True
        self._connection = connection
        self._line = driver.pgconn
        for name, statement in ((_LOCK, lock), (_ADD, add)):
            prepared = self._line.prepare(name, statement.encode())
            if prepared.status != ExecStatus.COMMAND_OK:
                raise OperationalError(prepared.error_message.decode(errors="replace"))
        self._line.enter_pipeline_mode()
        self._line.nonblocking = 1
        self._heard: Heard | None = None  # who waits for an answer
        self._first: int | None = None
        self._failed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = self._line.socket

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let *loop* hear what the database answers."""
        self._loop = loop
        loop.add_reader(self._socket, self._hear)

    @property
    def open(self) -> bool:
        """Whether a group can be sent."""
        return self._loop is not None

    def send(self, group: list[bytes], heard: Heard) -> None:
        """Send what *group* holds; *heard* is called when the database has answered, or is gone."""
        self._heard = heard
        try:
            self._line.send_query_prepared(_LOCK, None)
            self._line.send_query_prepared(_ADD, group)
            self._line.pipeline_sync()
        except Error:
            self.close()
        else:
            self._flush()

    def close(self) -> None:
        """Give the connection up; who waits hears that it is not known to be stored."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        with contextlib.suppress(Error):  # gone already
            self._connection.invalidate()
        self._tell(None)

    def _flush(self) -> None:
        """Send what the line takes now, and the rest when it takes more."""
        if self._loop is None:
            return
        try:
            rest = self._line.flush()
        except Error:
            self.close()
            return
        if rest:
            self._loop.add_writer(self._socket, self._flush)
        else:
            self._loop.remove_writer(self._socket)

    def _hear(self) -> None:
        try:
            self._line.consume_input()
            while self._heard is not None and not self._line.is_busy():
                self._take(self._line.get_result())
        except Error:
            self.close()

    def _take(self, result: Any) -> None:
        """Take one answer: to the lock, to the rows, or to the sync, which ends a group."""
        if result is None:  # between two statements
            return
        if result.status == ExecStatus.PIPELINE_SYNC:  # nothing is committed before
            first = None if self._failed else self._first
            self._first, self._failed = None, False
            self._tell(first)
        elif result.status == ExecStatus.TUPLES_OK:
            self._first = int(result.get_value(0, 0) or 0)
        else:
            self._failed = True

    def _tell(self, first: int | None) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            heard(first)
