"""What a server of before counted twice is noticed, and put right by what the log holds."""

import pytest
from click.testing import CliRunner

from consent_server.cli import cli
from consent_server.given import Given
from consent_server.log import ConsentLog, counting, rows
from consent_server.log.ledger import Ledger
from consent_server.log.recount import look, recount
from consent_server.log.statistics import APART
from consent_server.model import Filter
from scanner.database import open_database
from scanner.tables import consent
from tests.consent_server.log.test_counting import NOON, expected, records, said


def counted_by_itself(engine, group):
    """Do what a server from before 0013 does with each decision beside storing it."""
    numbers = Given(engine).numbers([rows.to_answer(record) for record in group])
    for record, number in zip(group, numbers, strict=True):
        day = record.received_at.toordinal() - NOON.replace(1970, 1, 1).toordinal()
        with engine.begin() as connection:
            counting.ignored(connection, day=day, given=number)


@pytest.fixture
def engine(database):
    found = open_database(database)
    yield found
    found.dispose()


def erase(ledger, *which):
    keys = sorted(each.id for each in which)
    assert ledger.erase(consent.c.id.in_(keys), reason="asked for", now=NOON) == len(keys)


@pytest.mark.anyio
async def test_what_was_counted_twice_is_counted_once_again(engine, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 1)
    given = records(240)
    ledger = Ledger(engine)
    for n in range(0, 240, 40):
        ledger.append(given[n : n + 40])
        if n in (40, 160):
            counted_by_itself(engine, given[n : n + 40])
        ledger.count()
    ledger.close()
    assert look(engine).days

    assert recount(engine).days

    assert not look(engine).days
    assert not recount(engine).held
    async with ConsentLog.open(engine) as log:
        assert await log.count(Filter(language="sv")) == sum(e.language == "sv" for e in given)
        for by in ((), ("language", "country"), APART):
            assert said(await log.statistics(Filter(), by=by)) == expected(given, [], by)


@pytest.mark.anyio
async def test_of_what_is_erased_all_but_language_and_country_is_exact(engine, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 1)
    given = records(120)
    ledger = Ledger(engine)
    ledger.append(given)
    counted_by_itself(engine, given)
    ledger.count()
    erase(ledger, *given[::3])
    ledger.close()

    recount(engine)

    assert not look(engine).days
    async with ConsentLog.open(engine) as log:
        for by in ((), ("site",), ("revision", "layout")):
            assert said(await log.statistics(Filter(), by=by)) == expected(given, [], by)


def test_nothing_is_found_where_all_is_counted_once(engine, monkeypatch):
    monkeypatch.setattr(counting, "EVERY", 1)
    given = records(80)
    ledger = Ledger(engine)
    for n in range(0, 80, 20):
        ledger.append(given[n : n + 20])
        ledger.count()
        erase(ledger, given[n + 1])
    ledger.append(records(5, seed=1))
    ledger.close()

    found = look(engine)

    assert (found.days, found.held) == ((), {})


def test_the_commands_notice_and_mend(tmp_path):
    database = str(tmp_path / "kapsel.db")
    engine = open_database(database)
    ledger = Ledger(engine)
    ledger.append(records(4))
    counted_by_itself(engine, records(4))
    ledger.count()
    ledger.close()
    engine.dispose()
    run = CliRunner().invoke

    noticed = run(cli, ["database", "check", "--database", database])
    mended = run(cli, ["database", "recount", "--database", database])

    assert noticed.exit_code != 0
    assert "run 'kapsel database recount'" in noticed.output
    assert "days of statistics were put right" in mended.output
    assert run(cli, ["database", "check", "--database", database]).exit_code == 0
