"""The log on a real SQLite file and a real PostgreSQL."""

import asyncio
import contextlib
import datetime as dt
import re
import uuid

import msgspec
import pytest
from sqlalchemy import insert, select, text

from consent_server.log import ConsentLog, rows, selection
from consent_server.log.leaf import split
from consent_server.log.ledger import Ledger
from consent_server.log.query import Question, read_question
from consent_server.model import Action, ConsentRecord, Filter
from scanner.database import open_database
from scanner.errors import DecisionConflict, LogUnavailable
from scanner.tables import consent, leaf_group, offer

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def record(n=0, **changes):
    fields = {
        "id": str(uuid.UUID(int=n, version=4)),
        "site": "shop",
        "revision": "r1",
        "choices": {"functional": True, "marketing": False},
        "action": Action.SAVE,
        "language": "nb",
        "decided_at": NOON + dt.timedelta(seconds=n),
        "received_at": NOON + dt.timedelta(seconds=n, milliseconds=250),
        "page": "https://www.shop.example/",
        "gpc": False,
        "flags": ("late",),
    }
    return ConsentRecord(**fields | changes)


@contextlib.asynccontextmanager
async def opened(database):
    engine = open_database(database)
    try:
        async with ConsentLog.open(engine) as log:
            yield log
    finally:
        engine.dispose()


@pytest.mark.anyio
async def test_a_record_comes_back_as_it_was_stored(database):
    stored = record(1)
    async with opened(database) as log:
        assert await log.append(stored) is True

    async with opened(database) as log:
        assert await log.get(stored.id) == stored
        assert await log.get(stored.id, site="shop") == stored
        assert await log.get(stored.id, site="other") is None
        assert await log.get(record(2).id) is None


@pytest.mark.anyio
async def test_the_same_decision_is_stored_once_whoever_sends_it_and_when(database):
    sent = record(1)
    later = msgspec.structs.replace(sent, received_at=NOON + dt.timedelta(days=1), flags=())
    async with opened(database) as log, opened(database) as other_server:
        together = await asyncio.gather(
            *(server.append(sent) for server in (log, other_server) for _ in range(100))
        )
        again = await log.append(later)

        assert sum(together) == 1
        assert again is False
        assert await log.count(Filter()) == 1
        assert await log.get(sent.id) == sent


def test_one_decision_that_is_there_already_costs_the_others_of_its_group_nothing(database):
    engine = open_database(database)
    ledger = Ledger(engine)
    ledger.append([record(1)])
    several = [record(n) for n in range(2, 2 + 2 * rows.AT_ONCE)]  # more than one statement takes

    added = ledger.append([*several, record(1)])
    again = ledger.append([*several, record(1)])

    with engine.connect() as connection:
        kept = connection.execute(select(consent.c.seq, consent.c.id)).all()
        groups = connection.execute(select(leaf_group)).all()
    positions = sorted(place for group in groups for place, _ in split(*group))
    ledger.close()
    engine.dispose()
    assert (added, again) == ({each.id for each in several}, set())
    assert positions == sorted(seq for seq, _ in kept) == list(range(1 + len(several)))
    assert {key for _, key in kept} == {record(1).id, *added}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changes",
    [
        {"site": "other"},
        {"choices": {"functional": True, "marketing": True}},
        {"choices": {"functional": True}},
        {"action": Action.WITHDRAW},
        {"decided_at": NOON},
        {"revision": "r2"},
        {"gpc": True},
    ],
)
async def test_another_decision_under_the_same_id_is_refused(database, changes):
    async with opened(database) as log:
        await log.append(record(1))

        with pytest.raises(DecisionConflict):
            await log.append(record(1, **changes))

        assert await log.get(record(1).id) == record(1)


@pytest.mark.anyio
async def test_two_different_decisions_under_one_id_in_one_group_are_told_apart(database):
    async with opened(database) as log:
        answers = await asyncio.gather(
            log.append(record(1)),
            log.append(record(1, revision="r2")),
            log.append(record(2)),
            return_exceptions=True,
        )

        assert sorted(map(str, answers)) == sorted(
            ["True", "another decision is stored under this id", "True"]
        )


