"""``kapsel log`` as a person runs it, on a real database."""

import asyncio
import contextlib
import csv
import io
import json
import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner

from consent_server.admin.accounts import open_accounts
from consent_server.cli import cli
from consent_server.commands.log.asking import find as filtered
from consent_server.log import ConsentLog
from consent_server.log.query import FILTER_NAMES, PAGE_NAMES
from consent_server.model import Action, ConsentRecord
from scanner.database import open_database
from scanner.deeds import operator
from scanner.errors import LogUnavailable
from scanner.tables import from_milliseconds
from tests.consent_server.conftest import decision, opened, send

IDS = [f"0195c2d1-7c3e-7a10-9b1d-00000000000{n}" for n in range(4)]
START = 1763812800000  # 2025-11-22T12:00:00Z


def record(n, **changes):
    fields = {
        "id": IDS[n],
        "site": "shop",
        "revision": "r1",
        "choices": {"functional": True, "statistics": False, "marketing": n % 2 == 1},
        "action": Action.SAVE,
        "language": "nb",
        "decided_at": from_milliseconds(START + n * 1000),
        "received_at": from_milliseconds(START + n * 1000 + 250),
        "page": None,
        "gpc": False,
    }
    return ConsentRecord(**fields | changes)


def fill(database, *records):
    async def append():
        engine = open_database(database)
        async with ConsentLog.open(engine) as log:
            await asyncio.gather(*(log.append(each) for each in records))
        engine.dispose()

    asyncio.run(append())


def deeds_in(database):
    with open_accounts(database) as (_, trail):
        return trail.page(sites=None)


@pytest.fixture
def filled(database):
    fill(database, *map(record, range(4)))
    return database


def kapsel(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "consent_server", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_log_is_found_counted_shown_exported_and_erased(filled):
    def log(*arguments):
        return kapsel("log", *arguments, "--database", filled)

    found = log("find", "--category", "marketing", "--refused", "--format", "json")
    answer = json.loads(found.stdout)
    assert [r["id"] for r in answer["records"]] == [IDS[2], IDS[0]]
    assert answer["next_cursor"] is None

    table = log("find", "--site", "shop", "--limit", "1")
    assert IDS[3] in table.stdout
    assert "There is more: --cursor " in table.stderr
    cursor = table.stderr.split()[-1]
    lines = log("find", "--cursor", cursor, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [IDS[2], IDS[1], IDS[0]]

    assert log("count", "--category", "marketing", "--granted").stdout == "2\n"
    assert json.loads(log("count", "--from", "2026-01-01", "--format", "json").stdout) == {
        "count": 0
    }

    rows = list(csv.DictReader(io.StringIO(log("export", "--format", "csv").stdout)))
    assert [row["marketing"] for row in rows] == ["granted", "refused", "granted", "refused"]

    assert json.loads(log("show", IDS[1], "--format", "json").stdout)["id"] == IDS[1]
    assert "decided_at   2025-11-22T12:00:01.000Z" in log("show", IDS[1]).stdout
    assert log("erase", IDS[1]).returncode == 0
    gone = log("show", IDS[1])
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr == f"kapsel: there is no decision with the id {IDS[1]}\n"
    assert log("erase", IDS[1]).returncode == 1
    assert log("count").stdout == "3\n"
    (deed,) = deeds_in(filled)
    assert (deed.actor, deed.action, deed.site) == (operator(), "erased a decision", "shop")
    assert deed.detail == "of 2025-11-22"


def test_what_a_visitor_read_is_printed_with_her_decision(database, sites_file):
    with opened(database, sites_file) as client:
        served = client.get("/w/shop.json")
        facts = served.json()
        send(client, decision(1, revision=facts["revision"], language="nb"))
        send(client, decision(2, revision="never-served"))
    known, unknown = decision(1)["id"], decision(2)["id"]

    def log(*arguments):
        return kapsel("log", *arguments, "--database", database)

    printed = log("show", known).stdout
    texts = facts["texts"]["nb"]
    assert "The banner, served since " in printed
    for words in (texts["title"], *(f"[{texts[name]}]" for name in ("accept", "reject", "choose"))):
        assert f"\n  {words}\n" in printed
    for category in texts["categories"].values():
        assert f"{category['name']}: {category['description']}" in printed
    assert log("shown", known).stdout == served.text + "\n"
    assert "function" in log("shown", known, "--engine").stdout
    nothing = log("show", unknown)
    assert (nothing.returncode, "The banner" in nothing.stdout) == (0, False)
    assert nothing.stderr == "this server never showed the revision never-served\n"
    assert log("shown", unknown).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--granted"], "'granted' needs a category"),
        (["--from", "yesterday"], "'from' is neither a day"),
        (["--limit", "5000"], "'limit' is a number from 1 to 1000"),
        (["--surface", "shop"], "'shop' is not one of 'banner', 'preferences', 'embed', 'api'"),
        (["--category", "necessary"], "is not one of 'functional', 'statistics', 'marketing'"),
    ],
)
def test_a_question_that_makes_no_sense_is_wrong_use(tmp_path, arguments, words):
    done = kapsel("log", "find", *arguments, "--database", str(tmp_path / "kapsel.db"))

    assert done.returncode == 2
    assert words in done.stderr


