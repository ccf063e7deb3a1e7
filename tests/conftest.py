"""What all tests share."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

import scanner.database

ROOT = Path(__file__).parent.parent


expect.set_options(timeout=60_000)  # milliseconds: a slow machine is no failure


def pytest_xdist_auto_num_workers():
    """Run one process more than there are processors, up to four: much of the time is waiting."""
    return min(4, (os.cpu_count() or 1) + 1)


def pytest_collection_modifyitems(items):
    """Run tests with a browser of pytest-playwright last: it leaves its event loop running."""
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    """A developer's own KAPSEL_… variables do not change what is tested."""
    for name in list(os.environ):
        if name.startswith("KAPSEL_") and name != "KAPSEL_BROWSER":
            monkeypatch.delenv(name)


@pytest.fixture
def context(context):
    """A new visitor's browser, that is given time on a slow machine."""
    context.set_default_timeout(60_000)  # milliseconds
    return context


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the browser that a scan would start, and lead every host name to loopback."""
    path = os.environ.get("KAPSEL_BROWSER") or next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None
    )
    return {
        **browser_type_launch_args,
        **({"executable_path": path} if path else {}),
        "args": ["--host-resolver-rules=MAP * 127.0.0.1", "--ignore-certificate-errors"],
    }


# --- PostgreSQL, started by the tests -----------------------------------------------------------


def _postgres_binaries():
    """Return the folder of initdb and pg_ctl: on the PATH, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return max((f for f in folders if (f / "initdb").exists()), default=None)


def _postgres_user():
    """Return who may run PostgreSQL, which refuses root: None, unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@pytest.fixture(scope="session")
def postgres():
    """The folder of the Unix socket of a PostgreSQL that lives as long as the tests."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's initdb is not here: apt-get install postgresql")
    user = _postgres_user()
    folder = Path(tempfile.mkdtemp(prefix="kapsel-pg-", dir="/tmp"))  # a socket's path is short
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if user is not None:
        shutil.chown(folder, user)
        run |= {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    data = folder / "data"
    initdb = [binaries / "initdb", "-D", data, "-U", "kapsel", "-A", "trust", "-E", "UTF8"]
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    pg_ctl = [binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w"]
    try:
        subprocess.run([*initdb, "--no-sync", "--locale=C"], **run)
        subprocess.run([*pg_ctl, "-o", options, "start"], **run)
        _administer(folder, f"CREATE DATABASE {_MIGRATED}")
        scanner.database.open_database(f"postgresql://kapsel@/{_MIGRATED}?host={folder}").dispose()
        yield folder
    finally:
        if (data / "postmaster.pid").exists():
            subprocess.run([*pg_ctl, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder)


def _administer(folder, statement):
    """Run *statement* on the PostgreSQL of the socket in *folder*."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    where = f"host={folder} user=kapsel dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(statement)


# --- databases: migrated once and copied, since fourteen migrations take 80 ms of a processor ----

_MIGRATED = "migrated"  # name of the database that is copied


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of a database without rows, of either kind, as --database takes it."""
    if request.param == "sqlite":
        yield str(tmp_path / "kapsel.db")
    else:
        yield from _new_postgresql(request, _MIGRATED)


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated(request, tmp_path):
    """The address of a database without tables, of either kind, as --database takes it."""
    if request.param == "sqlite":
        path = tmp_path / "kapsel.db"
        path.touch()
        yield str(path)
    else:
        yield from _new_postgresql(request, "template1")


def _new_postgresql(request, template):
    folder = request.getfixturevalue("postgres")
    name = f"kapsel_{uuid.uuid4().hex}"
    _administer(folder, f'CREATE DATABASE "{name}" TEMPLATE {template}')
    yield f"postgresql://kapsel@/{name}?host={folder}"
    _administer(folder, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session", autouse=True)
def _tables_are_copied(tmp_path_factory):
    """Give a SQLite file that is not there yet the tables of one that was migrated."""
    migrated = tmp_path_factory.mktemp("tables") / "migrated.db"
    scanner.database.open_database(str(migrated)).dispose()
    upgrade = scanner.database.upgrade_database

    def copy(engine, *, to="head"):
        path = Path(engine.url.database)
        absent = engine.dialect.name == "sqlite" and not path.exists() and path.parent.exists()
        if absent and to == "head":
            shutil.copyfile(migrated, path)
        upgrade(engine, to=to)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner.database, "upgrade_database", copy)
        yield
