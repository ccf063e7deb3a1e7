"""The short way answers as the routes behind it do."""

import json

import pytest

from tests.consent_server.conftest import ORIGIN, ask, decision


@pytest.fixture
def at_hand(client, monkeypatch):
    """A client whose site is at hand, so that the short way is taken."""
    monkeypatch.setattr("consent_server.shelf.FRESH", 3600.0)
    client.get("/w/shop.js")
    assert client.app.state.shelf.at_hand("shop") is not None
    return client


REQUESTS = {
    "new": (decision(1), {"Content-Type": "text/plain"}),
    "invalid": (decision(2, id="1"), {"Content-Type": "application/json"}),
    "two of a key": (b'{"id": "a", "id": "b"}', {"Content-Type": "application/json"}),
    "too long": (b" " * 8193, {"Content-Type": "text/plain;charset=UTF-8"}),
    "empty": (b"", {"Content-Type": "text/plain"}),
    "foreign": (decision(3), {"Content-Type": "text/plain", "Origin": "https://evil.example"}),
    "null": (decision(4), {"Content-Type": "text/plain", "Origin": "null"}),
    "form": (decision(5), {"Content-Type": "multipart/form-data"}),
    "taken": (decision(9, language="en"), {"Content-Type": "text/plain"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_decision_is_answered_alike(at_hand, monkeypatch, name):
    body, headers = REQUESTS[name]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    at_hand.post("/w/shop/consents", json=decision(9), headers={"Origin": ORIGIN})

    def send():
        return at_hand.post(
            "/w/shop/consents", content=content, headers={"Origin": ORIGIN, **headers}
        )

    short = send()
    monkeypatch.setattr(at_hand.app.state.shelf, "at_hand", lambda key: None)
    long = send()

    ignored = {"cache-control", "vary"} if short.is_success else set()  # nobody keeps those
    assert dict(short.headers) == {
        name: value for name, value in long.headers.items() if name not in ignored
    }
    assert short.text == long.text
    assert (short.status_code, long.status_code) == (
        (201, 200) if name == "new" else (long.status_code,) * 2
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept-Encoding": "br"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "gzip, zstd"},
        {"If-None-Match": "*"},
        {"Accept-Encoding": "br", "If-None-Match": '"other"'},
    ],
)
def test_the_script_is_answered_alike(at_hand, monkeypatch, headers):
    short = at_hand.get("/w/shop.js", headers=headers)
    monkeypatch.setattr(at_hand.app.state.shelf, "at_hand", lambda key: None)
    long = at_hand.get("/w/shop.js", headers=headers)

    assert (short.status_code, short.headers, short.content) == (
        long.status_code,
        long.headers,
        long.content,
    )


def test_what_is_out_of_the_ordinary_goes_to_the_routes(at_hand):
    assert at_hand.get("/w/nobody.js").status_code == 404
    assert at_hand.head("/w/shop.js").status_code == 200
    assert at_hand.get("/w/shop/consents").status_code == 405
    assert ask(at_hand, "/api/v1/consents").json()["records"] == []
