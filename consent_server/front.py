"""The short way to the two answers that visitors wait for: a decision stored, and the script.

It takes the ordinary requests only, and answers them as the routes behind it would; whatever is
out of the ordinary (an unknown site, a foreign page, a fault) goes to the routes.
"""

from __future__ import annotations

import functools
import re
import time
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request

from consent_server.answers import from_error, refusal
from consent_server.decisions import (
    CONTENT_TYPES,
    REFUSALS,
    Sender,
    answer_to,
    are_many,
    let_in,
    readable,
    received,
)
from consent_server.document import matches
from consent_server.log.records import MAX_BODY
from consent_server.log.writer import Opened
from consent_server.origin import belongs
from consent_server.script import HEADERS
from scanner.tables import from_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Receive, Scope, Send

    from consent_server.decisions import Things
    from consent_server.proxy import Proxies
    from consent_server.shelf import Served

    Headers = Mapping[bytes, bytes]

_START, _SCRIPT, _CONSENTS = "/w/", ".js", "/consents"

_KINDS = frozenset(
    spelled.encode()
    for kind in CONTENT_TYPES
    for spelled in (kind, f"{kind};charset=UTF-8", f"{kind}; charset=utf-8")
)
#: Nobody keeps the answer to a POST, so nothing is said of that.
_DECISION_HEADERS = [
    (b"content-type", b"application/json"),
    (b"x-content-type-options", b"nosniff"),
]
_SCRIPT_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
#: A load balancer, or a container's health check, asks for them by an address.
_FOR_MACHINES = frozenset(("/healthz", "/readyz"))

#: Of a request without the header the name is empty.
_HOST = re.compile(rb"(?P<name>[A-Za-z0-9._-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_ENCODER = msgspec.json.Encoder()


class Front:
    """Stands before the routes, with their *things*; answers only to *hosts*, where there are."""

    things: Things

    def __init__(self, *, hosts: Iterable[str], proxies: Proxies) -> None:
        self._hosts = frozenset(name.lower().encode() for name in hosts)
        self._proxies = proxies

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer, if it is a request for the short way; False: it is not, and nothing was read."""
        headers = dict(scope["headers"])
        ordinary = len(headers) == len(scope["headers"])  # no header stands twice
        named = _HOST.fullmatch(headers.get(b"host", b""))
        if named is None or not (ordinary or _one_host(scope)):
            await refusal(400, "the Host header names no host")(scope, receive, send)
            return True
        unknown = self._hosts and named["name"].lower() not in self._hosts
        if unknown and scope["path"] not in _FOR_MACHINES:
            await refusal(421, "this server has another name")(scope, receive, send)
            return True
        self._proxies.look_through(scope, headers)
        path: str = scope["path"]
        if not (ordinary and path.startswith(_START)):
            return False
        if path.endswith(_CONSENTS):
            return scope["method"] == "POST" and await self._decision(scope, headers, receive, send)
        if path.endswith(_SCRIPT):
            return scope["method"] == "GET" and await self._script(path, headers, send)
        return False

    async def _decision(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> bool:
        """Store a decision and answer; False: not an ordinary one, and nothing was read."""
        things = self.things
        served = things.shelf.at_hand(scope["path"][len(_START) : -len(_CONSENTS)])
        origin = headers.get(b"origin")
        if (
            served is None
            or origin is None
            or headers.get(b"content-type") not in _KINDS
            or not belongs(origin.decode("latin-1"), served.domains)
        ):
            return False
        body = await _body(receive)
        if body is None:
            return True  # the visitor has gone
        client, now = scope["client"], time.time_ns() // 1_000_000
        address, country = client and client[0], scope.get("country")
        try:
            if len(body) > MAX_BODY or are_many(body):
                sender = Sender(address, country, True, from_milliseconds(now))
                response = await answer_to(things, served, body, sender)
                await readable(Request(scope), response)(scope, receive, send)
                return True
            let_in(things, served, body, address)
            letter = functools.partial(_opened, things, served, body, address, country, now)
            new, opened = await things.log.take(letter)
            answer = opened.answer
            if not new:
                known = await things.log.get(opened.record.id)
                answer = _ENCODER.encode(known or opened.record)
        except REFUSALS as exc:
            request = Request(scope)
            await readable(request, await from_error(request, exc))(scope, receive, send)
            return True
        sent = [
            *_DECISION_HEADERS,
            (b"access-control-allow-origin", origin),
            (b"content-length", b"%d" % len(answer)),
        ]
        await _answer(send, 201 if new else 200, sent, answer)
        return True

    async def _script(self, path: str, headers: Headers, send: Send) -> bool:
        """Answer with the script of a site; False: not one that is at hand."""
        served = self.things.shelf.at_hand(path[len(_START) : -len(_SCRIPT)])
        if served is None:
            return False
        sent = served.script
        encoding = sent.encoding(headers.get(b"accept-encoding", b"").decode("latin-1"))
        etag, known = sent.etag(encoding), headers.get(b"if-none-match")
        if known is not None and matches(known.decode("latin-1"), etag):
            await _answer(send, 304, [*_SCRIPT_HEADERS, (b"etag", etag.encode())], b"")
            return True
        body = sent.bodies[encoding]
        await _answer(send, 200, _head(etag, encoding, sent.media_type, len(body)), body)
        return True


def _opened(
    things: Things, served: Served, body: bytes, address: str | None, country: str | None, now: int
) -> Opened:
    """Return the record in *body*, which came *now*, and what its sender is told of it."""
    record = received(things, served, body, Sender(address, country, True, from_milliseconds(now)))
    return Opened(record, _ENCODER.encode(record))


def _one_host(scope: Scope) -> bool:
    names = [name for name, _ in scope["headers"]]
    return names.count(b"host") < 2


@functools.lru_cache(maxsize=1024)
def _head(etag: str, encoding: str, media_type: str, length: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of a script."""
    headers = [*_SCRIPT_HEADERS, (b"etag", etag.encode())]
    if encoding:
        headers.append((b"content-encoding", encoding.encode()))
    headers.append((b"content-type", media_type.encode()))
    headers.append((b"content-length", b"%d" % length))
    return headers


async def _body(receive: Receive) -> bytes | None:
    """Return the body, or its beginning if it is too long; None: it does not come."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
