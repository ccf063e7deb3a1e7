"""The database, and the two files that prove the log: its key and its checkpoints."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from consent_server.doctor.check import Check, bad, good, note
from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consent_server.settings import Settings

_AS_THE_SERVER = "run this as the server's user, and let that user write there"

LITTLE_SPACE = 1 << 30  # bytes that should be free beside the database


def storage(settings: Settings) -> Iterator[Check]:
    """Look at the database of *settings* without changing it, and at what lies beside it."""
    yield _database(settings.database)
    if "://" not in settings.database:
        yield _space(Path(settings.database))
    yield _key(settings.key_file)
    yield _checkpoints(settings)


def _database(address: str) -> Check:
    from scanner.database import check_database, open_database

    kind = "PostgreSQL" if "://" in address else address
    if "://" not in address:
        try:
            Path(address).stat()
        except FileNotFoundError:
            return note("database", f"{kind} is not there yet", "the first scan or server makes it")
        except OSError as exc:
            return bad("database", f"{address} cannot be read: {exc.strerror}", _AS_THE_SERVER)
        if not os.access(address, os.W_OK) or not os.access(Path(address).parent, os.W_OK):
            said = f"{address}, or the folder it is in, cannot be written by this user"
            return bad("database", said, _AS_THE_SERVER)
    try:
        engine = open_database(address, upgrade=False)
    except KapselError as exc:
        return bad("database", str(exc))
    try:
        faults = check_database(engine)
    finally:
        engine.dispose()
    if faults:
        return bad("database", "; ".join(faults))
    return good("database", f"{kind} is whole and up to date")


def _space(file: Path) -> Check:
    try:
        free = shutil.disk_usage(file.resolve().parent).free
    except OSError as exc:
        return bad("disk", f"{file.resolve().parent}: {exc.strerror}")
    said = f"{free / (1 << 30):.1f} GiB free beside the database"
    if free < LITTLE_SPACE:
        return bad("disk", said, "make room: a full disk stops the log")
    return good("disk", said)


def _key(file: Path) -> Check:
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return note("signing key", f"{file} is not there yet", "the first 'kapsel serve' makes it")
    except OSError as exc:
        return bad("signing key", f"{file} cannot be read: {exc.strerror}", _AS_THE_SERVER)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return bad("signing key", f"{file} can be read by others", f"chmod 600 {file}")
    return good("signing key", f"{file} is its owner's alone")


def _checkpoints(settings: Settings) -> Check:
    file = settings.checkpoint_file
    try:
        there = file.exists()
    except OSError as exc:
        return bad("checkpoints", f"{file} cannot be read: {exc.strerror}", _AS_THE_SERVER)
    if not there and not os.access(file.parent, os.W_OK):
        said = f"{file} is not there, and cannot be made: {file.parent} cannot be written"
        return bad("checkpoints", said, "make the folder, and let the server's user write it")
    if not there:
        return note("checkpoints", f"{file} is not there yet", "the server writes it")
    if not os.access(file, os.W_OK):
        return bad("checkpoints", f"{file} cannot be written", "let the server's user write it")
    if file.resolve().parent == Path(settings.database).resolve().parent:
        said = f"{file} lies beside the database: who alters one can alter both"
        return note("checkpoints", said, "copy it to another machine now and then")
    return good("checkpoints", f"{file} lies apart from the database")
