"""The trail tells who did what, newest first, of the sites that one may know of."""

import csv
import datetime as dt
import io

import pytest

from consent_server.admin.trail import Trail
from scanner.database import open_database

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def trail(database):
    engine = open_database(database)
    trail = Trail(engine, clock=lambda: NOW)
    trail.add("kari", "signed in")
    trail.add("kari", "sorted an item", site="shop", detail="_ga: statistics")
    trail.add("ola", "erased a decision", site="other", detail="=1+1")
    yield trail
    engine.dispose()


def test_deeds_are_read_page_by_page(trail):
    first = trail.page(sites=None, limit=2)
    rest = trail.page(sites=None, before=first[-1].id, limit=2)

    assert [deed.action for deed in (*first, *rest)] == [
        "erased a decision",
        "sorted an item",
        "signed in",
    ]
    assert first[1].detail == "_ga: statistics"
    assert first[1].at == NOW


def test_an_owner_of_one_site_sees_what_was_done_there(trail):
    assert [deed.actor for deed in trail.page(sites={"other"})] == ["ola"]
    assert trail.page(sites=frozenset()) == ()


def test_the_export_holds_everything_and_no_formula(trail):
    rows = list(csv.reader(io.StringIO("".join(trail.export(sites=None)))))

    assert rows[0] == ["at", "actor", "action", "site", "detail"]
    assert rows[1] == ["2026-11-22T12:00:00.000Z", "ola", "erased a decision", "other", "'=1+1"]
    assert len(rows) == 4
