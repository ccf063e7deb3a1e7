"""Watch what is told to servers: pixels and beacons, addresses, unencrypted parts, headers."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.addresses import without_query
from scanner.cloaking import passes_on
from scanner.collectors import parameters
from scanner.collectors.evidence import Call, Contact, Evidence
from scanner.collectors.network import initiator
from scanner.model import SetBy, SignalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.network import Traffic
    from scanner.shape import Digester

MAX_CONTACTS = 1500  # requests of a page that are looked into

MAX_FRAMES = 200  # of WebSockets that are looked into
PATH = "path"  # what the path of an address is called, where a parameter is named
#: Headers that a browser sends by itself, and those that say what is sent or wanted.
_USUAL = frozenset(
    {"user-agent", "referer", "origin", "host", "cookie", "pragma", "cache-control", "range"}
    | {"accept", "accept-language", "accept-encoding", "content-type", "content-length", "dnt"}
    | {"upgrade-insecure-requests", "x-requested-with", "if-none-match", "if-modified-since"}
)

#: Kinds of requests that show something, and are no message.
_NO_MESSAGE = frozenset({"Document", "Script", "Stylesheet", "Font", "Media", "Manifest"})
_CODE = re.compile(r"(?<=/)(?=[^/]*\d)[\w.~=-]{12,}(?=/|$)")  # of a path: who, not what

#: What protects a page, as its response says it.
HEADERS = (
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
)

MAX_MIXED = 200  # unencrypted parts of a page that are told
#: What the browser makes of them: such parts as it calls them -> as we do.
_OUTCOMES = {
    "MixedContentBlocked": "blocked",
    "MixedContentAutomaticallyUpgraded": "upgraded",
}

#: What a response asks of the browser by a header.
ADVERTISING = {
    "observe-browsing-topics": "topics",
    "ad-auction-signals": "auctions",
    "ad-auction-result": "auctions",
    "shared-storage-write": "shared_storage",
    "attribution-reporting-register-source": "attribution",
    "attribution-reporting-register-trigger": "attribution",
    "set-login": "federated_sign_in",
}


class Contacts:
    """Collects from one target into *evidence*."""

    def __init__(
        self, session: Session, *, evidence: Evidence, traffic: Traffic, digester: Digester
    ) -> None:
        self._evidence = evidence
        self._traffic = traffic
        self._digester = digester
        self._sockets: dict[str, str] = {}  # request -> URL
        self._left = MAX_FRAMES
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._received)
        session.on("Network.webSocketCreated", self._socket)
        session.on("Network.webSocketFrameSent", self._framed)
        session.on("Audits.issueAdded", self._issue)
        session.post("Audits.enable")  # workers have none

    def _asked(self, params: Params) -> None:
        request = params["request"]
        url = request["url"]
        contacts = self._evidence.contacts
        if not url.startswith(("http:", "https:")) or len(contacts) >= MAX_CONTACTS:
            return
        parts = urlsplit(url)
        kind = params.get("type", "Other")
        message = kind not in _NO_MESSAGE
        page = urlsplit(params.get("documentURL", "")).hostname or ""
        pairs = tuple(parameters.pairs(parts.query, request.get("postData")))
        for _, value in pairs:
            if "@" in value and (mail := parameters.email(value)):
                self._evidence.mails |= parameters.hashes_of_email(mail, self._digester)
        given = tuple(
            (told, parameters.digests(value, self._digester), name)
            for name, value in pairs
            if (told := parameters.carried(name, value, page_host=page)) or len(value) >= 8
        )
        headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
        tokens = {name: digests for _, digests, name in given if digests}
        tokens.update(self._beside(parts.path if message else "", headers))
        if (mixed := request.get("mixedContentType", "none")) != "none":
            self._mix(url, "blocked" if mixed == "blockable" else "sent")
        contacts.append(
            Contact(
                host=parts.hostname or "",
                path=_CODE.sub("*", without_query(parts.path)),
                kind=kind,
                message=message,
                at=dt.datetime.now(dt.UTC),
                by=self._evidence.planned.get(url)
                or initiator(params.get("initiator", {}), self._evidence.addresses),
                carries=tuple(told for told, _, _ in given if told is not None),
                tokens=tokens,
                referrer=_told_path(headers.get("referer", "")),
                passes_on=passes_on(parts.path, [name for name, _ in pairs]),
                granted=_granted(parts.query),
            )
        )

    def _issue(self, params: Params) -> None:
        """Note what an encrypted page asks for unencrypted, whatever the browser made of it."""
        details = params["issue"]["details"].get("mixedContentIssueDetails")
        if details is not None:
            self._mix(details["insecureURL"], _OUTCOMES.get(details["resolutionStatus"], "sent"))

    def _mix(self, url: str, outcome: str) -> None:
        parts = urlsplit(url)
        place = (parts.hostname or "", _CODE.sub("*", parts.path) or "/")
        if len(self._evidence.mixed) < MAX_MIXED:
            self._evidence.mixed[place] = outcome

    def _beside(self, path: str, headers: dict[str, str]) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield what the *path* and the *headers* of a request hold that is no parameter."""
        codes = " ".join(_CODE.findall(path))
        if digests := parameters.digests(codes, self._digester):
            yield PATH, digests
        for name, value in headers.items():
            usual = name in _USUAL or name.startswith("sec-")
            if not usual and (digests := parameters.digests(value, self._digester)):
                yield name, digests

    def _socket(self, params: Params) -> None:
        """Note a WebSocket, whose address can tell as much as a request's."""
        self._sockets[params["requestId"]] = params["url"]
        by = initiator(params.get("initiator", {}), self._evidence.addresses)
        self._message(params["url"], urlsplit(params["url"]).query, None, by=by)

    def _framed(self, params: Params) -> None:
        """Note what is sent over a WebSocket, as long as it is not much."""
        url, response = self._sockets.get(params["requestId"]), params["response"]
        if url is not None and response.get("opcode") == 1 and self._left > 0:
            self._left -= 1
            self._message(url, "", response.get("payloadData", ""), by=None)

    def _message(self, url: str, query: str, body: str | None, *, by: SetBy | None) -> None:
        """Note what a WebSocket to *url* tells."""
        parts = urlsplit(url)
        told = {
            name[: parameters.MAX_NAME]: parameters.digests(value, self._digester)
            for name, value in parameters.pairs(query, body)
            if len(value) >= parameters.SHORTEST
        }
        if len(self._evidence.contacts) < MAX_CONTACTS and any(told.values()):
            self._evidence.contacts.append(
                Contact(
                    host=parts.hostname or "",
                    path=_CODE.sub("*", parts.path),
                    kind="WebSocket",
                    message=True,
                    at=dt.datetime.now(dt.UTC),
                    by=by,
                    carries=(),
                    tokens={name: digests for name, digests in told.items() if digests},
                )
            )

    def _received(self, params: Params) -> None:
        """Note what a response asks of the browser, and what protects the page."""
        self._adverts(params["response"])
        if params.get("type") != "Document" or params.get("frameId") != self._traffic.frame:
            return
        response = params["response"]
        sent = {name.lower(): value for name, value in response.get("headers", {}).items()}
        self._evidence.headers = {name: sent.get(name) for name in HEADERS}

    def _adverts(self, response: Params) -> None:
        """Note what *response* asks of what the browser has for advertising."""
        url = response["url"]
        for name in response.get("headers", ()):
            if (interface := ADVERTISING.get(name.lower())) is not None:
                self._evidence.asking.append(
                    Call(
                        name=interface,
                        host=urlsplit(url).hostname or "",
                        by=SetBy(kind="http", url=without_query(url)),
                        kind=SignalKind.ADVERTISING,
                    )
                )


def _told_path(referrer: str) -> bool:
    """Tell whether *referrer* says more than the site."""
    parts = urlsplit(referrer)
    return bool(parts.query) or parts.path not in ("", "/")


def _granted(query: str) -> str | None:
    """Return what a hit of Google's says of consent: ``gcs``, as in ``G111``."""
    found = re.search(r"(?:^|&)gcs=(G1[01-][01-])(?:&|$)", query)
    return found[1] if found else None
