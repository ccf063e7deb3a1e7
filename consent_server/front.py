"""Stands before the routes: answers only to the server's names, and knows the short ways.

Ordinary decisions, and the script, are answered on their lines (see `exchange`), as the routes
would answer; what is out of the ordinary (an unknown site, a foreign page) goes to the routes.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from consent_server.answers import refusal
from consent_server.document import matches
from consent_server.exchange import Exchange, Short
from consent_server.letters import KINDS, Letter
from consent_server.log.records import MAX_BODY
from consent_server.origin import belongs
from consent_server.script import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Receive, Scope, Send

    from consent_server.decisions import Things
    from consent_server.proxy import Proxies

    Headers = Mapping[bytes, bytes]

_START, _SCRIPT, _CONSENTS = b"/w/", b".js", b"/consents"

_SCRIPT_HEADERS = "".join(f"{name.lower()}: {value}\r\n" for name, value in HEADERS.items())

#: A load balancer, or a container's health check, asks for them by an address.
_FOR_MACHINES = frozenset(("/healthz", "/readyz"))

#: Of a request without the header, as HTTP/1.0 allows it, the name is empty.
_HOST = re.compile(rb"(?P<name>[A-Za-z0-9._-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


class Front:
    """Stands before the routes, with their *things*; answers only to *hosts*, where there are."""

    things: Things

    def __init__(self, *, hosts: Iterable[str], proxies: Proxies) -> None:
        self._hosts = frozenset(name.lower().encode() for name in hosts)
        self._proxies = proxies

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Refuse what is not for this server; False: it is, and the routes know who asks."""
        headers = dict(scope["headers"])
        name = _host_name(headers.get(b"host", b""))
        if (
            name is None
            or (not name and scope["http_version"] != "1.0")  # only there it may be left out
            or [each for each, _ in scope["headers"]].count(b"host") > 1
        ):
            await refusal(400, "the Host header names no host")(scope, receive, send)
            return True
        ours = not self._hosts or name in self._hosts
        if not ours and scope["path"] not in _FOR_MACHINES:
            await refusal(421, "this server has another name")(scope, receive, send)
            return True
        if "\0" in scope["path"]:  # PostgreSQL has no text with one
            await refusal(404, "there is nothing at this address")(scope, receive, send)
            return True
        self._proxies.look_through(scope, headers)
        return False

    def taken(self, line: Short, method: bytes) -> Exchange | None:
        """Return the exchange of the request whose head has come on *line*; None: none for it."""
        target = line.url
        if not target.startswith(_START) or line.flow.write_paused:
            return None
        told = line.headers
        headers = dict(told)
        name = _host_name(headers.get(b"host", b""))
        if (
            len(headers) != len(told)  # one stands twice
            or not name
            or (self._hosts and name not in self._hosts)
            # with one of these a request has, or wants, more than its head says
            or b"transfer-encoding" in headers
            or b"expect" in headers
            or b"upgrade" in headers
            or not _stays_open(line, headers)
        ):
            return None
        exchange: Exchange | None = None
        asks = None if line.client is None else line.client[0]
        if method == b"POST" and target.endswith(_CONSENTS):
            site = target[len(_START) : -len(_CONSENTS)]
            exchange = self._decision(line, site, asks, headers)
        elif method == b"GET" and target.endswith(_SCRIPT):
            exchange = self._script(line, target[len(_START) : -len(_SCRIPT)], headers)
        if exchange is not None and (
            line.scheme == "https"
            or (b"x-forwarded-proto" in headers and self._proxies.over_tls(asks, headers))
        ):
            exchange.over_tls = True
        return exchange

    def _decision(
        self, line: Short, site: bytes, asks: str | None, headers: Headers
    ) -> Exchange | None:
        """Return the exchange of a decision; None: not an ordinary one."""
        served = self.things.shelf.at_hand(site.decode("latin-1"))
        origin, length = headers.get(b"origin"), headers.get(b"content-length", b"")
        if (
            served is None
            or origin is None
            or headers.get(b"content-type") not in KINDS
            or not (length.isdigit() and int(length) <= MAX_BODY)
            or not belongs(origin.decode("latin-1"), served.domains)
        ):
            return None
        address, country = self._proxies.behind(asks, headers)
        return Letter(line, self.things, served, origin, address, country)

    def _script(self, line: Short, site: bytes, headers: Headers) -> Exchange | None:
        """Return the exchange of a script; None: not one that is at hand."""
        served = self.things.shelf.at_hand(site.decode("latin-1"))
        if served is None or b"content-length" in headers:
            return None
        script = served.script
        encoding = script.encoding(headers.get(b"accept-encoding", b"").decode("latin-1"))
        etag, known = script.etag(encoding), headers.get(b"if-none-match")
        if known is not None and matches(known.decode("latin-1"), etag):
            return _Fetched(line, _not_modified(etag), b"")
        body = script.bodies[encoding]
        return _Fetched(line, _head(etag, encoding, script.media_type, len(body)), body)


class _Fetched(Exchange):
    """A request whose answer is known before it is whole."""

    def __init__(self, line: Short, *answer: bytes) -> None:
        super().__init__(line)
        self._answer = answer

    def begin(self) -> bool:
        self.reply(*self._answer)
        return True


@functools.lru_cache(maxsize=1024)  # the same few, of 1 KB at most
def _host_name(header: bytes) -> bytes | None:
    """Return the name in a Host *header*, in lower case; None: it names no host."""
    found = _HOST.fullmatch(header)
    return None if found is None else found["name"].lower()


def _stays_open(line: Short, headers: Headers) -> bool:
    """Return whether the client of HTTP/1.1 means to ask again."""
    told = headers.get(b"connection")
    if told is None:
        return bool(line.parser.should_keep_alive())
    return told.lower() == b"keep-alive" and line.parser.get_http_version() == "1.1"


@functools.lru_cache(maxsize=1024)
def _head(etag: str, encoding: str, media_type: str, length: int) -> bytes:
    """Return the head of an answer with a script."""
    lines = ["HTTP/1.1 200 OK", f"etag: {etag}"]
    if encoding:
        lines.append(f"content-encoding: {encoding}")
    lines += [f"content-type: {media_type}", f"content-length: {length}", _SCRIPT_HEADERS]
    return "\r\n".join(lines).encode()


@functools.lru_cache(maxsize=1024)
def _not_modified(etag: str) -> bytes:
    """Return the head that says that a client has the script which *etag* names."""
    return f"HTTP/1.1 304 Not Modified\r\n{_SCRIPT_HEADERS}etag: {etag}\r\n".encode()
