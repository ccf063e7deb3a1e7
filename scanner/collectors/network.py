"""Watch what a target asks of servers, and the cookies in the answers."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner import cookie_line, lifetimes
from scanner.addresses import without_query
from scanner.collectors.evidence import MAX_BROUGHT, CookieWrite, Evidence, Request, Unheard
from scanner.collectors.stack import OURS, clean
from scanner.domains import same_site
from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.browser.devtools import Params, Session
    from scanner.shape import Digester

BUFFER = 1_000_000  # bytes of answers that the browser keeps for us: we read none of them

#: What a header Clear-Site-Data says that takes cookies away, and what all else.
_CLEARING = ('"cookies"', '"*"')
_EMPTYING = ('"storage"', '"*"')

#: Kinds of requests that may stay open for as long as the page lives.
_ENDLESS = {"EventSource", "WebSocket", "Media"}

#: How addresses of documents begin that were written into the page which holds them.
_WRITTEN = ("about:", "data:", "blob:", "javascript:")
_SHEET = "about:client"  # what asks for what a style sheet in a page imports

CONNECTIONS = 6  # to one host, over HTTP/1.1, that browsers open at the most

PATIENCE = 8.0  # seconds that the beginning of an answer is waited for: long polls never get one


class Traffic:
    """How much is under way in a tab, over all its targets; and what the main document was."""

    def __init__(self) -> None:
        self.open: set[tuple[str, str]] = set()
        #: Of these, those without any answer yet -> when they were asked.
        self.unanswered: dict[tuple[str, str], float] = {}
        #: Those that may stay open for as long as the page lives, each in a connection of its own.
        self.lasting: set[tuple[str, str]] = set()
        self.changed_at = time.monotonic()
        self.frame = ""  # id of the tab's main frame
        self.status: int | None = None  # of the main document
        self.url: str | None = None
        self.documents = 0  # main documents that came since `begin`
        self.asked: str | None = None  # the main document that was asked for last
        # Requests by id: those of a worker are told by its own target, their answers by the page's.
        self.exchanges: dict[str, Exchange] = {}

    def begin(self) -> None:
        """Forget the last page."""
        self.open.clear()
        self.unanswered.clear()
        self.lasting.clear()
        self.changed_at = time.monotonic()
        self.status, self.url, self.asked = None, None, None
        self.documents = 0
        self.exchanges.clear()

    def answered_for(self) -> float:
        """Return for how many seconds nothing waited for the beginning of its answer."""
        return 0.0 if self.waits else time.monotonic() - self.changed_at

    @property
    def waits(self) -> bool:
        """Whether anything waits for the beginning of an answer that may yet come."""
        asked = max(self.unanswered.values(), default=None)
        return asked is not None and time.monotonic() - asked < PATIENCE

    def crowds(self, host: str) -> bool:
        """Tell whether so much waits for *host* that a browser asks it for nothing more."""
        waiting = (self.exchanges.get(key[1]) for key in self.unanswered)
        asked = [each.hops[-1] for each in waiting if each and each.hops]
        return sum(urlsplit(url).hostname == host for url in asked) >= CONNECTIONS

    def quiet_for(self) -> float:
        """Return for how many seconds nothing was under way."""
        return 0.0 if self.open else time.monotonic() - self.changed_at


class Network:
    """Collects from one target into *evidence*."""

    def __init__(
        self,
        session: Session,
        *,
        evidence: Evidence,
        traffic: Traffic,
        digester: Digester,
        unheard: Callable[[], None],
    ) -> None:
        """
        Listen to *session*.

        Args:
            unheard: Called when an answer came whose cookies the browser does not tell.
        """
        self._session = session
        self._unheard = unheard
        self._evidence = evidence
        self._traffic = traffic
        self._digester = digester
        for method, listener in (
            ("requestWillBeSent", self._asked),
            ("responseReceivedExtraInfo", self._answered),
            ("responseReceived", self._received),
            ("loadingFinished", self._ended),
            ("loadingFailed", self._ended),
            ("webSocketCreated", self._socket),
            ("webSocketHandshakeResponseReceived", self._shaken),
            ("webSocketClosed", self._ended),
            ("webTransportCreated", self._transport),
        ):
            session.on(f"Network.{method}", listener)
        session.on("Page.frameAttached", self._framed)
        session.on("detached", self._detached)
        session.post("Network.enable", maxTotalBufferSize=BUFFER, maxResourceBufferSize=BUFFER)

    def _asked(self, params: Params) -> None:
        url = params["request"]["url"]
        exchange = self._exchange(params["requestId"])
        if params.get("type") == "Document" and "frameId" in params:
            self._evidence.documents[params["frameId"]] = url
        if "redirectResponse" in params and params.get("redirectHasExtraInfo") is False:
            exchange.withdraw()
        if url.startswith(("blob:", "data:")) and (
            maker := initiator(params.get("initiator", {}), self._evidence.addresses)
        ):
            self._evidence.made.setdefault(url, maker)
        if not url.startswith(("http:", "https:", "ws:", "wss:")):
            return
        exchange.hops.append(url)
        exchange.asked = exchange.asked or _now()
        if params.get("type") == "Script" and "redirectResponse" in params:
            self._evidence.landed[exchange.hops[0]] = url
        self._pair(exchange)
        by = self._evidence.planned.get(url) or self._asker(params)
        self._brought(url, by, redirected=params.get("redirectResponse"))
        self._evidence.requests.append(Request(host=urlsplit(url).hostname or "", at=_now(), by=by))
        traffic = self._traffic
        traffic.changed_at = time.monotonic()
        # A worker's own script is told as asked for by the page, and never as finished.
        if params.get("type") in _ENDLESS:
            traffic.lasting.add((self._session.id, params["requestId"]))
        elif params.get("loaderId") != "":
            self._under_way(params["requestId"])
        if params.get("type") == "Document" and params.get("frameId") == traffic.frame:
            traffic.asked = url
            self._evidence.asked = self._evidence.asked or _now()

    def _under_way(self, id: str) -> None:  # noqa: A002
        self._traffic.changed_at = time.monotonic()
        self._traffic.open.add((self._session.id, id))
        self._traffic.unanswered[self._session.id, id] = self._traffic.changed_at

    def _initiator(self, params: Params) -> SetBy | None:
        return initiator(params.get("initiator", {}), self._evidence.addresses)

    def _framed(self, params: Params) -> None:
        """Note who put a frame into the page."""
        maker = caller(params.get("stack"), self._evidence.addresses)
        self._evidence.framed[params["frameId"]] = maker or params["parentFrameId"]

    def _asker(self, params: Params) -> SetBy | None:
        """Return who asked for something; what the browser does not know follows from the frame."""
        by = self._initiator(params)
        url, document = params["request"]["url"], params.get("documentURL", "")
        holder = self._evidence.holder(params.get("frameId", ""))
        loads = params.get("type") == "Document"
        if by is None or by.url == _SHEET:
            if loads:
                return self._evidence.brought.get(url) or holder
            inline = document.startswith("http") and document != url
            return SetBy(kind="http", url=clean(document)) if inline else holder
        if by.url and by.url.startswith(_WRITTEN) and (loads or by.url == clean(document)):
            return holder or by
        return by

    def _brought(self, url: str, by: SetBy | None, *, redirected: Params | None) -> None:
        """Note who asked for *url*, or which answer led there."""
        if redirected is not None:
            by = SetBy(kind="http", url=without_query(redirected["url"]))
        brought = self._evidence.brought
        if by is not None and by.url is not None and len(brought) < MAX_BROUGHT:
            step = SetBy(kind=by.kind, url=by.url.split("#", 1)[0], line=by.line)
            for address in (url, without_query(url)):
                if address != step.url:
                    brought.setdefault(address, step)

    def _answered(self, params: Params) -> None:
        headers = {key.lower(): value for key, value in params["headers"].items()}
        lines = _as_sent(headers["set-cookie"]).split("\n") if "set-cookie" in headers else []
        refused = {
            _as_sent(blocked["cookieLine"]): tuple(blocked["blockedReasons"])
            for blocked in params.get("blockedCookies", ())
        }
        lines += [line for line in refused if line not in lines]
        exchange = self._exchange(params["requestId"])
        clears = headers.get("clear-site-data", "")
        date = lifetimes.parse_date(headers.get("date", ""))
        exchange.answers.append((lines, refused, date, clears))
        self._pair(exchange)

    def _received(self, params: Params) -> None:
        self._traffic.unanswered.pop((self._session.id, params["requestId"]), None)
        self._traffic.changed_at = time.monotonic()
        if params.get("hasExtraInfo") is False:
            self._exchange(params["requestId"]).withdraw()
            # Of the script of a service worker the browser tells no headers.
            url = params["response"]["url"]
            if params.get("loaderId") == "" and url.startswith("http"):
                self._doubt(url, self._exchange(params["requestId"]))
        if params.get("type") == "Document" and params.get("frameId") == self._traffic.frame:
            self._traffic.documents += 1
            self._traffic.status = params["response"]["status"]
            self._traffic.url = params["response"]["url"]

    def _doubt(self, url: str, exchange: Exchange) -> None:
        """Note that the answer of *url*, which has just come, may have brought cookies."""
        now = _now()
        noted = Unheard(asked=exchange.asked or now, at=now)
        self._evidence.unheard.setdefault(without_query(url), noted)
        self._unheard()

    def _ended(self, params: Params) -> None:
        exchange = self._traffic.exchanges.get(params["requestId"])
        if exchange and "REDIRECT" in params.get("errorText", "") and not exchange.told:
            # Of an answer that leads nowhere the browser tells nothing, and keeps the cookies.
            self._doubt(exchange.hops[-1], exchange)
        self._traffic.unanswered.pop((self._session.id, params["requestId"]), None)
        self._traffic.open.discard((self._session.id, params["requestId"]))
        self._traffic.lasting.discard((self._session.id, params["requestId"]))
        self._traffic.changed_at = time.monotonic()

    def _socket(self, params: Params) -> None:
        exchange = self._exchange(params["requestId"])
        exchange.hops.append(params["url"])
        exchange.asked = _now()
        by = self._initiator(params)
        host = urlsplit(params["url"]).hostname or ""
        self._evidence.requests.append(Request(host=host, at=_now(), by=by))
        self._under_way(params["requestId"])

    def _transport(self, params: Params) -> None:
        """Note a connection over HTTP/3, which brings no cookies and may stay open for ever."""
        url = params["url"]
        by = self._evidence.planned.get(url) or self._initiator(params)
        self._evidence.requests.append(Request(host=urlsplit(url).hostname or "", at=_now(), by=by))

    def _shaken(self, params: Params) -> None:
        self._ended(params)
        exchange = self._exchange(params["requestId"])
        response = params["response"]
        if not exchange.answers:
            self._answered({**params, "headers": response.get("headers", {})})
        # Of a handshake with another site the browser does not tell the cookies.
        asker = urlsplit(response.get("requestHeaders", {}).get("Origin", "")).hostname or ""
        url = exchange.hops[0] if exchange.hops else ""
        if not same_site(asker, urlsplit(url).hostname or ""):
            self._doubt(url, exchange)

    def _detached(self, params: Params) -> None:
        traffic, gone = self._traffic, self._session.id
        traffic.open = {key for key in traffic.open if key[0] != gone}
        for key in [key for key in traffic.unanswered if key[0] == gone]:
            del traffic.unanswered[key]

    def _exchange(self, id: str) -> Exchange:  # noqa: A002
        return self._traffic.exchanges.setdefault(id, Exchange())

    def _pair(self, exchange: Exchange) -> None:
        """Give each answer's lines the URL that they came from; the two arrive in any order."""
        while exchange.answers and exchange.paired < len(exchange.hops):
            lines, refused, date, clears = exchange.answers.pop(0)
            url = exchange.hops[exchange.paired]
            if any(what in clears for what in _CLEARING):
                self._evidence.cleared.add(urlsplit(url).hostname or "")
            if any(what in clears for what in _EMPTYING):
                self._evidence.emptied.add(urlsplit(url).hostname or "")
            exchange.paired += 1
            now = _now()
            for text in lines:
                line = cookie_line.read(
                    text, url=url, written_at=date or now, digester=self._digester
                )
                if line is not None:
                    self._evidence.writes.append(
                        CookieWrite(
                            line=line,
                            by=SetBy(kind="http", url=without_query(url)),
                            at=now,
                            refused=refused.get(text, ()),
                        )
                    )