@pytest.mark.anyio
async def test_a_record_that_the_database_refuses_does_not_spoil_its_neighbours(database):
    spoiled = record(2, decided_at=dt.datetime.max.replace(tzinfo=dt.UTC), language="x" * 10_000)
    spoiled = msgspec.structs.replace(spoiled, page="\x00", revision=None)
    async with opened(database) as log:
        answers = await asyncio.gather(
            log.append(record(1)),
            log.append(spoiled),
            log.append(record(3)),
            return_exceptions=True,
        )

        assert answers[0] is True
        assert isinstance(answers[1], LogUnavailable)
        assert answers[2] is True
        assert await log.count(Filter()) == 2


@pytest.mark.anyio
async def test_pages_follow_each_other_newest_first_without_gap_or_repeat(database):
    same_moment = [record(n, decided_at=NOON) for n in range(100, 105)]
    stored = [*(record(n) for n in range(7)), *same_moment]
    async with opened(database) as log:
        await asyncio.gather(*(log.append(each) for each in stored))

        found, cursor = [], None
        while True:
            pairs = [("limit", "3")] + ([] if cursor is None else [("cursor", cursor)])
            page = await log.find(read_question(pairs))
            assert len(page.records) <= 3
            found.extend(page.records)
            cursor = page.next_cursor
            if cursor is None:
                break

        assert sorted(r.id for r in found) == sorted(r.id for r in stored)
        assert [r.decided_at for r in found] == sorted((r.decided_at for r in found), reverse=True)


@pytest.mark.anyio
async def test_a_record_that_arrives_between_two_pages_moves_nothing(database):
    async with opened(database) as log:
        for n in range(4):
            await log.append(record(n))

        first = await log.find(read_question([("limit", "2")]))
        await log.append(record(9))
        second = await log.find(read_question([("limit", "2"), ("cursor", first.next_cursor)]))

        assert [r.id for r in first.records + second.records] == [
            record(n).id for n in (3, 2, 1, 0)
        ]
        assert second.next_cursor is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([("site", "shop")], [0, 1, 2, 3]),
        ([("site", "nobody")], []),
        ([("from", "2026-11-22T12:00:02Z")], [2, 3, 4]),
        ([("to", "2026-11-22T12:00:02Z")], [0, 1]),
        ([("from", "2026-11-22"), ("to", "2026-11-22")], [0, 1, 2, 3, 4]),
        ([("to", "2026-11-21")], []),
        ([("from", "2026-11-22T13:00:03+01:00")], [3, 4]),
        ([("category", "marketing"), ("granted", "true")], [1]),
        ([("category", "marketing")], [1]),
        ([("category", "marketing"), ("granted", "false")], [0, 2, 4]),
        ([("category", "marketing"), ("category", "functional"), ("granted", "false")], [2]),
        ([("category", "statistics"), ("granted", "false")], []),
        ([("action", "accept-all")], [1]),
        ([("revision", "r2")], [3]),
        ([("language", "sv")], [4]),
        ([("id", str(uuid.UUID(int=2, version=4)).upper())], [2]),
        ([("site", "shop"), ("language", "nb"), ("action", "save")], [0, 3]),
    ],
)
async def test_each_filter_lets_through_what_it_says(database, asked, expected):
    stored = [
        record(0),
        record(1, choices={"functional": True, "marketing": True}, action=Action.ACCEPT_ALL),
        record(2, choices={"functional": False, "marketing": False}, action=Action.REJECT_ALL),
        record(3, choices={"functional": True}, revision="r2"),
        record(4, site="other", language="sv"),
    ]
    async with opened(database) as log:
        await asyncio.gather(*(log.append(each) for each in stored))

        question = read_question(asked)
        found = (await log.find(question)).records
        exported = [r async for group in log.export(question.filter) for r in group]

        assert [r.id for r in found] == [record(n).id for n in reversed(expected)]
        assert exported == list(found)
        assert await log.count(question.filter) == len(expected)


@pytest.mark.anyio
async def test_an_export_goes_on_where_a_cursor_points(database):
    async with opened(database) as log:
        for n in range(4):
            await log.append(record(n))
        first = await log.find(read_question([("limit", "1")]))
        cursor = read_question([("cursor", first.next_cursor)]).cursor

        rest = [r.id async for group in log.export(Filter(), cursor=cursor) for r in group]

        assert rest == [record(n).id for n in (2, 1, 0)]


