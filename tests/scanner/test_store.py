"""The catalogue in a real database."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import event

from scanner.database import open_database
from scanner.errors import DatabaseUnusable
from scanner.model import (
    BannerAnswer,
    Catalogue,
    Scan,
)
from scanner.store import Store
from tests.scanner.entries import ANALYTICS, plain, seen

MONDAY = dt.datetime(2026, 11, 16, 3, 0, 0, 250_000, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store(database):
    engine = open_database(database)
    yield Store(engine)
    engine.dispose()


def entry(name, at):
    told = {
        "purpose": {"nb": "Teller besøk", "en": "Counts visits"},
        "rule": "knowledge:_ga",
    }
    return plain(name, **(ANALYTICS | seen(at) | told))


def scan(*names, at=MONDAY, site="shop", status="complete"):
    return Scan(
        site=site,
        url="https://shop.example/",
        started_at=at,
        finished_at=at + dt.timedelta(seconds=30),
        status=status,
        visits=(),
        banner=BannerAnswer(found=True, accepted=True),
        entries=tuple(entry(name, at) for name in names),
    )


def test_a_scan_comes_back_as_it_was_saved(store):
    saved = store.save(scan("_ga", "_gid"))

    assert saved == scan("_ga", "_gid")
    assert store.newest("shop") == saved
    assert store.catalogue("shop") == Catalogue(
        site="shop", scanned_at=MONDAY + dt.timedelta(seconds=30), entries=saved.entries
    )


def test_an_item_keeps_the_time_at_which_it_was_first_seen(store):
    store.save(scan("_ga"))

    saved = store.save(scan("_ga", "_gid", at=MONDAY + DAY))

    assert [e.first_seen for e in saved.entries] == [MONDAY, MONDAY + DAY]
    assert [e.last_seen for e in saved.entries] == [MONDAY + DAY, MONDAY + DAY]
    assert store.newest("shop") == saved


def test_an_item_that_was_away_is_not_new_when_it_comes_back(store):
    store.save(scan("_ga"))
    store.save(scan(at=MONDAY + DAY))

    saved = store.save(scan("_ga", at=MONDAY + 2 * DAY))

    assert saved.entries[0].first_seen == MONDAY


def test_sites_do_not_share_their_history(store):
    store.save(scan("_ga"))

    saved = store.save(scan("_ga", at=MONDAY + DAY, site="course"))

    assert saved.entries[0].first_seen == MONDAY + DAY
    assert store.newest("shop").started_at == MONDAY


def test_the_scan_before_another_is_the_newest_that_is_older(store):
    first = store.save(scan("_ga"))
    second = store.save(scan("_ga", at=MONDAY + DAY))
    store.save(scan(at=MONDAY + DAY / 2, status="failed"))

    assert store.before(second) == first
    assert store.before(first) is None
    assert store.at("shop", MONDAY + DAY / 2) == first


def test_a_scan_by_a_clock_that_was_ahead_is_not_the_newest_for_ever(store):
    ahead = store.save(scan("_ga", at=MONDAY + 9999 * DAY))
    second = store.save(scan("_ga", "_fbp", at=MONDAY))

    assert store.newest("shop") == second
    assert store.before(second) == ahead
    assert store.before(ahead) is None
    assert store.before(scan("_x", at=MONDAY + DAY)) == second  # not kept yet
    assert [kept.started_at for kept in store.history("shop")] == [
        second.started_at,
        ahead.started_at,
    ]
    assert store.catalogue("shop").scanned_at == second.finished_at


def test_scans_of_several_sites_come_in_pages(store):
    for site in ("shop", "other", "third", "shop"):
        store.save(scan("_ga", site=site))

    first = store.kept({"shop", "other"}, limit=2)

    assert [kept.site for kept in first] == ["shop", "other"]
    assert [kept.site for kept in store.kept({"shop", "other"}, limit=2, below=first[-1].id)] == [
        "shop"
    ]
    assert store.kept(set(), limit=2) == ()


def test_a_failed_scan_is_kept_but_is_never_the_catalogue(store):
    good = store.save(scan("_ga"))
    store.save(scan(at=MONDAY + DAY, status="failed"))

    assert store.newest("shop") == good
    assert store.catalogue("shop").entries == good.entries
    assert store.last_started("shop", MONDAY + DAY) == MONDAY + DAY
    assert store.last_started("shop", MONDAY + DAY / 2) == MONDAY
    assert [kept.status for kept in store.history("shop")] == ["failed", "complete"]


def test_a_scan_that_was_cut_short_adds_to_the_catalogue_and_takes_nothing_away(store):
    store.save(scan("_ga", "_gid"))
    store.save(scan("_ga", "_new", at=MONDAY + DAY, status="partial"))

    catalogue = store.catalogue("shop")

    assert [e.name for e in catalogue.entries] == ["_ga", "_gid", "_new"]
    assert catalogue.scanned_at == MONDAY + DAY + dt.timedelta(seconds=30)


def test_a_site_that_was_never_scanned_has_an_empty_catalogue(store):
    assert store.catalogue("shop") == Catalogue(site="shop", scanned_at=None, entries=())
    assert store.newest("shop") is None
    assert store.last_started("shop", MONDAY) is None
    assert store.newest_id("shop") is None
    assert store.history("shop") == ()


def test_each_scan_has_a_number_of_its_own(store):
    store.save(scan("_ga"))
    first = store.newest_id("shop")
    store.save(scan("_ga", at=MONDAY + DAY))

    assert store.newest_id("shop") > first
    assert store.get("shop", first).started_at == MONDAY
    assert store.get("course", first) is None


def test_a_scan_that_cannot_be_kept_leaves_nothing_behind(store):
    broken = msgspec.structs.replace(scan("_ga"), url="\ud800")  # no UTF-8 can hold it

    with pytest.raises(UnicodeEncodeError):
        store.save(broken)

    assert store.history("shop") == ()
    assert store.save(scan("_ga", at=MONDAY + DAY)).entries[0].first_seen == MONDAY + DAY


def test_a_full_disk_is_told_in_words_and_keeps_what_there_was(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    store = Store(engine)
    store.save(scan("_ga"))
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    engine.dispose()
    event.listen(
        engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}").close()
    )

    with pytest.raises(DatabaseUnusable, match="the scan of shop was not kept: database or disk"):
        store.save(scan(*(f"c{n}" for n in range(1000)), at=MONDAY + DAY))

    assert [e.name for e in store.newest("shop").entries] == ["_ga"]
    engine.dispose()


def test_ten_thousand_items_are_kept(store):
    names = [f"c{n}" for n in range(10_000)]

    saved = store.save(scan(*names))

    assert len(store.newest("shop").entries) == len(saved.entries) == 10_000
