"""The database, and the two files that prove the log: its key and its checkpoints."""

from __future__ import annotations

import datetime as dt
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

#: What helps where the database cannot be opened: a file, and PostgreSQL.
_WAY_OUT = {
    False: "name the right file with --database, or bring a backup back",
    True: "see that PostgreSQL runs, and that KAPSEL_DATABASE names it, its user and its password",
}

CLOCK = 60.0  # seconds that two clocks may differ

LITTLE_SPACE = 1 << 30  # bytes that should be free beside the database


def storage(settings: Settings) -> Iterator[Check]:
    """Look at the database of *settings* without changing it, and at what lies beside it."""
    yield from _database(settings.database)
    if "://" not in settings.database and Path(settings.database).absolute().parent.is_dir():
        yield _space(Path(settings.database))
    yield _key(settings.key_file, signed=_signed(settings.database))
    yield _checkpoints(settings)


def _database(address: str) -> Iterator[Check]:
    if "://" not in address:
        file = _file(Path(address))
        if file is not None:
            yield file
            return
    try:
        yield from _opened(address)
    except KapselError as exc:
        yield bad("database", str(exc), _WAY_OUT["://" in address])


def _file(file: Path) -> Check | None:
    """Return why the database cannot be *file*; None: it can."""
    try:
        file.stat()
    except FileNotFoundError:
        folder = file.absolute().parent
        if not folder.is_dir():
            advice = "make the folder, or name the database with --database"
            return bad("database", f"there is no folder {folder}", advice)
        return note("database", f"{file} is not there yet", "the first scan or server makes it")
    except OSError as exc:
        return bad("database", f"{file} cannot be read: {exc.strerror}", _AS_THE_SERVER)
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        said = f"{file}, or the folder it is in, cannot be written by this user"
        return bad("database", said, _AS_THE_SERVER)
    return None


def _opened(address: str) -> Iterator[Check]:
    from consent_server.log.clocks import database_time, newest_receipt
    from scanner.database import answering, check_database, open_database, unwritable

    engine = open_database(address, upgrade=False)
    try:
        if faults := check_database(engine):
            says_how = any(" revision " in fault for fault in faults)
            advice = None if says_how else _WAY_OUT["://" in address]
            yield bad("database", "; ".join(faults), advice)
            return
        with answering():
            if barred := unwritable(engine):
                advice = "let the user in KAPSEL_DATABASE own the tables, on the primary"
                yield bad("database", "; ".join(barred), advice)
            else:
                kind = "PostgreSQL" if "://" in address else address
                yield good("database", f"{kind} is whole and up to date")
            newest, there = newest_receipt(engine), database_time(engine)
        yield clock(dt.datetime.now(dt.UTC), newest=newest, there=there)
    finally:
        engine.dispose()


def clock(now: dt.datetime, *, newest: dt.datetime | None, there: dt.datetime | None) -> Check:
    """
    Hold this machine's clock, which says *now*, against what the database knows.

    Args:
        now: In UTC.
        newest: When the newest decision was received.
        there: What time it is by the database's server, if it has one.
    """
    advice = "set the clock of each machine by NTP: decisions bear the server's time"
    if there is not None and abs((there - now).total_seconds()) > CLOCK:
        away = abs((there - now).total_seconds())
        said = f"PostgreSQL's clock and this machine's are {away:.0f} seconds apart"
        return bad("clock", said, advice)
    if newest is not None and (newest - now).total_seconds() > CLOCK:
        said = f"it is {now:%Y-%m-%d %H:%M} UTC here, and the newest decision came at"
        return bad("clock", f"{said} {newest:%Y-%m-%d %H:%M}: one of the two is wrong", advice)
    return good("clock", "nothing in the database is from the future")


def _space(file: Path) -> Check:
    try:
        free = shutil.disk_usage(file.resolve().parent).free
    except OSError as exc:
        return bad("disk", f"{file.resolve().parent}: {exc.strerror}")
    said = f"{free / (1 << 30):.1f} GiB free beside the database"
    if free < LITTLE_SPACE:
        return bad("disk", said, "make room: a full disk stops the log")
    return good("disk", said)


def _signed(address: str) -> int:
    """Return how many leaves of the log at *address* are signed for; 0 where that is not known."""
    from consent_server.log.tree import signed_leaves
    from scanner.database import answering, must_exist, open_database

    try:
        must_exist(address)
        engine = open_database(address, upgrade=False)
        try:
            with answering():
                return signed_leaves(engine)
        finally:
            engine.dispose()
    except (KapselError, OSError):
        return 0  # what is wrong with it was told already


def _key(file: Path, *, signed: int) -> Check:
    """Look at the key in *file*, which *signed* so many leaves."""
    from consent_server.log.signing import signing_key

    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        if signed:
            said = f"{file} is not there, but the log is signed, with {signed} leaves"
            advice = "bring it back, or name it with KAPSEL_SIGNING_KEY: another one proves nothing"
            return bad("signing key", said, advice)
        return note("signing key", f"{file} is not there yet", "the first 'kapsel serve' makes it")
    except OSError as exc:
        return bad("signing key", f"{file} cannot be read: {exc.strerror}", _AS_THE_SERVER)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return bad("signing key", f"{file} can be read by others", f"chmod 600 {file}")
    try:
        signing_key(file)
    except KapselError as exc:
        return bad("signing key", str(exc), "bring the key back from a backup: it signed the log")
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
