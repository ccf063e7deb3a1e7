"""Scans go when they are too old, but for those that something rests on."""

import datetime as dt
import json

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from consent_server.cli import cli
from scanner import retention
from scanner.database import open_database
from scanner.dossier import folder_of
from scanner.errors import EvidenceUnwritable
from scanner.model import Banner, Site
from scanner.retention import NEWEST, prune, scan_days
from scanner.store import Kept, Store
from scanner.tables import release, to_milliseconds
from tests.scanner import folded

NOW = dt.datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOP = Site(key="shop", url="https://www.shop.example/", keep_scan_days=10)


def kept(number, *, days, status="complete"):
    began = NOW - days * DAY
    return Kept(number, "shop", began, began + DAY / 24, status)


def going(history, *, served=()):
    newest_first = sorted(history, key=lambda scan: scan.started_at, reverse=True)
    found = retention.outdated(newest_first, before=NOW - 10 * DAY, served=served)
    return {scan.id for scan in found}


def test_scans_stay_as_long_as_the_owner_says_or_decisions_do():
    assert scan_days(SHOP) == 10
    assert scan_days(SHOP, 3) == 3
    assert scan_days(Site(key="a", url="https://a.example/", keep_days=90)) == 90
    other = Site(key="a", url="https://a.example/", banner=Banner(remember_days=365))
    assert scan_days(other) == 365 + 5 * 365


def test_what_is_too_old_goes_but_never_the_newest():
    history = [kept(number, days=number) for number in range(1, 30)]

    assert going(history) == set(range(11, 30))
    assert going(history[15:]) == set(range(16 + NEWEST, 30))
    assert going([kept(1, days=400)]) == set()


def test_the_newest_attempt_stays_and_those_that_failed_do_not_stand_for_others():
    failed = [kept(number, days=number, status="failed") for number in range(20, 40)]
    good = [kept(number, days=number) for number in range(40, 60)]

    assert going([*failed, *good]) == set(range(21, 40)) | set(range(40 + NEWEST, 60))


def test_what_was_the_newest_when_something_was_served_first_stays():
    history = [kept(number, days=number) for number in range(1, 60)]

    gone = going(history, served=[NOW - 30 * DAY, NOW - 400 * DAY])

    assert 31 not in gone
    assert {30, 32} <= gone


def test_of_scans_that_were_cut_short_all_stay_that_made_a_catalogue():
    history = [kept(number, days=number, status="partial") for number in range(1, 60)]

    gone = going(history, served=[NOW - 30 * DAY])

    assert gone.isdisjoint(range(31, 36))
    assert {30, 36} <= gone


def scan(*, days):
    """The shop so many days ago: the item that it stores is as old as the scan."""
    began = NOW - days * DAY
    found = folded.scan(folded.seen())
    entries = tuple(
        msgspec.structs.replace(each, first_seen=began, last_seen=began) for each in found.entries
    )
    return msgspec.structs.replace(
        found,
        started_at=began,
        finished_at=began + DAY / 24,
        entries=entries,
    )


@pytest.fixture
def engine(database):
    engine = open_database(database)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine):
    store = Store(engine)
    for days in range(40, 0, -1):
        store.save(scan(days=days))
    return store


def days_left(store):
    return [round((NOW - each.started_at) / DAY) for each in store.history("shop", limit=None)]


def test_old_scans_are_deleted_and_what_is_served_rests_on_what_it_did(store, engine):
    with engine.begin() as connection:
        served = to_milliseconds(NOW - 20 * DAY)
        row = {"site": "shop", "revision": "r", "facts": b"", "engine": b""}
        connection.execute(insert(release).values(**row, first_served_at=served))
    before = store.catalogue("shop")

    told = prune(store, SHOP, now=NOW, dry_run=True)
    assert len(days_left(store)) == 40
    done = prune(store, SHOP, now=NOW)

    assert told == done
    assert str(done) == "30 scans and 0 folders of evidence"
    assert days_left(store) == [
        *range(1, 10),
        21,
    ]  # the one of ten days ago is some microseconds older than that
    assert store.catalogue("shop") == before
    assert before.entries[0].first_seen.date() == (NOW - 40 * DAY).date()
    assert prune(store, SHOP, now=NOW).scans == ()


def test_folders_of_evidence_go_with_their_scans(store, tmp_path):
    for days in (5, 20, 21):
        folder = folder_of(tmp_path, site="shop", started_at=NOW - days * DAY)
        (folder / "pictures").mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    unsaved = folder_of(tmp_path, site="shop", started_at=NOW - 20.5 * DAY)
    unsaved.mkdir()
    (tmp_path / "shop" / "notes").mkdir()
    (tmp_path / "shop" / "20200101T000000.000000Z").symlink_to(tmp_path)
    other = folder_of(tmp_path, site="other", started_at=NOW - 21 * DAY)
    other.mkdir(parents=True)

    told = prune(store, SHOP, now=NOW, evidence=tmp_path, dry_run=True)
    assert unsaved.is_dir()
    done = prune(store, SHOP, now=NOW, evidence=tmp_path)

    assert told == done
    assert len(done.folders) == 3
    names = {path.name for path in (tmp_path / "shop").iterdir()}
    newest = folder_of(tmp_path, site="shop", started_at=NOW - 5 * DAY).name
    assert names == {"notes", "20200101T000000.000000Z", newest}
    assert other.is_dir()


def test_a_folder_that_cannot_be_deleted_is_told_and_its_scan_stays(store, tmp_path, monkeypatch):
    folder_of(tmp_path, site="shop", started_at=NOW - 20 * DAY).mkdir(parents=True)

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(retention.shutil, "rmtree", refuse)

    with pytest.raises(EvidenceUnwritable, match="cannot be deleted: Permission denied"):
        prune(store, SHOP, now=NOW, evidence=tmp_path)

    assert len(days_left(store)) == 40


def test_the_command_says_what_would_go_and_writes_down_what_went(tmp_path):
    database, sites = str(tmp_path / "kapsel.db"), tmp_path / "sites.yaml"
    sites.write_text("sites: {shop: {url: 'https://www.shop.example/', keep_scan_days: 10}}")
    engine = open_database(database)
    store = Store(engine)
    for days in range(4000, 4020):
        store.save(scan(days=days))
    asked = ["catalogue", "prune", "--sites", str(sites), "--database", database]

    would = CliRunner().invoke(cli, [*asked, "--dry-run", "--days", "3650"])
    facts = CliRunner().invoke(cli, [*asked, "--dry-run", "--days", "3650", "--format", "json"])
    did = CliRunner().invoke(cli, [*asked, "shop"])
    wrong = CliRunner().invoke(cli, [*asked, "nobody"])

    assert (
        "14 scans and 0 folders of evidence older than 3650 days would be deleted." in would.output
    )
    assert would.output.count("  scan ") == 14
    told = json.loads(facts.stdout)
    assert (told["dry_run"], told["sites"][0]["older_than_days"]) == (True, 3650)
    assert [f"scan {one['id']} of" in would.output for one in told["sites"][0]["scans"]] == [
        True
    ] * 14
    assert did.output == "shop: 14 scans and 0 folders of evidence older than 10 days deleted.\n"
    assert len(store.history("shop")) == 6
    assert "there is no site 'nobody'" in wrong.output
    assert wrong.exit_code == 2
    engine.dispose()