#: Lines of Set-Cookie, those of them that were refused and why, the date, what is to be cleared.
_Answer = tuple[list[str], dict[str, tuple[str, ...]], "dt.datetime | None", str]


class Exchange:
    """One request with its redirects, and the raw answers that were not given to one yet."""

    def __init__(self) -> None:
        self.hops: list[str] = []
        self.asked: dt.datetime | None = None
        self.paired = 0  # hops that have their answer
        self.answers: list[_Answer] = []

    @property
    def told(self) -> bool:
        """Whether the browser told the answer of each hop."""
        return self.paired >= len(self.hops)

    def withdraw(self) -> None:
        """Skip the newest hop: its answer came from no server."""
        if not self.told:
            self.hops.pop()


def initiator(told: dict[str, Any], addresses: Mapping[str, str] | None = None) -> SetBy | None:
    """
    Return who started a request, from what DevTools tells of it.

    Args:
        addresses: Where scripts come from that call themselves otherwise, by their identifiers.
    """
    if (by := caller(told.get("stack"), addresses)) is not None:
        return by
    if told.get("url"):
        line = told.get("lineNumber")
        return SetBy(
            kind="http", url=clean(told["url"]), line=None if line is None else int(line) + 1
        )
    return None


def caller(
    stack: dict[str, Any] | None, addresses: Mapping[str, str] | None = None
) -> SetBy | None:
    """Return the innermost code of a stack of DevTools that has an address."""
    while stack:
        for frame in stack.get("callFrames", ()):
            url = (addresses or {}).get(frame.get("scriptId", ""), frame.get("url"))
            if url and OURS not in (url, frame.get("url")):
                return SetBy(kind="script", url=url, line=frame["lineNumber"] + 1)
        stack = stack.get("parent")
    return None


def _as_sent(header: str) -> str:
    """Return *header* as the server wrote it: DevTools tells the bytes of UTF-8 one by one."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
