"""A server that can store nothing says so, and takes it back by itself."""

import contextlib
import sqlite3
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text

from consent_server.log import ConsentLog, readiness
from consent_server.log.ledger import Ledger
from scanner.database import open_database
from scanner.errors import LogUnavailable
from tests.consent_server.log.test_log import record

pytestmark = pytest.mark.anyio


@contextlib.contextmanager
def unready(words):
    with pytest.raises(LogUnavailable, match=words):
        yield


@contextlib.asynccontextmanager
async def opened(address):
    engine = open_database(str(address))
    try:
        async with ConsentLog.open(engine) as log:
            yield log
    finally:
        engine.dispose()


@pytest.fixture
def uncounted(monkeypatch):
    """Keep the log from counting: it would open the database at a moment of its own."""
    monkeypatch.setattr(Ledger, "count", lambda ledger: None)


async def test_a_log_that_stores_is_ready(database):
    async with opened(database) as log:
        await log.check()
        await log.append(record(1))
        await log.check()


async def test_after_a_commit_that_failed_it_is_not_ready_until_one_succeeds(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    async with ConsentLog.open(engine) as log:
        await log.append(record(1))
    with engine.connect() as connection:
        pages = [connection.exec_driver_sql("PRAGMA page_count").scalar()]
    engine.dispose()

    def bounded(raw, _):
        raw.execute(f"PRAGMA max_page_count = {pages[0]}").close()

    event.listen(engine, "connect", bounded)
    async with ConsentLog.open(engine) as log:
        await log.check()
        with unready("full"):
            for n in range(2, 500):
                await log.append(record(n, page=f"https://www.shop.example/{'a' * 1900}{n}"))

        for _ in range(2):
            with unready("full"):
                await log.check()
        pages[0] = 1_000_000
        engine.dispose()
        await log.check()
        await log.check()

        assert await log.append(record(1000))
    engine.dispose()


async def test_a_disk_without_room_is_seen_before_a_commit_fails(tmp_path, monkeypatch):
    async with opened(tmp_path / "kapsel.db") as log:
        free = SimpleNamespace(free=readiness.ROOM - 1)
        monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _: free)

        with unready("the disk is full"):
            await log.check()

        free.free += 1
        await log.check()


@pytest.mark.usefixtures("uncounted")
async def test_a_file_that_is_gone_or_replaced_is_noticed(tmp_path):
    file = tmp_path / "kapsel.db"
    async with opened(file) as log:
        await log.append(record(1))
        file.rename(tmp_path / "away.db")
        with unready("is gone"):
            await log.check()

        sqlite3.connect(file).close()
        with unready("is gone"):
            await log.check()

        (tmp_path / "away.db").rename(file)
        await log.check()


@pytest.mark.usefixtures("uncounted")
async def test_a_database_that_takes_no_writes_is_not_ready(database, request):
    engine = open_database(database)
    async with ConsentLog.open(engine) as log:
        await log.append(record(1))
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                name = connection.execute(text("SELECT current_database()")).scalar_one()
                connection.execute(
                    text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
                )
            engine.dispose()
        else:
            log._readiness.heard(stored=False)
            event.listen(engine, "connect", _read_only)
            engine.dispose()

        with unready("cannot be written|readonly"):
            await log.check()
    engine.dispose()


def _read_only(raw, _):
    raw.execute("PRAGMA query_only = ON").close()
