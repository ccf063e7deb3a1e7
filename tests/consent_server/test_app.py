"""The application as a whole: health, refusals, and the pages for people."""

import pytest
from starlette.testclient import TestClient

from consent_server.app import create_app
from consent_server.settings import Settings
from scanner.errors import SitesInvalid
from tests.consent_server.conftest import decision, send


def test_the_process_says_that_it_lives_and_that_the_database_answers(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/.well-known/gpc.json").json()["gpc"] is True


def test_what_became_of_decisions_is_counted_without_persons(client):
    def count(outcome):
        lines = client.get("/metrics").text.splitlines()
        (line,) = [x for x in lines if x.startswith(f'kapsel_decisions_total{{outcome="{outcome}"')]
        return float(line.split()[-1])

    sent = decision(1)
    before = [count(outcome) for outcome in ("stored", "known", "refused")]
    send(client, sent)
    send(client, sent)
    send(client, sent | {"language": "en"})

    after = [count(outcome) for outcome in ("stored", "known", "refused")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
    text = client.get("/metrics").text
    assert "kapsel_commit_seconds_bucket" in text
    assert decision(1)["id"] not in text


def test_a_browser_that_came_over_tls_is_kept_to_it(client):
    with_tls = TestClient(client.app, base_url="https://consent.example")
    without = TestClient(client.app, base_url="http://consent.example")

    for path in ("/admin/sign-in", "/w/shop/requests", "/nothing"):
        assert with_tls.get(path).headers["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in without.get(path).headers


def test_a_database_that_does_not_answer_makes_the_server_unready(client, monkeypatch):
    client.app.state.engine.dispose()
    monkeypatch.setattr(client.app.state.engine, "connect", lambda: (_ for _ in ()).throw(_gone()))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert client.get("/healthz").status_code == 200


def _gone():
    from sqlalchemy.exc import OperationalError

    return OperationalError("SELECT 1", {}, Exception("gone"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/w/shop/nothing", 404),
        ("PUT", "/w/shop/consents", 405),
        ("POST", "/w/shop.js", 405),
        ("DELETE", "/api/v1/consents", 405),
    ],
)
def test_what_is_not_there_is_refused_in_words(client, method, path, status):
    answer = client.request(method, path)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_a_server_does_not_start_on_sites_that_are_wrong(tmp_path):
    (tmp_path / "sites.yaml").write_text("sites: {shop: {}}")
    app = create_app(
        Settings(database=str(tmp_path / "kapsel.db"), sites_file=tmp_path / "sites.yaml")
    )

    with pytest.raises(SitesInvalid), TestClient(app):
        pass


def test_a_fault_of_ours_is_told_without_its_particulars(client, monkeypatch):
    monkeypatch.setattr(client.app.state, "shelf", None)

    answer = client.get("/w/shop.js")

    assert answer.status_code == 500
    assert answer.json() == {"error": "the server failed; its log says how"}
