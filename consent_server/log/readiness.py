"""Whether decisions can be stored now, asked often and without writing as long as all is well."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, literal_column, select

from scanner.errors import LogUnavailable
from scanner.tables import blob

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine

#: Bytes that SQLite's own log grows by before it is taken into the file: see `WAL_PAGES`.
ROOM = 16 << 20

_NOBODYS = b"\x00" * 32  # a digest that no document has
_TRIED = 1 << 16  # bytes: more than a page that is half empty takes


class Readiness:
    """Is told of each commit of *engine*'s database; any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._failing = False
        name = engine.url.database if engine.dialect.name == "sqlite" else None
        self._file = Path(name) if name else None
        self._opened = _identity(self._file) if self._file is not None else None

    def heard(self, *, stored: bool) -> None:
        """Hear whether what was to be stored last is stored."""
        self._failing = not stored

    def check(self) -> None:
        """
        Let it pass if decisions can be stored; after one could not, something is stored to see.

        Raises:
            LogUnavailable: If they cannot, for a reason that can be seen.
            DBAPIError: If the database does not answer, or stores nothing.
        """
        if self._file is not None:
            self._look(self._file)
        if self._failing:
            self._try()
            self._failing = False
        else:
            self._ask()

    def _look(self, file: Path) -> None:
        """Look at the file of SQLite, which may be gone or full while a process has it open."""
        if _identity(file) != self._opened:
            raise LogUnavailable("the database's file is gone, or another is in its place")
        if not os.access(file, os.W_OK):
            raise LogUnavailable("the database cannot be written")
        if shutil.disk_usage(file.parent).free < ROOM:
            raise LogUnavailable("the disk is full")

    def _ask(self) -> None:
        asked: ColumnElement[Any] = literal_column("1")
        if self._engine.dialect.name == "postgresql":
            asked = literal_column("current_setting('transaction_read_only') = 'off'")
        with self._engine.connect() as connection:
            if not connection.execute(select(asked)).scalar_one():
                raise LogUnavailable("the database cannot be written")

    def _try(self) -> None:
        """Store something, and delete it at once."""
        with self._engine.begin() as connection:
            connection.execute(insert(blob).values(digest=_NOBODYS, body=os.urandom(_TRIED)))
            connection.execute(delete(blob).where(blob.c.digest == _NOBODYS))


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what tells *file* from another of its name; None: it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
