"""The enforced level for applications that speak ASGI: Starlette, FastAPI, Django, Quart…"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from widget.enforce.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from widget.enforce.source import Source
    from widget.enforce.visit import Answer, Headers

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Ways past a middleware, by which a server sends a file itself.
_SHORTCUTS = ("http.response.pathsend", "http.response.zerocopysend")


class EnforcedASGI:
    """An application whose pages ask nobody, and store nothing, that their visitor has not granted.

    Put it outermost, outside of what compresses, caches or sets cookies::

        app = EnforcedASGI(app, RulesServer("https://consent.example.org", "shop"))
    """

    def __init__(self, app: App, source: Source, *, report_only: bool = False) -> None:
        """
        Args:
            report_only: Whether the policy only reports what it would refuse, for a first look.
        """
        self._app = app
        self._source = source
        self._report_only = report_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _decoded(scope["headers"])
        visit = Visit(
            self._source.rules(),
            method=scope["method"],
            host=next((value for name, value in given if name == "host"), ""),
            path=_path(scope),
            headers=given,
            now=time.time(),
            report_only=self._report_only,
        )
        extensions = scope.get("extensions") or {}
        asked = {
            **scope,
            "headers": _encoded(visit.asked),
            "extensions": {k: v for k, v in extensions.items() if k not in _SHORTCUTS},
        }
        await self._app(asked, receive, _Sender(visit, send))


class _Sender:
    """Sends an application's answer as its visitor may have it."""

    def __init__(self, visit: Visit, send: Send) -> None:
        self._visit = visit
        self._send = send
        self._answer: Answer | None = None
        self._start: Message | None = None  # waits for the first portion of the body

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = _decoded(message.get("headers", ()))
            self._answer = self._visit.answer(message["status"], headers)
            self._start = {**message, "headers": _encoded(self._answer.headers)}
            if self._answer.change is None:
                await self._begin()
        elif message["type"] == "http.response.body" and self._answer and self._answer.change:
            more = message.get("more_body", False)
            body = self._answer.change.feed(message.get("body", b""), last=not more)
            if self._start is not None and not more:
                self._start["headers"].append((b"content-length", b"%d" % len(body)))
            await self._begin()
            await self._send({**message, "body": body})
        elif message["type"] == "http.response.early_hint":
            allowed = [link for link in message["links"] if self._may_hint(link)]
            if allowed:
                await self._send({**message, "links": allowed})
        else:
            await self._send(message)

    async def _begin(self) -> None:
        start, self._start = self._start, None
        if start is not None:
            await self._send(start)

    def _may_hint(self, link: bytes) -> bool:
        return self._visit.may_hint(link.decode("latin-1"))


def _path(scope: Scope) -> str:
    """Return the path as it was asked for, and as cookies know it: with its percent signs."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"]) if raw is None else raw.partition(b"?")[0].decode("latin-1")


def _decoded(headers: Any) -> Headers:
    return [(bytes(n).decode("latin-1").lower(), bytes(v).decode("latin-1")) for n, v in headers]


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
