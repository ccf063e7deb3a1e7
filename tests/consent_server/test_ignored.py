"""A banner that was left unanswered is counted, and nothing else is kept of whoever left it."""

import pytest

from tests.consent_server.conftest import ORIGIN, ask, decision, send


def ignore(client, body, *, origin=ORIGIN):
    headers = {"Content-Type": "text/plain", "Origin": origin}
    return client.post("/w/shop/ignored", content=body, headers=headers)


def current(client):
    return client.get("/w/shop.json").json()["revision"]


def test_statistics_have_a_denominator(client):
    revision = current(client)
    body = f'{{"revision": "{revision}", "language": "nb"}}'
    assert [ignore(client, body).status_code for _ in range(2)] == [204, 204]
    send(client, decision(1, revision=revision, surface="banner"))

    (day,) = ask(client, "/api/v1/stats", site="shop").json()["days"]

    assert (day["shown"], day["ignored"], day["decisions"], day["partial"]) == (3, 2, 1, 1)
    assert ask(client, "/api/v1/consents/count").json() == {"count": 1}
    (apart,) = client_days(client, by="layout")
    assert apart["apart"] == {"layout": "box"}


def client_days(client, **params):
    return ask(client, "/api/v1/stats", **params).json()["days"]


def test_statistics_stay_when_a_decision_is_erased(client):
    send(client, decision(1))
    before = client_days(client)

    client.delete(f"/w/shop/consents/{decision(1)['id']}")

    assert client_days(client) == before
    assert ask(client, "/api/v1/stats", by="id").status_code == 400
    assert ask(client, "/api/v1/stats", id=decision(1)["id"]).status_code == 400


def test_of_what_was_never_shown_nothing_is_counted(client):
    assert ignore(client, '{"revision": "r9", "language": "nb"}').status_code == 204
    assert client_days(client) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"revision": "", "language": "nb"}',
        b'{"revision": "r", "language": "?"}',
        b'{"revision": "r", "language": "nb", "id": 1}',
        b"\xff",
    ],
)
def test_what_says_no_such_thing_is_refused(client, body):
    assert ignore(client, body).status_code == 400


def test_only_pages_of_the_site_are_heard_and_only_so_much(client):
    assert ignore(client, b"{}", origin="https://evil.example").status_code == 403
    assert ignore(client, b" " * 8193).status_code == 413
