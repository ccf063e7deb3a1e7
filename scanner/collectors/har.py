"""What a browser exchanged with servers, as an archive (HAR 1.2) without secrets or contents."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from scanner.redaction import redacted_header, redacted_url

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.browser.devtools import Params, Session

MOST = 20_000  # exchanges of one archive: beyond that it only counts
_OURS = ("_began", "_answered", "_headers")
_UNKNOWN = -1  # HAR's own word for a size or time that is not known


class Archive:
    """Collects what all targets of one profile ask and are answered; see `document`."""

    def __init__(self, *, secret: Collection[str] = ()) -> None:
        """Args: secret: names of headers that are ours, and whose value is nobody's business."""
        self._secret = frozenset(name.lower() for name in secret)
        self._open: dict[tuple[str, str], dict[str, Any]] = {}
        self._hops: dict[tuple[str, str], list[dict[str, Any]]] = {}  # of a redirected request
        self._raw: dict[tuple[str, str], list[dict[str, str]]] = {}  # headers as they came
        self._entries: list[dict[str, Any]] = []
        self._pages: list[dict[str, Any]] = []
        self.left_out = 0

    def attach(self, session: Session) -> None:
        """Listen to *session*, whose network events somebody has enabled."""
        for name, listener in (
            ("requestWillBeSent", self._asked),
            ("responseReceived", self._answered),
            ("responseReceivedExtraInfo", self._told),
            ("loadingFinished", self._ended),
            ("loadingFailed", self._failed),
        ):
            session.on(f"Network.{name}", _bound(listener, session.id))

    def visit(self, url: str) -> None:
        """Begin a page: what follows belongs to it."""
        self._pages.append(
            {
                "startedDateTime": _moment(dt.datetime.now(dt.UTC).timestamp()),
                "id": f"page_{len(self._pages) + 1}",
                "title": redacted_url(url),
                "pageTimings": {"onContentLoad": _UNKNOWN, "onLoad": _UNKNOWN},
            }
        )

    def document(self, *, version: str) -> bytes:
        """Return the archive; *version* is the browser's."""
        log: dict[str, Any] = {
            "version": "1.2",
            "creator": {"name": "Kapsel", "version": "1"},
            "browser": {"name": "Chromium", "version": version},
            "pages": self._pages,
            "entries": [_public(entry) for entry in self._entries],
        }
        if self.left_out:
            log["comment"] = f"{self.left_out} further exchanges are left out"
        return msgspec.json.format(msgspec.json.encode({"log": log}), indent=1)

    def _asked(self, session: str, params: Params) -> None:
        key = (session, params["requestId"])
        if (redirect := params.get("redirectResponse")) and (before := self._open.pop(key, None)):
            self._respond(before, redirect, params["timestamp"])
            before["response"]["redirectURL"] = redacted_url(params["request"]["url"])
        if not params["request"]["url"].startswith(("http:", "https:", "ws:", "wss:")):
            return
        if len(self._entries) >= MOST:
            self.left_out += 1
            return
        entry = self._entry(params)
        self._open[key] = entry
        self._hops.setdefault(key, []).append(entry)
        self._entries.append(entry)
        self._pair(key)

    def _entry(self, params: Params) -> dict[str, Any]:
        request = params["request"]
        url = redacted_url(request["url"])
        entry: dict[str, Any] = {
            "startedDateTime": _moment(params["wallTime"]),
            "time": 0,
            "request": {
                "method": request["method"],
                "url": url,
                "httpVersion": "",
                "cookies": [],
                "headers": self._headers(request["headers"]),
                "queryString": [
                    {"name": name, "value": value}
                    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
                ],
                "headersSize": _UNKNOWN,
                "bodySize": _UNKNOWN if request.get("hasPostData") else 0,
            },
            "response": _nothing(),
            "cache": {},
            "timings": {"send": 0, "wait": 0, "receive": 0},
            "_resourceType": params.get("type", "Other").lower(),
            "_initiator": params.get("initiator", {}).get("type"),
            "_began": params["timestamp"],
        }
        if self._pages:
            entry["pageref"] = self._pages[-1]["id"]
        return entry

    def _answered(self, session: str, params: Params) -> None:
        if entry := self._open.get((session, params["requestId"])):
            self._respond(entry, params["response"], params["timestamp"])

    def _told(self, session: str, params: Params) -> None:
        """Note the headers with their cookies, which the answer itself does not show."""
        key = (session, params["requestId"])
        self._raw.setdefault(key, []).append(params["headers"])
        self._pair(key)

    def _pair(self, key: tuple[str, str]) -> None:
        """Give each hop of a request its headers; the two arrive in any order."""
        for entry, headers in zip(self._hops.get(key, ()), self._raw.get(key, ()), strict=False):
            entry["_headers"] = self._headers(headers)

    def _respond(self, entry: dict[str, Any], response: Params, at: float) -> None:
        headers = self._headers(response.get("headers", {}))
        entry["response"] = {
            **_nothing(),
            "status": response["status"],
            "statusText": response.get("statusText", ""),
            "httpVersion": response.get("protocol", ""),
            "headers": headers,
            "content": {"size": _UNKNOWN, "mimeType": response.get("mimeType", "")},
        }
        entry["request"]["httpVersion"] = response.get("protocol", "")
        entry["timings"]["wait"] = _milliseconds(entry["_began"], at)
        entry["time"] = entry["timings"]["wait"]
        entry["_answered"] = at

    def _ended(self, session: str, params: Params) -> None:
        if entry := self._open.pop((session, params["requestId"]), None):
            received = _milliseconds(entry.get("_answered", entry["_began"]), params["timestamp"])
            entry["timings"]["receive"] = received
            entry["time"] = entry["timings"]["wait"] + received
            entry["response"]["bodySize"] = round(params.get("encodedDataLength", _UNKNOWN))

    def _failed(self, session: str, params: Params) -> None:
        if entry := self._open.pop((session, params["requestId"]), None):
            entry["response"]["_error"] = params.get("errorText") or "failed"

    def _headers(self, headers: dict[str, str]) -> list[dict[str, str]]:
        return [
            {"name": name, "value": redacted_header(name, str(value), also=self._secret)}
            for name, value in headers.items()
        ]


def _bound(listener: Any, session: str) -> Any:
    return lambda params: listener(session, params)


def _nothing() -> dict[str, Any]:
    """Return the response of a request that has had none yet, with status 0 as HAR writes it."""
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": ""},
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    """Return *entry* as it stands in the archive: without what only we need."""
    public = {key: value for key, value in entry.items() if key not in _OURS}
    if entry["response"]["status"] and "_headers" in entry:
        public["response"] = {**entry["response"], "headers": entry["_headers"]}
    return public


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")


def _milliseconds(start: float, end: float) -> float:
    return round(max(0.0, end - start) * 1000, 3)
