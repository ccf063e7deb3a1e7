"""What is counted behind those who wait is what stands there, whatever happened meanwhile."""

import datetime as dt
import itertools
import random
import uuid
from collections import Counter

import pytest
from sqlalchemy import delete, func, select

from consent_server.given import Given
from consent_server.log import ConsentLog, counting, rows
from consent_server.log.ledger import Ledger
from consent_server.log.statistics import APART, IGNORED
from consent_server.model import Action, ConsentRecord, Filter, Surface
from scanner.database import open_database
from scanner.tables import consent, counted, daily, open_day

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
CHOICES = (
    {},
    {"functional": True},
    {"functional": False},
    {"functional": True, "marketing": False},
)


def records(count, seed=7):
    """Return decisions of ten days, in the order in which they come: some late, of any kind."""
    chance = random.Random(seed)
    return [
        ConsentRecord(
            id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            site=chance.choice(("shop", "other")),
            revision=chance.choice(("r1", "r2")),
            choices=chance.choice(CHOICES),
            action=chance.choice(list(Action)),
            language=chance.choice(("nb", "sv")),
            decided_at=moment,
            received_at=moment,
            page=None,
            gpc=False,
            surface=chance.choice((None, Surface.BANNER, Surface.API)),
            country=chance.choice((None, "NO")),
            layout=chance.choice((None, "box")),
        )
        for n in range(count)
        for moment in [NOON + dt.timedelta(days=max(0, n * 10 // count - chance.randrange(3)))]
    ]


def expected(found, ignored, by=(), **only):
    """Count, one by one, what the statistics should say: decisions, shown, accepted, …"""
    told = {}
    for each in found:
        if any(getattr(each, name) != value for name, value in only.items()):
            continue
        sums = told.setdefault(
            (each.received_at.date(), *(getattr(each, n) for n in by)), Counter()
        )
        answers = set(each.choices.values())
        unasked = each.action in (Action.WITHDRAW, Action.GPC)
        sums["decisions"] += 1
        sums[each.action.value] += 1
        sums["shown"] += not unasked and each.surface in (None, Surface.BANNER)
        sums["accepted"] += answers == {True}
        sums["rejected"] += answers == {False}
        sums["marketing refused"] += each.choices.get("marketing") is False
    for day, given in ignored:
        values = dict(zip(rows.ANSWER_NAMES, given, strict=True))
        if all(values[name] == value for name, value in only.items()):
            sums = told.setdefault((day, *(values[name] for name in by)), Counter())
            sums["ignored"] += 1
            sums["shown"] += 1
    return {key: +sums for key, sums in told.items()}


def said(days):
    return {
        (day.day, *day.apart.values()): +Counter(
            {
                "decisions": day.decisions,
                **day.actions,
                "shown": day.shown,
                "accepted": day.accepted,
                "rejected": day.rejected,
                "marketing refused": day.refused["marketing"],
                "ignored": day.ignored,
            }
        )
        for day in days
    }


def watched(monkeypatch, name):
    """Return what grows with each call of a function of `counting`."""
    calls, function = [], getattr(counting, name)

    def noted(*arguments):
        calls.append(arguments)
        return function(*arguments)

    monkeypatch.setattr(counting, name, noted)
    return calls


@pytest.mark.anyio
async def test_counts_are_exact_after_all_that_can_happen(database, monkeypatch):
    """Two processes add, days end and are touched again, decisions are erased at any place."""
    monkeypatch.setattr(counting, "EVERY", 16)
    ways = [watched(monkeypatch, name) for name in ("_told", "_looked_up")]
    engine = open_database(database)
    ledgers = [Ledger(engine), Ledger(engine)]
    at_work = [ledgers[n] for n in (*[0] * 9, *[1] * 9, 0, 1, 0, 1)]
    given, gone, kept, ignored = records(400), set(), [], []
    chance = random.Random(1)
    left = ("shop", "r1", "nb", IGNORED, None, None, None, None, "banner", None, "box")
    for ledger, n in zip(itertools.cycle(at_work), range(0, 400, 8), strict=False):
        group = given[n : n + 8]
        ledger.append(group)
        kept += group
        ledger.count()
        if n % 40 == 0:
            moment = group[0].received_at
            ledger.tally(left, now=moment)
            ignored.append((moment.date(), left))
        if n % 56 == 0:
            keys = {each.id for each in chance.sample(kept, 5)}
            ledger.erase(consent.c.id.in_(sorted(keys)), reason="asked for", now=NOON)
            gone |= keys
    held = [each for each in given if each.id not in gone]
    assert all(ways)

    async with ConsentLog.open(engine) as log:
        for wanted in (
            {},
            {"site": "shop"},
            {"language": "nb"},
            {"site": "other", "country": "NO"},
            {"action": Action.SAVE},
            {"surface": Surface.API, "revision": "r2"},
            {"language": "sv", "revision": "r1"},
            {"site": "shop", "language": "sv", "country": "NO", "revision": "r1"},
        ):
            counted_now = [
                each
                for each in held
                if all(getattr(each, name) == value for name, value in wanted.items())
            ]
            assert await log.count(Filter(**wanted)) == len(counted_now), wanted
            for by in (
                (),
                *((name,) for name in APART),
                ("site", "layout"),
                ("language", "country"),
                ("country", "site", "revision"),
                tuple(APART),
            ):
                days = await log.statistics(Filter(**wanted), by=by)
                assert said(days) == expected(given, ignored, by, **wanted), (wanted, by)
        days = await log.statistics(Filter(since=NOON + dt.timedelta(days=2), until=NOON))
        assert days == ()
        with engine.begin() as connection:  # as a server from before 0015 would leave a day
            first = select(func.min(daily.c.day)).scalar_subquery()
            removal = delete(daily).where(daily.c.dimension == "together", daily.c.day == first)
            assert connection.execute(removal).rowcount > 0
        by = ("language", "country")
        assert said(await log.statistics(Filter(), by=by)) == expected(given, ignored, by)
    with engine.connect() as connection:
        over = set(connection.execute(select(daily.c.day).distinct()).scalars())
        still = set(connection.execute(select(open_day.c.day)).scalars())
        assert over
        assert still
        assert not over & still
        assert 0 < connection.execute(select(counted.c.leaves)).scalar_one() <= 400 + len(gone)
    for ledger in ledgers:
        ledger.close()
    engine.dispose()


def test_a_day_that_was_added_up_is_open_again_when_something_comes_late(database):
    engine = open_database(database)
    ledger = Ledger(engine)
    (number,) = Given(engine).numbers([rows.to_answer(records(1)[0])])
    with ledger.turn() as (connection, _):
        for day in (1, 2, 9):
            counting.ignored(connection, day=day, given=number)
        counting._close(connection, before=8)
        assert set(connection.execute(select(open_day.c.day)).scalars()) == {9}

        counting.ignored(connection, day=2, given=number)

        assert set(connection.execute(select(open_day.c.day)).scalars()) == {2, 9}
        assert set(connection.execute(select(daily.c.day)).scalars()) == {1}
    engine.dispose()
