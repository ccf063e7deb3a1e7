"""Groups that the event loop itself sends, on a real PostgreSQL; SQLite has no such line."""

import asyncio
import contextlib

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select, text

from consent_server.log import ConsentLog, counting, ledger, writer
from consent_server.log.leaf import split
from consent_server.log.verify import verify
from consent_server.model import Filter
from scanner.database import open_database
from scanner.tables import counted, leaf_group
from tests.consent_server.log.test_log import record

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]

WAITERS = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


async def until(asked):
    async with asyncio.timeout(60):
        while not asked():  # noqa: ASYNC110 - a database says nothing by itself
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def streaming(database):
    """Open the log, with one decision in it and a line to send others on."""
    engine = open_database(database)
    try:
        async with ConsentLog.open(engine) as log:
            await log.append(record(0))
            await until(lambda: log._ledger._stream is not None and log._ledger._stream.open)
            yield engine, log
    finally:
        engine.dispose()


async def test_what_the_loop_sends_is_stored_in_the_tree_without_the_thread(database, monkeypatch):
    def refused(*_):
        raise AssertionError("the thread was asked")

    async with streaming(database) as (engine, log):
        monkeypatch.setattr(ledger.Ledger, "append", refused)
        outcomes = await asyncio.gather(*(log.append(record(n)) for n in range(1, 41)))

        assert outcomes == [True] * 40
        assert await log.get(record(7).id) == record(7)
        with engine.connect() as connection:
            groups = connection.execute(select(leaf_group).order_by(leaf_group.c.first)).all()
        assert [place for group in groups for place, _ in split(*group)] == list(range(41))
        assert verify(engine, key=SigningKey.generate().verify_key).faults == ()


async def test_what_was_there_already_is_told_so_and_the_others_are_new(database):
    async with streaming(database) as (_, log):
        outcomes = await asyncio.gather(*(log.append(record(n)) for n in (1, 0, 2, 2)))

        assert sorted(outcomes) == [False, False, True, True]
        assert outcomes[1] is False
        assert await log.count(Filter()) == 3


async def test_a_group_whose_line_is_cut_is_stored_once_all_the_same(database):
    async with streaming(database) as (engine, log):
        with engine.connect() as other:
            other.execute(text(ledger._BEGIN["postgresql"]))  # so that the group has to wait
            sent = [asyncio.ensure_future(log.append(record(n))) for n in range(1, 9)]
            found = []
            await until(lambda: found.extend(other.execute(WAITERS).scalars()) or found)
            assert other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": found[0]})

        assert await asyncio.gather(*sent) == [True] * 8
        assert await log.append(record(3)) is False
        assert await log.count(Filter()) == 9


async def test_two_servers_that_send_at_once_count_each_decision_once(database, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 20)
    monkeypatch.setattr(writer, "SENT", 10)
    async with streaming(database) as (engine, log), streaming(database) as (_, other):
        for first in range(1, 201, 20):
            some = (record(n) for n in range(first, first + 20))
            each = (server.append(one) for one, server in zip(some, [log, other] * 10, strict=True))
            await asyncio.gather(*each)

        def leaves():
            with engine.connect() as connection:
                return connection.execute(select(counted.c.leaves)).scalar_one()

        await until(lambda: leaves() > 100)  # they are counted beside the sending
        days = await log.statistics(Filter())

    assert sum(day.shown for day in days) == 201
