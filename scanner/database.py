"""Open the one database of catalogue and log: a SQLite file, or PostgreSQL by URL."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from scanner.errors import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import Connection

log = structlog.get_logger(__name__)

#: Milliseconds that SQLite waits for another process's write to end.
BUSY_TIMEOUT = 10_000

#: Milliseconds that SQLite waits for readers of its write-ahead log to end: writers wait, too.
FORGET_TIMEOUT = 500

#: Pages of SQLite's write-ahead log, 16 MB, after which it is taken into the file: a page that
#: changes often is copied seldom.
WAL_PAGES = 4000

#: PostgreSQL advisory lock held during migration, so that servers may start together.
_MIGRATION_LOCK = 0x6B617073656C

#: PostgreSQL advisory lock of the transactions of `writing_alone`.
_WRITING_LOCK = 0x6B617073656D

_AT_ONE_MOMENT = {
    "sqlite": "BEGIN",
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
}

_MIGRATIONS = Path(__file__).parent / "migrations"

#: Alembic keeps what it works on in its module, so one thread of a process migrates at a time.
_migrating = threading.Lock()


def open_database(address: str, *, upgrade: bool = True) -> Engine:
    """
    Return an engine for the database at *address*; call ``dispose()`` on it when done.

    Args:
        address: A file's path (SQLite; created if absent) or a ``postgresql://`` URL.
        upgrade: Bring its tables up to date first.

    Raises:
        DatabaseUnusable: If it cannot be opened, or was written by a newer Kapsel.
    """
    url = _url(address)
    try:
        engine = create_engine(
            url,
            pool_pre_ping=url.get_backend_name() == "postgresql",
            hide_parameters=True,  # an error's text may reach a log, and they may be personal
        )
    except ModuleNotFoundError as exc:
        raise DatabaseUnusable(
            "PostgreSQL needs psycopg: install Kapsel as 'kapsel[postgres]'"
        ) from exc
    prepare = _prepare_sqlite if url.get_backend_name() == "sqlite" else _prepare_postgresql
    event.listen(engine, "connect", prepare)
    if upgrade:
        try:
            upgrade_database(engine)
        except DatabaseUnusable:
            engine.dispose()
            raise
        except DBAPIError as exc:
            engine.dispose()
            place = url.render_as_string(hide_password=True)
            raise DatabaseUnusable(f"cannot use the database {place}: {_reason(url, exc)}") from exc
    return engine


def _reason(url: URL, fault: DBAPIError) -> str:
    """Return why the database at *url* cannot be opened; SQLite's own words name no cause."""
    if url.get_backend_name() == "sqlite" and url.database:
        folder = Path(url.database).absolute().parent
        if not folder.is_dir():
            return f"there is no folder {folder}"
        if not os.access(folder, os.W_OK):
            return f"{folder} may not be written by this user: {fault.orig}"
    return str(fault.orig)


def upgrade_database(engine: Engine, *, to: str = "head") -> None:
    """
    Bring the tables of *engine*'s database up to date, or to the revision *to*.

    Raises:
        DatabaseUnusable: If a newer Kapsel has already changed it.
    """
    if to == "head" and is_up_to_date(engine):
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _alembic_config()
    script = ScriptDirectory.from_config(config)
    with _migrating, engine.connect() as connection, _alone(connection):
        current = database_revision(connection)
        if current == script.get_current_head():
            return
        if current is not None and current not in {r.revision for r in script.walk_revisions()}:
            raise DatabaseUnusable(_too_new(current))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
    if current is not None:
        log.warning(
            "the database was brought up to date: start anew whatever was running on it",
            was=current,
        )


def is_up_to_date(engine: Engine) -> bool:
    """Return whether the newest revision is there, without Alembic, which is ten megabytes."""
    newest = max(path.stem for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    try:
        with engine.connect() as connection:
            current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError:  # an empty database has no such table
        return False
    return current == newest.partition("_")[0]


def at_one_moment(connection: Connection) -> None:
    """Let *connection*, which has read nothing yet, read all as it is when it reads first."""
    connection.exec_driver_sql(_AT_ONE_MOMENT[connection.dialect.name])


@contextlib.contextmanager
def writing_alone(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that goes by what it reads: no other of this kind runs meanwhile."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING_LOCK})")
        yield connection


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other processes from migrating the same database meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        return
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATION_LOCK})")
        connection.commit()


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Say, where the database fails inside the block, that it is unusable.

    Raises:
        DatabaseUnusable: Then.
    """
    try:
        yield
    except DBAPIError as exc:
        raise DatabaseUnusable(f"the database does not answer: {exc.orig}") from exc


def dialect_named(name: str) -> Any:
    """Return SQLAlchemy's module of the dialect *name*; the other one is never loaded."""
    if name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql
    from sqlalchemy.dialects import sqlite

    return sqlite


