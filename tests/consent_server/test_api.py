"""The read API: only for tokens, the same answers as the command line, nothing unasked."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys

import msgspec
import pytest

from consent_server import tokens
from scanner.store import Store
from tests.consent_server.conftest import ask, decision, send
from tests.consent_server.test_script import SCANNED

PATHS = [
    "/api/v1/consents",
    "/api/v1/consents/count",
    "/api/v1/consents/export",
    "/api/v1/stats",
    "/api/v1/scans?site=shop",
    "/api/v1/findings?site=shop",
    "/api/v1/sites",
    "/api/v1/sites/shop/catalogue",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic a2Fwc2VsX3Rlc3QtdG9rZW4="},
        {"Authorization": "kapsel_test-token"},
    ],
)
def test_without_a_token_nothing_is_read(client, path, headers):
    answer = client.get(path, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert list(answer.json()) == ["error"]


def fill(client):
    for n in range(5):
        sent = decision(
            n,
            choices={"functional": True, "statistics": False, "marketing": n % 2 == 0},
            language="en" if n == 4 else "nb",
        )
        origin = "https://www.other.example" if n == 3 else "https://www.shop.example"
        assert send(client, sent, site="other" if n == 3 else "shop", origin=origin).is_success


def found(client, **asked):
    answer = ask(client, "/api/v1/consents", **asked)
    assert answer.status_code == 200, answer.text
    return [record["id"] for record in answer.json()["records"]]


def test_the_log_answers_newest_first_by_each_filter(client):
    fill(client)
    ids = [decision(n)["id"] for n in range(5)]

    assert found(client) == [ids[n] for n in (4, 3, 2, 1, 0)]
    assert found(client, site="other") == [ids[3]]
    assert found(client, category="marketing", granted="true") == [ids[n] for n in (4, 2, 0)]
    assert found(client, category="marketing", granted="false") == [ids[3], ids[1]]
    assert found(client, language="en") == [ids[4]]
    assert found(client, id=ids[1]) == [ids[1]]
    assert found(client, action="withdraw") == []
    assert found(client, revision="r2") == []
    assert found(client, to="2020-01-01") == []
    assert ask(client, "/api/v1/consents/count", site="shop").json() == {"count": 4}


def test_a_cursor_leads_on(client):
    fill(client)

    first = ask(client, "/api/v1/consents", limit=3).json()
    second = ask(client, "/api/v1/consents", limit=3, cursor=first["next_cursor"]).json()

    assert [len(first["records"]), len(second["records"])] == [3, 2]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize(
    "asked", [{"granted": "true"}, {"from": "x"}, {"ip": "192.0.2.1"}, {"action": "x"}]
)
def test_a_question_that_makes_no_sense_is_refused_in_words(client, path, asked):
    answer = ask(client, path, **asked)

    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_the_command_line_and_http_give_the_same_answers(client, database):
    fill(client)

    def kapsel(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "consent_server", "log", *arguments, "--database", database],
            capture_output=True,
            check=True,
        )
        return done.stdout

    asked = {"category": "marketing", "granted": "true", "site": "shop", "limit": "2"}
    options = ["--category", "marketing", "--granted", "--site", "shop"]
    by_http = ask(client, "/api/v1/consents", **asked).json()

    assert json.loads(kapsel("find", *options, "--limit", "2", "--format", "json")) == by_http
    del asked["limit"]
    for form in ("csv", "jsonl"):
        export = ask(client, "/api/v1/consents/export", format=form, **asked)
        assert kapsel("export", *options, "--format", form) == export.content
    assert int(kapsel("count", *options)) == 3


def test_an_export_is_a_download_of_everything(client):
    fill(client)

    as_csv = ask(client, "/api/v1/consents/export", format="csv")
    as_lines = ask(client, "/api/v1/consents/export")

    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["content-disposition"] == 'attachment; filename="consents.csv"'
    assert len(list(csv.DictReader(io.StringIO(as_csv.text)))) == 5
    assert as_lines.headers["content-type"] == "application/x-ndjson"
    assert len(as_lines.text.splitlines()) == 5
    assert ask(client, "/api/v1/consents/export", format="xml").status_code == 400


def test_an_export_of_what_cannot_be_is_refused(client):
    path = "/api/v1/consents/export"

    for wrong in ({"after": "\0"}, {"after": "a\0b"}, {"site": "a" * 65}, {"site": "a" * 3000}):
        assert ask(client, path, **wrong).status_code == 400, wrong
    assert ask(client, path, site="a" * 64).status_code == 200


def test_an_export_goes_on_after_the_last_decision_that_came(client):
    fill(client)
    path = "/api/v1/consents/export"
    lines = ask(client, path).text.splitlines()
    second = json.loads(lines[1])["id"]

    rest = ask(client, path, after=second)
    as_csv = ask(client, path, after=second.upper(), format="csv")

    assert rest.text.splitlines() == lines[2:]
    assert [line.split(",")[0] for line in as_csv.text.splitlines()] == [
        json.loads(line)["id"] for line in lines[2:]
    ]
    unknown = ask(client, path, after="0195c2d1-7c3e-7a10-9b1d-2f6e8a4c0d11")
    assert unknown.status_code == 400
    assert "'after' names no decision" in unknown.json()["error"]
    elsewhere = next(json.loads(line)["id"] for line in lines if '"site":"other"' in line)
    assert ask(client, path, after=elsewhere, site="shop").status_code == 400
    assert ask(client, path, after=second, cursor="1763812800000.1").status_code == 400


def test_the_sites_and_their_catalogues_are_told(client):
    sites = ask(client, "/api/v1/sites").json()["sites"]

    assert [site["site"] for site in sites] == ["shop", "other"]
    assert sites[0]["url"] == "https://www.shop.example/"
    assert sites[0]["revision"] == client.get("/w/shop.json").json()["revision"]
    assert sites[0]["scanned_at"] is None
    assert ask(client, "/api/v1/sites/shop/catalogue").json() == {
        "site": "shop",
        "scanned_at": None,
        "entries": [],
    }
    assert ask(client, "/api/v1/sites/nobody/catalogue").status_code == 404


def test_the_answers_are_counted_by_day(client):
    fill(client)
    (day,) = ask(client, "/api/v1/stats", site="shop").json()["days"]

    assert day["decisions"] == 4
    assert day["actions"] == {"save": 4}
    assert day["granted"] == {"functional": 4, "statistics": 0, "marketing": 3}
    assert day["refused"] == {"functional": 0, "statistics": 4, "marketing": 1}
    assert ask(client, "/api/v1/stats", site="nobody").json() == {"days": []}
    assert ask(client, "/api/v1/stats", limit="1").status_code == 400


def test_the_scans_and_findings_of_a_site_are_told(client):
    Store(client.app.state.engine).save(SCANNED)

    (scan,) = ask(client, "/api/v1/scans", site="shop").json()["scans"]
    assert (scan["status"], scan["started_at"]) == ("complete", "2026-11-22T03:00:00Z")
    assert ask(client, "/api/v1/findings", site="shop").json() == {
        "scanned_at": "2026-11-22T03:00:00Z",
        "findings": [],
    }
    assert ask(client, "/api/v1/findings", site="other").json()["scanned_at"] is None
    assert ask(client, "/api/v1/scans", site="nobody").status_code == 404
    assert ask(client, "/api/v1/findings", page="2").status_code == 400


def test_the_scans_and_findings_of_all_sites_come_in_pages(client):
    store = Store(client.app.state.engine)
    for site in ("shop", "other", "shop", "unlisted"):
        store.save(msgspec.structs.replace(SCANNED, site=site))

    first = ask(client, "/api/v1/scans", limit="2").json()
    rest = ask(client, "/api/v1/scans", limit="2", cursor=first["next_cursor"]).json()
    found = ask(client, "/api/v1/findings", limit="1").json()
    more = ask(client, "/api/v1/findings", limit="1", cursor=found["next_cursor"]).json()

    assert [scan["site"] for scan in first["scans"] + rest["scans"]] == ["shop", "other", "shop"]
    assert rest["next_cursor"] is None
    assert [each["site"] for each in found["sites"] + more["sites"]] == ["other", "shop"]
    assert found["sites"][0]["scanned_at"] == "2026-11-22T03:00:00Z"
    assert more["next_cursor"] is None
    assert ask(client, "/api/v1/scans", cursor="x").status_code == 400
    assert ask(client, "/api/v1/scans", limit="0").status_code == 400


def test_a_token_for_one_site_is_told_of_the_scans_and_findings_of_no_other(client):
    store = Store(client.app.state.engine)
    for site in ("shop", "other"):
        store.save(msgspec.structs.replace(SCANNED, site=site))
    tokens.add(
        client.app.state.engine,
        "only-other",
        name="one",
        now=dt.datetime.now(dt.UTC),
        sites=("other",),
    )
    headers = {"Authorization": "Bearer only-other"}

    scans = client.get("/api/v1/scans", headers=headers).json()["scans"]
    findings = client.get("/api/v1/findings", headers=headers).json()["sites"]

    assert [scan["site"] for scan in scans] == ["other"]
    assert [each["site"] for each in findings] == ["other"]
    assert client.get("/api/v1/scans?site=shop", headers=headers).status_code == 404
    assert client.get("/api/v1/findings?site=shop", headers=headers).status_code == 404
