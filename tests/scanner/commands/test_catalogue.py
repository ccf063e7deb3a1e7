"""``kapsel catalogue``, on a real database."""

import csv
import datetime as dt
import io
import json

import pytest
from click.testing import CliRunner

from consent_server.cli import cli
from scanner.database import open_database
from scanner.model import BannerAnswer, Scan, State, Visit
from scanner.store import Store
from tests.scanner.entries import ANALYTICS, plain, seen

MONDAY = dt.datetime(2026, 11, 16, 3, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PAGE = "https://shop.example/"
VISITS = tuple(
    Visit(url=PAGE, final_url=PAGE, state=state, status=200)
    for state in (State.BEFORE, State.ACCEPT)
)


def entry(name, at, **facts):
    return plain(name, **(ANALYTICS | seen(at) | facts))


def scan(at, *entries):
    return Scan(
        site="shop",
        url="https://shop.example/",
        started_at=at,
        finished_at=at + dt.timedelta(seconds=9),
        status="complete",
        visits=VISITS,
        banner=BannerAnswer(),
        entries=entries,
    )


@pytest.fixture
def kapsel(tmp_path):
    database = tmp_path / "kapsel.db"
    engine = open_database(str(database))
    store = Store(engine)
    store.save(scan(MONDAY, entry("_ga", MONDAY), entry("old", MONDAY)))
    tuesday = MONDAY + DAY
    store.save(
        scan(tuesday, entry("_ga", tuesday, lifetime=60.0), entry("=cmd()", tuesday, domain="a"))
    )
    engine.dispose()

    def run(*arguments):
        sites = ["--sites", str(tmp_path / "sites.yaml")]
        words = ["catalogue", *arguments, *sites, "--database", str(database)]
        return CliRunner().invoke(cli, words)

    (tmp_path / "sites.yaml").write_text("sites:\n  new: {url: 'https://new.example/'}\n")
    return run


def test_show_prints_what_the_newest_scan_found(kapsel):
    done = kapsel("show", "shop")

    assert done.exit_code == 0
    assert "_ga" in done.stdout
    assert "old" not in done.stdout
    assert "Statistics" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_show_as_json_has_whole_seconds_and_times_that_end_in_z(kapsel):
    catalogue = json.loads(kapsel("show", "shop", "--format", "json").stdout)

    ga = next(entry for entry in catalogue["entries"] if entry["name"] == "_ga")
    assert ga["lifetime"] == 60
    assert isinstance(ga["lifetime"], int)
    assert ga["first_seen"] == "2026-11-16T03:00:00Z"
    assert catalogue["scanned_at"] == "2026-11-17T03:00:09Z"


def test_an_older_scan_is_shown_by_its_number(kapsel):
    history = json.loads(kapsel("show", "shop", "--history", "--format", "json").stdout)
    numbers = [scan["id"] for scan in history["scans"]]

    assert "old" in kapsel("show", "shop", "--scan", str(numbers[-1])).stdout
    assert kapsel("show", "shop", "--scan", "999").exit_code == 1
    assert str(numbers[0]) in kapsel("show", "shop", "--history").stdout


def test_diff_tells_what_is_new_gone_and_changed(kapsel):
    table = kapsel("diff", "shop").stdout
    difference = json.loads(kapsel("diff", "shop", "--format", "json").stdout)

    assert "=cmd()" in table
    assert "13 months → 1 minute" in " ".join(table.split()) or "→" in table
    assert [entry["name"] for entry in difference["new"]] == ["=cmd()"]
    assert [entry["name"] for entry in difference["gone"]] == ["old"]
    assert difference["changed"] == [
        {
            "kind": "cookie",
            "name": "_ga",
            "domain": ".shop.example",
            "fields": [{"name": "lifetime", "old": 34560000, "new": 60}],
        }
    ]


def test_scans_to_compare_are_named_by_date_or_number(kapsel):
    backwards = kapsel("diff", "shop", "2026-11-17", "2026-11-16", "--format", "json")

    assert [entry["name"] for entry in json.loads(backwards.stdout)["new"]] == ["old"]
    assert kapsel("diff", "shop", "2020-01-01").exit_code == 1
    assert kapsel("diff", "shop", "yesterday").exit_code == 2


def test_csv_names_no_formula(kapsel):
    done = kapsel("export", "shop", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["name"] for row in rows} == {"_ga", "'=cmd()"}
    assert {row["set_by"] for row in rows} == {"tags.example"}


def test_export_is_json_without_more_words(kapsel):
    assert json.loads(kapsel("export", "shop").stdout)["site"] == "shop"


def test_a_listed_site_that_was_never_scanned_is_empty_and_an_unknown_one_wrong_use(kapsel):
    shown = kapsel("show", "new")
    assert shown.exit_code == 0
    assert "Nothing is stored" not in shown.output
    assert kapsel("diff", "new").exit_code == 1
    done = kapsel("show", "nobody")
    assert done.exit_code == 2
    assert "there is no site 'nobody'" in done.stderr


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("json", '"scans"'),
        ("html", "<b>gone</b> <code>old</code>"),
        ("markdown", "* gone: old on .shop.example"),
        ("csv", "site,kind,name"),
        ("sarif", '"version": "2.1.0"'),
        ("junit", "<testsuites"),
    ],
)
def test_a_report_is_printed_in_every_form(kapsel, form, words):
    done = kapsel("report", "shop", "--format", form)

    assert done.exit_code == 0
    assert words in done.stdout