def test_a_service_a_surface_and_a_country_can_be_asked_for(tmp_path, monkeypatch):
    database = str(tmp_path / "kapsel.db")
    monkeypatch.setenv("KAPSEL_DATABASE", database)
    fill(
        database,
        record(0, services={"YouTube": True, "Vimeo": False}, surface="embed", country="NO"),
        record(1, services={"YouTube": False}, surface="banner", country="SE"),
        record(2, services={"YouTube": True}, surface="banner"),
    )

    def counted(*arguments):
        return CliRunner().invoke(cli, ["log", "count", *arguments]).stdout

    assert counted("--service", "YouTube") == "2\n"
    assert counted("--service", "YouTube", "--refused") == "1\n"
    assert counted("--service", "YouTube", "--service", "Vimeo", "--granted") == "0\n"
    assert counted("--surface", "banner") == "2\n"
    assert counted("--country", "no") == "1\n"
    assert counted("--country", "SE", "--surface", "embed") == "0\n"
    assert {option.name for option in filtered.params} >= {*FILTER_NAMES, *PAGE_NAMES}


def test_an_export_becomes_a_file_and_goes_on_where_a_cursor_points(filled, tmp_path):
    def log(*arguments):
        done = CliRunner().invoke(cli, ["log", *arguments, "--database", filled])
        assert done.exit_code == 0, done.output
        return done.stdout

    parquet = pytest.importorskip("pyarrow.parquet")
    answer = json.loads(log("find", "--limit", "1", "--format", "json"))
    cursor = ["--cursor", answer["next_cursor"]]
    for form in ("jsonl", "csv", "parquet"):
        log("export", "--format", form, "--output", str(tmp_path / f"all.{form}"))
    log("export", "--format", "parquet", "--output", str(tmp_path / "rest.parquet"), *cursor)

    assert (tmp_path / "all.jsonl").read_text(encoding="utf-8") == log("export")
    assert (tmp_path / "all.csv").read_bytes().decode().count("\r\n") == 5
    rows = parquet.read_table(tmp_path / "all.parquet").to_pylist()
    assert [row["id"] for row in rows] == IDS[::-1]
    assert parquet.read_table(tmp_path / "rest.parquet").column("id").to_pylist() == IDS[2::-1]
    assert not list(tmp_path.glob("*.part"))


