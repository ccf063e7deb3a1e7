"""Programs start scans and watch them, with a token that is for that."""

import pytest

from consent_server import tokens
from consent_server.tokens import Scope
from scanner.tables import from_milliseconds
from tests.consent_server.conftest import TOKEN

SCANS = "/api/v1/scans"


@pytest.fixture
def asked(client, monkeypatch):
    """Ask with a token; what would run says at once that it has ended."""

    async def scanned(self, job, progress, stop):
        return "done", "a word"

    monkeypatch.setattr("consent_server.admin.runner.Runner._scanned", scanned)

    def ask(method, path, *, token=TOKEN, **body):
        headers = {"Authorization": f"Bearer {token}"}
        return client.request(method, path, headers=headers, **body)

    return ask


def token(client, *scopes, sites=None):
    secret, now = tokens.new_token(), from_milliseconds(0)
    engine = client.app.state.engine
    tokens.add(engine, secret, name="robot", now=now, scopes=scopes, sites=sites)
    return secret


def test_a_scan_is_started_and_found_at_its_address(asked, client):
    started = asked("POST", SCANS, json={"site": "shop"})

    assert started.status_code == 202
    job = started.json()
    assert (job["site"], job["status"]) == ("shop", "waiting")
    found = asked("GET", started.headers["location"]).json()
    assert found["id"] == job["id"]
    (deed,) = client.app.state.trail.page(sites={"shop"})
    assert (deed.actor, deed.action) == ("token: KAPSEL_API_TOKEN", "started a scan")


def test_one_at_a_time(asked, client):
    client.app.state.jobs.add("shop", asked_by="kari")

    refused = asked("POST", SCANS, json={"site": "shop"})

    assert refused.status_code == 409
    assert "under way" in refused.json()["error"]


def test_a_token_starts_scans_of_its_sites_if_that_is_what_it_is_for(asked, client):
    reading = token(client, Scope.READ, Scope.EXPORT)
    scanning = token(client, Scope.SCAN, sites=["other"])
    job = client.app.state.jobs.add("shop", asked_by="kari")

    assert asked("POST", SCANS, token=reading, json={"site": "shop"}).status_code == 403
    assert asked("GET", f"{SCANS}/{job.id}", token=reading).status_code == 403
    assert asked("POST", SCANS, token=scanning, json={"site": "shop"}).status_code == 404
    assert asked("GET", f"{SCANS}/{job.id}", token=scanning).status_code == 404
    assert asked("POST", SCANS, token=scanning, json={"site": "other"}).status_code == 202
    assert asked("POST", SCANS, token="made up", json={"site": "other"}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (b'{"site": 1}', 400),
        (b'{"site": "shop", "url": "https://evil.example"}', 400),
        (b'{"site": "' + b"x" * 2000 + b'"}', 400),
        (b'{"site": "nowhere"}', 404),
        (b'{"site": "--help"}', 404),
    ],
)
def test_what_names_no_site_starts_nothing(asked, body, status):
    answer = asked("POST", SCANS, content=body)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_a_number_that_is_none_finds_nothing(asked):
    for number in ("0", "x", "9" * 30):
        assert asked("GET", f"{SCANS}/{number}").status_code == 404
