"""The application as a whole: health, refusals, and the pages for people."""

import pytest
from starlette.testclient import TestClient

from consent_server.app import create_app
from consent_server.settings import Settings
from scanner.errors import SitesInvalid
from tests.consent_server.conftest import TOKEN, decision, send


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


def test_people_sign_in_with_a_token_and_read_the_log(client):
    send(client, decision(1))
    assert client.get("/", follow_redirects=False).headers["location"] == "/admin"
    closed = client.get("/admin")
    assert closed.status_code == 401
    assert 'action="/admin/sign-in"' in closed.text

    wrong = client.post("/admin/sign-in", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert "That token is not known here." in wrong.text
    forged = client.post(
        "/admin/sign-in", data={"token": TOKEN}, headers={"Origin": "https://evil.example"}
    )
    assert forged.status_code == 403

    opened = client.post("/admin/sign-in", data={"token": TOKEN})
    assert opened.status_code == 200
    assert decision(1)["id"] in opened.text
    assert "1 decision, the newest first" in opened.text
    assert "script" not in opened.headers["content-security-policy"]
    cookie = next(iter(client.cookies.jar))
    assert cookie.name == "__Host-kapsel_admin"
    assert cookie.secure

    refused = client.get("/admin", params={"category": "marketing", "granted": "", "site": ""})
    assert "No decision answers to this." in refused.text
    assert client.get("/admin", params={"from": "x"}).status_code == 400

    client.post("/admin/sign-out")
    assert client.get("/admin").status_code == 401


def test_what_a_visitor_sent_cannot_act_on_the_log_page(client):
    client.post("/admin/sign-in", data={"token": TOKEN})
    page = "https://www.shop.example/<script>alert(1)</script>"

    send(client, decision(1, page=page))

    assert "<script>" not in client.get("/admin").text
    assert "&lt;script&gt;" in client.get("/admin").text
