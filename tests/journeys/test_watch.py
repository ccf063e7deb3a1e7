"""A night that the watcher has slept through is caught up, once."""

import json
import sqlite3

from consent_server.demo import loopback
from tests.sites.small import one_cookie

LIST = """
sites:
  nightly: {url: "https://www.nightly.example/", states: [before], schedule: "0 3 * * *"}
  never: {url: "https://www.never.example/", states: [before]}
"""
TEN_DAYS = 10 * 24 * 60 * 60 * 1000  # milliseconds


def scans(kapsel):
    """The sites that were scanned, oldest first."""
    with sqlite3.connect(kapsel.folder / "kapsel.db") as database:
        rows = database.execute("SELECT site FROM scan ORDER BY id").fetchall()
    database.close()
    return [site for (site,) in rows]


def test_watch_catches_up_what_was_missed_and_no_more(kapsel):
    (kapsel.folder / "sites.yaml").write_text(LIST)
    apps = {
        "www.nightly.example": one_cookie("nightly_cookie"),
        "www.never.example": one_cookie("never_cookie"),
    }
    with loopback.serve(apps) as server:
        rules = [word for rule in server.resolve for word in ("--resolve", rule)]
        watch = ("watch", "--once", *rules, "--insecure")

        kapsel.run(*watch)
        assert scans(kapsel) == ["nightly"]

        with sqlite3.connect(kapsel.folder / "kapsel.db") as database:
            database.execute(
                "UPDATE scan SET started_at = started_at - ?, finished_at = finished_at - ?",
                (TEN_DAYS, TEN_DAYS),
            )
        database.close()
        kapsel.run(*watch)
        kapsel.run(*watch)

    assert scans(kapsel) == ["nightly", "nightly"]
    shown = json.loads(kapsel.run("catalogue", "show", "nightly", "--format", "json").stdout)
    assert [entry["name"] for entry in shown["entries"]] == ["nightly_cookie"]