def test_an_export_that_fails_leaves_the_file_as_it_was(filled, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    file = tmp_path / "shop.parquet"
    file.write_bytes(b"last week's")

    done = CliRunner().invoke(
        cli,
        ["log", "export", "--format", "parquet", "--output", str(file), "--database", filled],
    )

    assert done.exit_code == 2
    assert "Parquet needs pyarrow: install Kapsel as 'kapsel[parquet]'" in done.stderr
    assert file.read_bytes() == b"last week's"
    assert not list(tmp_path.glob("*.part"))


def test_a_place_that_cannot_be_written_is_said(filled, tmp_path):
    nowhere = tmp_path / "nowhere" / "shop.csv"

    done = CliRunner().invoke(
        cli, ["log", "export", "--output", str(nowhere), "--database", filled]
    )

    assert done.exit_code == 1
    assert done.stderr == f"kapsel: cannot write {nowhere}: No such file or directory\n"


def test_parquet_is_not_poured_into_a_terminal(filled):
    done = CliRunner().invoke(cli, ["log", "export", "--format", "parquet", "--database", filled])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "say where to write it, with --output FILE" in done.stderr


def test_the_database_is_upgraded_and_checked(unmigrated):
    before = kapsel("database", "check", "--database", unmigrated)
    upgraded = kapsel("database", "upgrade", "--database", unmigrated)
    after = kapsel("database", "check", "--database", unmigrated)

    assert (before.returncode, after.returncode, upgraded.returncode) == (1, 0, 0)
    assert "run 'kapsel database upgrade'" in before.stderr
    assert after.stdout == "The database is whole and up to date.\n"


def test_the_database_is_checked_in_json(unmigrated):
    asked = ["database", "check", "--database", unmigrated, "--format", "json"]
    before = kapsel(*asked)
    kapsel("database", "upgrade", "--database", unmigrated)
    after = kapsel(*asked)

    told = json.loads(before.stdout)
    assert (before.returncode, told["whole"]) == (1, False)
    assert "run 'kapsel database upgrade'" in told["faults"][0]
    assert json.loads(after.stdout) == {"whole": True, "faults": []}


def test_an_export_that_is_stopped_says_how_to_go_on(filled, monkeypatch):
    def export(*arguments):
        command = ["log", "export", "--database", filled, "--format", "csv", *arguments]
        return CliRunner().invoke(cli, command)

    whole = export()
    monkeypatch.setattr("consent_server.log.MAX_LIMIT", 2)
    honest = ConsentLog.export

    async def broken(self, *arguments, **named):
        async for records in honest(self, *arguments, **named):
            yield records
            raise LogUnavailable("the database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(ConsentLog, "export", broken)
        stopped = export()
    last = stopped.stdout.splitlines()[-1].partition(",")[0]
    rest = export("--after", last)

    assert stopped.exit_code == 1
    assert stopped.stderr.splitlines()[0] == f"Stopped. Go on with: --after {last}"
    assert len(stopped.stdout.splitlines()) == 3
    assert stopped.stdout + rest.stdout == whole.stdout
    assert rest.stderr == ""


def test_what_is_too_old_is_erased_and_the_rest_is_left(filled, tmp_path):
    sites = tmp_path / "sites.yaml"
    sites.write_text("sites: {shop: {url: 'https://www.shop.example/'}}")
    where = ["--database", filled, "--sites", str(sites)]

    default = kapsel("log", "prune", *where)
    dry = kapsel("log", "prune", *where, "--days", "30", "--dry-run")
    done = kapsel("log", "prune", *where, "--days", "30")

    assert default.stdout == "shop: 0 decisions older than 2005 days erased.\n"
    assert dry.stdout == "shop: 4 decisions older than 30 days would be erased.\n"
    assert done.stdout == "shop: 4 decisions older than 30 days erased.\n"
    assert kapsel("log", "count", "--database", filled).stdout == "0\n"
    assert done.stderr == ""
    (deed,) = deeds_in(filled)
    assert (deed.action, deed.site) == ("erased old decisions", "shop")
    assert deed.detail == "4 decisions older than 30 days"


def test_a_site_that_is_listed_no_longer_is_told_when_old_decisions_are_erased(filled, tmp_path):
    sites = tmp_path / "sites.yaml"
    sites.write_text("sites: {other: {url: 'https://www.other.example/'}}")

    done = kapsel("log", "prune", "--database", filled, "--sites", str(sites), "--days", "30")

    assert done.stdout == "other: 0 decisions older than 30 days erased.\n"
    assert done.stderr.startswith(
        f"shop is in the log, but not in {sites}: nothing of it is erased"
    )
    assert kapsel("log", "count", "--database", filled).stdout == "4\n"


def test_what_would_be_erased_is_told_in_json(filled, tmp_path):
    sites = tmp_path / "sites.yaml"
    sites.write_text("sites: {other: {url: 'https://www.other.example/', keep_days: 40}}")
    asked = ["log", "prune", "--database", filled, "--sites", str(sites), "--format", "json"]

    told = json.loads(kapsel(*asked, "--dry-run").stdout)

    nothing = {"site": "other", "older_than_days": 40, "decisions": 0}
    assert told == {"dry_run": True, "sites": [nothing], "unlisted": ["shop"]}


def test_a_backup_is_a_whole_copy_and_overwrites_nothing(tmp_path):
    source, copy = str(tmp_path / "kapsel.db"), tmp_path / "copy.db"
    kapsel("database", "upgrade", "--database", source)

    first = kapsel("database", "backup", str(copy), "--database", source)
    again = kapsel("database", "backup", str(copy), "--database", source)

    assert first.returncode == 0, first.stderr
    assert kapsel("database", "check", "--database", str(copy)).returncode == 0
    assert again.returncode == 1
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    "words", [("database", "check"), ("database", "backup", "copy.db"), ("log", "verify")]
)
def test_a_database_that_is_not_there_is_neither_made_nor_found_whole(tmp_path, words):
    done = kapsel(*words, "--database", str(tmp_path / "typo.db"))

    assert done.returncode == 1
    assert "typo.db: there is no such database" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("question", [["find"], ["count"], ["show", "0"], ["export"], ["prune"]])
def test_where_there_is_no_database_nobody_is_told_that_nobody_decided(tmp_path, question):
    place = tmp_path / "typo.db"

    done = CliRunner().invoke(cli, ["log", *question, "--database", str(place)])

    assert done.exit_code == 1
    assert "typo.db: there is no such database: name the one of 'kapsel serve'" in done.stderr
    assert done.stdout == ""
    assert not place.exists()


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_of_any_width_gets_whole_ids(filled, columns):
    ours, theirs = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "consent_server", "log", "find", "--database", filled],
        stdout=theirs,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "dumb"},
        check=True,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so that the other end is closed
        while part := os.read(ours, 1 << 16):
            shown += part
    os.close(ours)

    assert done.returncode == 0
    lines = shown.decode().splitlines()
    ids = [word for line in lines for word in line.split() if word.count("-") == 4]
    assert ids == IDS[::-1]
    assert "…" not in shown.decode()
    if columns > 40:
        assert all(len(line) <= columns for line in lines)
