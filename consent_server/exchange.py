"""Requests that are answered on the line itself, without a scope, a task and a coroutine for each.

Those are a few of many kinds, and nearly all in number. uvicorn parses each request; the `Desk`
may then take it as an `Exchange`, which stands where uvicorn has its cycle of request and response.
All others go uvicorn's way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from consent_server.answers import STRICT_TRANSPORT, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.responses import Response

log = structlog.get_logger(__name__)


def _written(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])


_STRICT = _written([STRICT_TRANSPORT])


class Desk(Protocol):
    """Where the requests come in."""

    def taken(self, line: Short, method: bytes) -> Exchange | None:
        """Return the exchange of the request whose head has come on *line*; None: none for it."""


class Exchange:
    """
    One request on *line*, and its answer; what uvicorn asks of a cycle has uvicorn's names.

    When the body is there, `begin` is called, once.
    """

    message_event: ClassVar = asyncio.Event()  # uvicorn sets it; nobody here waits for it
    response_started: ClassVar = False  # an answer is written whole

    body = b""
    more_body = True
    keep_alive = True
    disconnected = False
    response_complete = False
    over_tls = False

    def __init__(self, line: Short) -> None:
        self.line = line

    def begin(self) -> bool:
        """Answer, or see to it; False: it is not an ordinary request after all."""
        raise NotImplementedError

    def reply(self, head: bytes, body: bytes = b"") -> None:
        """Write the answer: *head*, from the status to the last header, and *body*."""
        self.put(self.whole(head, body))

    def whole(self, head: bytes, body: bytes) -> bytes:
        """Return the answer as it is written, if the line then stays as it is now."""
        strict = _STRICT if self.over_tls else b""
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        return b"".join((head, self.line.standing_headers(), strict, end, body))

    def put(self, answer: bytes) -> None:
        """Write the *answer*, which is whole."""
        self.response_complete = True
        line = self.line
        if line.transport.is_closing():
            return
        line.transport.write(answer)
        if self.keep_alive:
            line.go_on()
        else:
            line.transport.close()

    def send(self, response: Response) -> None:
        """Write *response*."""
        head = STATUS_LINE[response.status_code] + _written(response.raw_headers)
        self.reply(head, bytes(response.body))

    def fail(self, exc: Exception) -> None:
        """Answer that *exc*, a fault of ours, has come between."""
        log.error("a request failed", exc_info=exc)
        self.send(refusal(500, "the server failed; its log says how"))


def _keeper(told: list[tuple[bytes, bytes]]) -> Callable[[bytes, bytes], None]:
    """Return what puts each header into *told*: as a method it would look for it each time."""
    keep = told.append

    def take(name: bytes, value: bytes) -> None:
        keep((name.lower(), value))

    return take


class Short(HttpToolsProtocol):
    """uvicorn's protocol on one line, with the short way through the *desk*, where there is one."""

    desk: ClassVar[Desk | None] = None

    #: The headers that uvicorn puts in each answer, and the same as they are written.
    _standing: ClassVar[tuple[list[tuple[bytes, bytes]], bytes]] = ([], b"")

    asked = 0  # requests that have begun
    in_head = False
    head = 0  # bytes that have come since the request began, while it is in its head

    def __init__(self, *given: Any) -> None:
        self._told: list[tuple[bytes, bytes]] = []  # the headers of the request that comes
        self.on_header = _keeper(self._told)  # type: ignore[assignment, method-assign]
        super().__init__(*given)

    def on_message_begin(self) -> None:
        """Begin a request; uvicorn's own preparations wait until it is known to need them."""
        self.url = b""
        self.headers = self._told
        self._told.clear()
        self.asked += 1
        self.in_head = True
        self.head = 0

    def on_headers_complete(self) -> None:
        """Take the short way where the desk knows one, and no answer is under way."""
        self.in_head = False
        under_way, desk = self.cycle, self.desk
        if desk is not None and (under_way is None or under_way.response_complete):
            exchange = desk.taken(self, self.parser.get_method())
            if exchange is not None:
                self.cycle = exchange  # type: ignore[assignment]
                return
        self._go_the_long_way()

    def on_body(self, body: bytes) -> None:
        """Take what has come of the body."""
        exchange = self.cycle
        if not isinstance(exchange, Exchange):
            super().on_body(body)
        else:
            exchange.body += body

    def on_message_complete(self) -> None:
        """Begin the exchange: all of the request is there."""
        exchange = self.cycle
        if not isinstance(exchange, Exchange):
            super().on_message_complete()
            return
        exchange.more_body = False
        try:
            begun = exchange.begin()
        except Exception as exc:  # noqa: BLE001 - logged, and answered as a fault
            exchange.fail(exc)
            return
        if not begun:
            self.cycle = None
            self._go_the_long_way()
            super().on_body(exchange.body)
            super().on_message_complete()

    def go_on(self) -> None:
        """Be ready for the next request; one that waits already is begun."""
        self.server_state.total_requests += 1
        if self.pipeline:
            self.on_response_complete()

    def standing_headers(self) -> bytes:
        """Return the headers that each answer has, such as the date."""
        headers = self.server_state.default_headers
        if headers is not Short._standing[0]:
            Short._standing = headers, _written(headers)
        return Short._standing[1]

    def _go_the_long_way(self) -> None:
        """Begin the request as uvicorn does."""
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()
