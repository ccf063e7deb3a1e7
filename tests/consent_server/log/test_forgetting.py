"""What was erased leaves SQLite's write-ahead log too, also when others read there meanwhile."""

import asyncio
import sqlite3
import time

import pytest
import structlog

from consent_server.log import ConsentLog, forgetting
from consent_server.model import Filter
from consent_server.rights.inbox import Inbox
from scanner.database import open_database
from tests.consent_server.log.test_log import record
from tests.consent_server.rights.test_inbox import asked

pytestmark = pytest.mark.anyio

PAGE = "https://www.shop.example/very-particular-page"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    monkeypatch.setattr(forgetting, "PATIENCE", 0.05)
    monkeypatch.setattr(forgetting, "AGAIN", 0.05)
    engine = open_database(str(tmp_path / "kapsel.db"))
    yield engine
    engine.dispose()


@pytest.fixture
def reader(tmp_path, engine):
    """Somebody who has begun to read, as a backup does, and does not end."""
    reader = sqlite3.connect(tmp_path / "kapsel.db", isolation_level=None)
    yield reader
    reader.close()


def begin_to_read(reader):
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM consent").fetchone()


def stands_in(folder):
    return any(PAGE.encode() in path.read_bytes() for path in folder.iterdir())


async def leaves(folder):
    """Wait until nothing of it stands in the files any more."""
    deadline = time.monotonic() + 60
    while stands_in(folder):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_reader_keeps_nobody_waiting_and_what_it_kept_is_forgotten_after_it(
    engine, reader, tmp_path
):
    async with ConsentLog.open(engine) as log:
        await log.append(record(1, page=PAGE))
        begin_to_read(reader)

        assert await log.erase(record(1).id)
        assert await log.append(record(2))
        assert stands_in(tmp_path)
        reader.execute("COMMIT")

        await leaves(tmp_path)


async def test_a_request_that_is_erased_leaves_it_too_once_nobody_reads(engine, reader, tmp_path):
    inbox = Inbox(engine)
    request = asked(message=PAGE)
    async with ConsentLog.open(engine) as log:
        inbox.add(request)
        begin_to_read(reader)

        assert inbox.erase(request.id)
        await log.forget()
        assert stands_in(tmp_path)
        reader.execute("COMMIT")

        await leaves(tmp_path)


async def test_a_log_that_is_closed_before_says_what_stays(engine, reader):
    with structlog.testing.capture_logs() as said:
        async with ConsentLog.open(engine) as log:
            await log.append(record(1, page=PAGE))
            begin_to_read(reader)
            assert await log.erase(record(1).id)

    assert [line["log_level"] for line in said] == ["warning"]
    assert "until its readers end" in said[0]["event"]


async def test_visitors_have_their_turn_between_two_groups_of_erasures(engine, monkeypatch):
    monkeypatch.setattr("consent_server.log.MAX_ERASED", 2)
    monkeypatch.setattr("consent_server.log.ledger.MAX_ERASED", 2)
    rested = asyncio.Event()
    real = asyncio.sleep

    async def rest(seconds):
        rested.set()
        await real(0)

    async with ConsentLog.open(engine) as log:
        await asyncio.gather(*(log.append(record(n)) for n in range(5)))
        monkeypatch.setattr("consent_server.log.asyncio.sleep", rest)

        assert await log.erase_all(Filter(site="shop"), reason="too old") == 5

    assert rested.is_set()