def check_database(engine: Engine) -> tuple[str, ...]:
    """Return what is wrong with *engine*'s database, one line each; it changes nothing."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_alembic_config())
    head = script.get_current_head()
    try:
        with engine.connect() as connection:
            revision = database_revision(connection)
            damage: list[str] = []
            if connection.dialect.name == "sqlite":
                answers = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
                damage = [f"the file is damaged: {line}" for line in answers if line != "ok"]
    except DBAPIError as exc:
        return (f"the database cannot be read: {exc.orig}",)
    if revision is not None and revision not in {r.revision for r in script.walk_revisions()}:
        damage.append(_too_new(revision))
    elif revision != head:
        damage.append(
            f"the database is at revision {revision or 'none'}, not {head}: "
            "run 'kapsel database upgrade'"
        )
    return tuple(damage)


def unwritable(engine: Engine) -> tuple[str, ...]:
    """Return why *engine*'s user cannot write PostgreSQL, one line each; SQLite is a file."""
    if engine.dialect.name == "sqlite":
        return ()
    from scanner.tables import metadata

    may = func.has_table_privilege
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
            return ("this PostgreSQL is a standby, which only reads",)
        if connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on":
            return ("this user's transactions only read",)
        barred = [
            name
            for name in sorted(metadata.tables)
            if not connection.execute(select(may(name, "INSERT, UPDATE, DELETE"))).scalar()
        ]
    return (f"this user may not write {', '.join(barred)}",) if barred else ()


def _too_new(revision: str) -> str:
    return (
        f"the database is at revision {revision}, which this Kapsel does not know: "
        "install the newer Kapsel that wrote it"
    )


def must_exist(address: str) -> None:
    """
    Let the database at *address* pass unless it is a file that is not there.

    Raises:
        DatabaseUnusable: Then: to open it would make an empty one.
    """
    if "://" not in address and not Path(address).exists():
        raise DatabaseUnusable(
            f"{address}: there is no such database: name the one of 'kapsel serve' and "
            "'kapsel scan' with --database, or KAPSEL_DATABASE"
        )


def back_up(engine: Engine, file: Path) -> None:
    """
    Copy *engine*'s SQLite database to *file* while it is in use; then check the copy.

    Raises:
        DatabaseUnusable: If *file* is there already, the copy is not whole, or it is PostgreSQL.
    """
    if engine.dialect.name != "sqlite":
        raise DatabaseUnusable("PostgreSQL has its own tool for that: pg_dump --format=custom")
    if file.exists():
        raise DatabaseUnusable(f"{file} is there already: a backup overwrites nothing")
    part = file.with_name(f"{file.name}.part")  # so that what bears its name is whole
    try:
        _copy(engine, part)
        part.rename(file)
    except (DBAPIError, OSError) as exc:
        raise DatabaseUnusable(f"the backup {file} failed: {getattr(exc, 'orig', exc)}") from exc
    finally:
        part.unlink(missing_ok=True)


def _copy(engine: Engine, file: Path) -> None:
    file.unlink(missing_ok=True)  # of a backup that was killed
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    copy = open_database(str(file), upgrade=False)
    try:
        faults = check_database(copy)
    finally:
        copy.dispose()
    if faults:
        raise DatabaseUnusable("\n".join((f"the backup {file} is not whole:", *faults)))


def forget_erased(engine: Engine) -> bool:
    """
    Take what was erased out of SQLite's write-ahead log too; False: not now, as others read there.

    PostgreSQL does so by itself, when it vacuums and takes its own log back.
    """
    if engine.dialect.name != "sqlite":
        return True
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {FORGET_TIMEOUT}")
            try:
                answer = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    except DBAPIError:  # the disk is full, or the file is gone
        return False
    return not answer.busy


def database_revision(connection: Connection) -> str | None:
    """Return the revision that the database is at; None: it is empty."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _url(address: str) -> URL:
    if "://" not in address:
        return URL.create("sqlite", database=address)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as exc:
        raise DatabaseUnusable(f"'{address}' is neither a file's path nor a database URL") from exc
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUnusable(
            f"'{url.drivername}' is not supported: use a file's path or a postgresql:// URL"
        )
    return url


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Spare questions that take milliseconds their compilation, which takes hundreds."""
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what a durable log needs; FULL makes each commit wait for the disk."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
    cursor.close()
