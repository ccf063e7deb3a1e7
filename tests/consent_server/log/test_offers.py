"""A record says of each service whether it was granted, refused or not offered."""

import contextlib
import datetime as dt
import json
import zlib

import pytest
from sqlalchemy import insert, select

from consent_server.log import ConsentLog
from consent_server.log.offers import offered
from consent_server.log.query import read_question
from consent_server.log.releases import Releases
from consent_server.model import Action, ConsentRecord
from scanner.database import open_database, upgrade_database
from scanner.tables import blob, offer, release

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
SERVICES = frozenset(
    {
        ("Google", "statistics"),
        ("Google", "marketing"),
        ("Hotjar", "statistics"),
        ("tracker.example", "marketing"),
    }
)


def item(vendor, category, *, party="third", domain=".www.tracker.example"):
    return {"vendor": vendor, "category": category, "party": party, "domain": domain}


def record(n, *, revision="r1", statistics=None, marketing=None, **services):
    choices = {"statistics": statistics, "marketing": marketing}
    return ConsentRecord(
        id=f"00000000-0000-4000-8000-{n:012}",
        site="shop",
        revision=revision,
        choices={name: granted for name, granted in choices.items() if granted is not None},
        action=Action.SAVE,
        language="nb",
        decided_at=NOW - dt.timedelta(minutes=n),
        received_at=NOW,
        page=None,
        gpc=False,
        services=services,
    )


@contextlib.asynccontextmanager
async def filled(database, *records):
    engine = open_database(database)
    parts = {"facts": b"{}", "engine": b"", "script": b""}
    Releases(engine).keep("shop", "r1", **parts, services=SERVICES)
    Releases(engine).keep("other", "r1", **parts, services={("Meta", "statistics")})
    async with ConsentLog.open(engine) as log:
        for each in records:
            assert await log.append(each)
        yield log
    engine.dispose()


def test_a_service_is_a_vendor_or_a_domain_that_nobody_knows():
    items = [
        item("Google", "statistics"),
        item("Google", "marketing"),
        item("Google", "necessary"),
        item(None, "marketing"),
        item(None, "statistics", party="first", domain="www.shop.example"),
        item("Nobody", "unclassified"),
    ]

    assert offered(items) == {
        ("Google", "statistics"),
        ("Google", "marketing"),
        ("tracker.example", "marketing"),
    }


@pytest.mark.anyio
async def test_each_service_is_granted_refused_or_not_offered(database):
    records = [
        record(0, statistics=True, marketing=False),
        record(1, statistics=False, marketing=False),
        record(2, statistics=True),  # an older page, that asked for less
        record(3, statistics=True, marketing=True, Hotjar=False, YouTube=True),
        record(4, revision="never-shown", statistics=True),
    ]
    async with filled(database, *records) as log:
        found = (await log.find(read_question([("site", "shop")]))).records
        exported = [each async for group in log.export(read_question([]).filter) for each in group]
        again = await log.get(records[0].id)

        assert [each.services for each in found] == [
            {"Google": True, "Hotjar": True, "tracker.example": False},
            {"Google": False, "Hotjar": False, "tracker.example": False},
            {"Google": True, "Hotjar": True},
            {"Google": True, "Hotjar": False, "YouTube": True, "tracker.example": True},
            {},
        ]
        assert exported == list(found)
        assert again == records[0]
        assert await log.whole(again) == found[0]
        assert await log.services("shop") == ("Google", "Hotjar", "tracker.example")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([("service", "Google")], [0, 2, 3]),
        ([("service", "Google"), ("granted", "false")], [1]),
        ([("service", "Hotjar")], [0, 2]),
        ([("service", "Hotjar"), ("granted", "false")], [1, 3]),
        ([("service", "Hotjar"), ("service", "tracker.example"), ("granted", "false")], [1]),
        ([("service", "tracker.example")], [3]),
        ([("service", "YouTube")], [3]),
        ([("service", "Meta")], []),
        ([("service", "Meta"), ("granted", "false")], []),
        ([("service", "Goo%")], []),
    ],
)
async def test_the_log_is_asked_for_a_service(database, asked, expected):
    records = [
        record(0, statistics=True, marketing=False),
        record(1, statistics=False, marketing=False),
        record(2, statistics=True),
        record(3, statistics=True, marketing=True, Hotjar=False, YouTube=True),
    ]
    async with filled(database, *records) as log:
        found = (await log.find(read_question(asked))).records

        assert [each.id for each in found] == [records[n].id for n in expected]
        assert await log.count(read_question(asked).filter) == len(expected)


def test_what_was_shown_before_this_was_kept_is_known_too(unmigrated):
    engine = open_database(unmigrated, upgrade=False)
    upgrade_database(engine, to="0011")
    facts = {"items": [item("Google", "statistics"), item(None, "marketing")]}
    with engine.begin() as connection:
        packed = zlib.compress(json.dumps(facts).encode())
        connection.execute(insert(blob).values(digest=b"1" * 32, body=packed))
        row = {"site": "shop", "revision": "r1", "facts": b"1" * 32, "engine": b"2" * 32}
        connection.execute(insert(release).values(**row, first_served_at=0))

    upgrade_database(engine)

    with engine.connect() as connection:
        kept = set(connection.execute(select(offer.c.service, offer.c.category)).all())
    engine.dispose()
    assert kept == {("Google", "statistics"), ("tracker.example", "marketing")}
