"""The archive of what was exchanged."""

import json

from scanner.collectors.har import Archive


class Wire:
    """A session that only tells."""

    id = "S"

    def __init__(self):
        self.listeners = {}

    def on(self, method, listener):
        self.listeners[method] = listener

    def tell(self, event, **params):
        self.listeners[f"Network.{event}"](params)


def asked(url, *, at, headers=None, **more):
    return {
        "requestId": "1",
        "request": {"url": url, "method": "GET", "headers": headers or {}},
        "timestamp": at,
        "wallTime": 1_800_000_000 + at,
        "type": "Document",
        **more,
    }


def response(status, headers=None):
    return {"status": status, "statusText": "", "headers": headers or {}, "mimeType": "text/html"}


def test_an_exchange_and_its_redirect_are_archived_without_secrets():
    wire, archive = Wire(), Archive(secret={"X-Stage"})
    archive.attach(wire)
    archive.visit("https://shop.example/")

    wire.tell(
        "requestWillBeSent",
        **asked(
            "https://shop.example/?email=kari@nord.no",
            at=1.0,
            headers={"X-Stage": "blue", "Accept-Language": "nb"},
        ),
    )
    wire.tell(
        "responseReceivedExtraInfo",
        requestId="1",
        headers={"set-cookie": "sid=secret-value; Secure"},
    )
    wire.tell(
        "requestWillBeSent",
        **asked("https://shop.example/hjem", at=1.5, redirectResponse=response(302)),
    )
    wire.tell("responseReceived", requestId="1", timestamp=1.75, response=response(200))
    wire.tell("loadingFinished", requestId="1", timestamp=2.0, encodedDataLength=42)

    text = archive.document(version="156").decode()
    log = json.loads(text)["log"]
    first, second = log["entries"]
    assert log["version"] == "1.2"
    assert log["pages"][0]["title"] == "https://shop.example/"
    assert first["pageref"] == second["pageref"] == log["pages"][0]["id"]
    assert first["request"]["queryString"] == [{"name": "email", "value": "[redacted]"}]
    assert first["response"]["status"] == 302
    assert first["response"]["redirectURL"] == "https://shop.example/hjem"
    assert first["response"]["headers"] == [
        {"name": "set-cookie", "value": "sid=[redacted]; Secure"}
    ]
    assert second["response"]["status"] == 200
    assert second["timings"] == {"send": 0, "wait": 250.0, "receive": 250.0}
    assert (second["time"], second["response"]["bodySize"]) == (500.0, 42)
    assert {"name": "Accept-Language", "value": "nb"} in first["request"]["headers"]
    for secret in ("kari@nord.no", "secret-value", "blue"):
        assert secret not in text


def test_what_failed_and_what_never_answered_are_archived_too():
    wire, archive = Wire(), Archive()
    archive.attach(wire)

    wire.tell("requestWillBeSent", **asked("https://ads.example/a", at=1.0))
    wire.tell("loadingFailed", requestId="1", timestamp=1.2, errorText="net::ERR_ABORTED")
    wire.tell("requestWillBeSent", **{**asked("https://ads.example/b", at=1.0), "requestId": "2"})
    wire.tell("requestWillBeSent", **{**asked("data:,x", at=1.0), "requestId": "3"})

    entries = json.loads(archive.document(version="156"))["log"]["entries"]
    assert [e["request"]["url"] for e in entries] == [
        "https://ads.example/a",
        "https://ads.example/b",
    ]
    assert [e["response"]["status"] for e in entries] == [0, 0]
    assert entries[0]["response"]["_error"] == "net::ERR_ABORTED"


def test_an_archive_has_an_end(monkeypatch):
    monkeypatch.setattr("scanner.collectors.har.MOST", 1)
    wire, archive = Wire(), Archive()
    archive.attach(wire)

    for number in ("1", "2"):
        wire.tell(
            "requestWillBeSent", **{**asked("https://a.example/", at=1.0), "requestId": number}
        )

    log = json.loads(archive.document(version="156"))["log"]
    assert len(log["entries"]) == 1
    assert log["comment"] == "1 further exchanges are left out"