def test_a_report_needs_a_scan(kapsel):
    assert kapsel("report", "new").exit_code == 1
    assert "gone" not in kapsel("report", "shop", "--scan", "1", "--format", "markdown").stdout


def test_the_feed_tells_each_scan_that_brought_something_new(kapsel):
    found = json.loads(kapsel("feed", "shop").stdout)

    assert [item["title"] for item in found["items"]] == ["shop: 1 new, 1 gone, 1 changed"]
    assert kapsel("feed", "new").exit_code == 1


@pytest.fixture
def listed(kapsel, tmp_path):
    file = tmp_path / "sites.yaml"
    file.write_text("# ours\nsites:\n  shop:\n    url: https://shop.example/\n", encoding="utf-8")
    return file


def test_an_override_is_written_into_sites_yaml(kapsel, listed):
    listed.chmod(0o640)

    done = kapsel(
        *("override", "shop", "_ga", "--category", "marketing", "--purpose", "nb=Følger deg")
    )

    assert done.exit_code == 0
    assert "_ga is marketing at shop; known items: 1" in done.stderr
    assert listed.read_text(encoding="utf-8") == (
        "# ours\nsites:\n  shop:\n    url: https://shop.example/\n    overrides:\n"
        '      - {name: "_ga", category: marketing, purpose: {nb: "Følger deg"}}\n'
    )
    assert listed.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in listed.parent.iterdir() if path.name.startswith("tmp")] == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("nobody", "_ga", "--category", "marketing"), 2),
        (("shop", "_ga", "--category", "tracking"), 2),
        (("shop", "_ga"), 2),
        (("shop", "_ga", "--category", "marketing", "--purpose", "xx=Hva"), 2),
        (("shop", "_ga", "--category", "marketing", "--purpose", "Hva"), 2),
    ],
)
def test_wrong_use_changes_nothing(kapsel, listed, arguments, status):
    before = listed.read_text(encoding="utf-8")

    assert kapsel("override", *arguments).exit_code == status
    assert listed.read_text(encoding="utf-8") == before


def test_a_file_that_cannot_be_edited_says_what_to_add(kapsel, listed):
    listed.write_text(
        "sites:\n  a: &a\n    url: https://a.example/\n  shop: *a\n", encoding="utf-8"
    )

    done = kapsel("override", "shop", "_ga", "--category", "marketing")

    assert done.exit_code == 1
    assert '{name: "_ga", category: marketing}' in done.stderr
