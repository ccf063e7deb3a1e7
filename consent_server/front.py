"""The short way to the two answers that visitors wait for: a decision stored, and the script.

It takes the ordinary requests only, and answers them as the routes behind it would; whatever is
out of the ordinary (an unknown site, a foreign page, a fault) goes to the routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request

from consent_server.answers import from_error, refusal
from consent_server.decisions import CONTENT_TYPES, REFUSALS, readable, take, too_long
from consent_server.document import matches
from consent_server.origin import belongs
from consent_server.records import MAX_BODY
from consent_server.script import HEADERS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from consent_server.log import ConsentLog
    from consent_server.shelf import Shelf

_START, _SCRIPT, _CONSENTS = "/w/", ".js", "/consents"

_KINDS = frozenset(
    spelled.encode()
    for kind in CONTENT_TYPES
    for spelled in (kind, f"{kind};charset=UTF-8", f"{kind}; charset=utf-8")
)
_DECISION_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-type", b"application/json"),
    (b"vary", b"Origin"),
    (b"x-content-type-options", b"nosniff"),
]
_SCRIPT_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_ENCODER = msgspec.json.Encoder()


class Front:
    """An application in front of *app*, that answers only to *hosts*, where there are any."""

    def __init__(self, app: ASGIApp, hosts: frozenset[bytes] = frozenset()) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if self._hosts and not self._is_ours(scope):
                await refusal(421, "this server has another name")(scope, receive, send)
                return
            path: str = scope["path"]
            if path.startswith(_START):
                if scope["method"] == "POST" and path.endswith(_CONSENTS):
                    if await self._decision(scope, receive, send):
                        return
                elif (
                    scope["method"] == "GET"
                    and path.endswith(_SCRIPT)
                    and await self._script(scope, send)
                ):
                    return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        host, _ = _two(scope, b"host", b"")
        return host is not None and host.rsplit(b":", 1)[0].lower() in self._hosts

    async def _decision(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Store a decision and answer; False: not an ordinary one, and nothing was read."""
        shelf: Shelf = scope["app"].state.shelf
        served = shelf.at_hand(scope["path"][len(_START) : -len(_CONSENTS)])
        origin, kind = _two(scope, b"origin", b"content-type")
        if (
            served is None
            or origin is None
            or kind not in _KINDS
            or not belongs(origin.decode("latin-1"), served.domains)
        ):
            return False
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body") and len(body) <= MAX_BODY:
            message = await receive()
            body += message.get("body", b"")
        if len(body) > MAX_BODY:
            await readable(Request(scope), too_long())(scope, receive, send)
            return True
        log: ConsentLog = scope["app"].state.log
        try:
            new, record = await take(
                log,
                served,
                body,
                from_page=True,
                limits=scope["app"].state.limits,
                address=scope["client"] and scope["client"][0],
            )
        except REFUSALS as exc:
            request = Request(scope)
            await readable(request, await from_error(request, exc))(scope, receive, send)
            return True
        answer = _ENCODER.encode(record)
        headers = [
            *_DECISION_HEADERS,
            (b"access-control-allow-origin", origin),
            (b"content-length", b"%d" % len(answer)),
        ]
        await _answer(send, 201 if new else 200, headers, answer)
        return True

    async def _script(self, scope: Scope, send: Send) -> bool:
        """Answer with the script of a site; False: not one that is at hand."""
        shelf: Shelf = scope["app"].state.shelf
        served = shelf.at_hand(scope["path"][len(_START) : -len(_SCRIPT)])
        if served is None:
            return False
        accepted, known = _two(scope, b"accept-encoding", b"if-none-match")
        sent = served.script
        encoding = sent.encoding((accepted or b"").decode("latin-1"))
        etag = sent.etag(encoding)
        headers = [*_SCRIPT_HEADERS, (b"etag", etag.encode())]
        if known is not None and matches(known.decode("latin-1"), etag):
            await _answer(send, 304, headers, b"")
            return True
        body = sent.bodies[encoding]
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        headers.append((b"content-type", sent.media_type.encode()))
        headers.append((b"content-length", b"%d" % len(body)))
        await _answer(send, 200, headers, body)
        return True


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _two(scope: Scope, first: bytes, second: bytes) -> tuple[bytes | None, bytes | None]:
    """Return the values of two headers; a header that stands twice counts as none."""
    found: dict[bytes, bytes | None] = {}
    for name, value in scope["headers"]:
        if name in (first, second):
            found[name] = None if name in found else value
    return found.get(first), found.get(second)