@pytest.mark.anyio
async def test_erased_is_gone(database):
    async with opened(database) as log:
        await log.append(record(1))
        await log.append(record(2))

        assert await log.erase(record(1).id, site="other") is False
        assert await log.erase(record(1).id, site="shop") is True
        assert await log.erase(record(1).id) is False

        assert [r.id for r in (await log.find(Question())).records] == [record(2).id]


@pytest.mark.anyio
async def test_a_log_that_is_closed_has_stored_all_that_waited(database):
    engine = open_database(database)
    async with ConsentLog.open(engine) as log:
        waiting = [asyncio.ensure_future(log.append(record(n))) for n in range(50)]
        await asyncio.sleep(0)
    engine.dispose()

    assert await asyncio.gather(*waiting) == [True] * 50
    async with opened(database) as log:
        assert await log.count(Filter()) == 50


@pytest.mark.anyio
async def test_sqlite_waits_for_the_disk_and_writes_ahead(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    engine.dispose()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "asked",
    [
        [],
        [("cursor", "1700000000000.7")],
        [("site", "shop")],
        [("site", "shop"), ("cursor", "1700000000000.7")],
        [("site", "shop"), ("from", "2026-11-01"), ("to", "2026-11-22")],
        [("from", "2026-11-01"), ("category", "marketing"), ("granted", "false")],
        [("id", str(uuid.UUID(int=2, version=4)))],
        [("action", "gpc")],
        [("language", "da"), ("cursor", "1700000000000.7")],
        [("revision", "none"), ("from", "2026-11-01")],
        [("country", "NO"), ("cursor", "1700000000000.7")],
        [("service", "Google Analytics"), ("granted", "false"), ("to", "2026-11-22")],
        [("surface", "preferences"), ("action", "save"), ("site", "shop")],
    ],
)
async def test_no_hot_statement_scans_the_table(database, monkeypatch, asked):
    monkeypatch.setattr(selection, "NEAR", 50)  # as few, of these, as 5,000 are of millions
    monkeypatch.setattr(selection, "NEAR_FOR_EACH", 1)
    engine = open_database(database)
    async with ConsentLog.open(engine) as log:
        for first in range(0, 2000, 500):
            await asyncio.gather(*(log.append(record(n)) for n in range(first, first + 500)))
    offers = [
        {"site": f"s{n}", "revision": f"r{n}", "service": f"v{m}", "category": "marketing"}
        for n in range(100)
        for m in range(50)
    ]
    question = read_question([*asked, ("limit", "10")])
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"

    plans = []
    with engine.begin() as connection:
        connection.execute(insert(offer), offers)
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
            connection.execute(text("SET LOCAL random_page_cost = 1"))
        for statement in selection.selections(question, engine.dialect.name):
            whole = statement.compile(engine, compile_kwargs={"literal_binds": True})
            plan = [str(row) for row in connection.exec_driver_sql(f"{explain} {whole}")]
            plans.append(plan)
    engine.dispose()

    for plan in plans:
        assert any("consent_" in line or "sqlite_autoindex_consent" in line for line in plan), plan
        scanned = r"Seq Scan on (consent|offer)|SCAN (consent|offer|one|found|\w+ AS one)'?$"
        assert not any(re.search(scanned, line) for line in plan), plan
    if len(plans) == 2:
        near, merged = plans
        assert any(re.search("SubPlan|CORRELATED SCALAR", line) for line in near)  # one by one
        twice = r"Filter: .*\(SubPlan \d+\) IS NOT NULL"  # the newest of each answer, once more
        assert not any(re.search(twice, line) for line in merged), merged
    if asked == [] or asked[0][0] == "cursor":
        (plan,) = plans
        assert not any("Sort" in line or "TEMP B-TREE" in line for line in plan), plan


class Heard:
    """A letter that notes what happens to it."""

    def __init__(self, record):
        self.heard = []
        self.told = asyncio.Event()
        self._record = record

    def open(self):
        self.heard.append("opened")
        return self._record

    def get_ready(self):
        self.heard.append("ready")

    def tell(self, outcome):
        self.heard.append(outcome)
        self.told.set()


@pytest.mark.anyio
async def test_a_letter_gets_ready_while_its_commit_waits_and_is_told_afterwards(database):
    new, again = Heard(record(1)), Heard(record(1))
    async with opened(database) as log:
        log.hand_in(new)
        await new.told.wait()
        log.hand_in(again)
        await again.told.wait()

    assert new.heard == ["opened", "ready", True]
    assert again.heard[-1] is False
