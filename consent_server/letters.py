"""Decisions that come as ordinary requests: stored many at once, answered each on its line."""

from __future__ import annotations

import asyncio
import functools
import time
from typing import TYPE_CHECKING

import msgspec

from consent_server.answers import refused
from consent_server.decisions import (
    CONTENT_TYPES,
    REFUSALS,
    Sender,
    are_many,
    let_in,
    readable_by,
    received,
)
from consent_server.exchange import Exchange, Short
from scanner.tables import from_milliseconds

if TYPE_CHECKING:
    from consent_server.decisions import Things
    from consent_server.log.writer import Outcome
    from consent_server.model import ConsentRecord
    from consent_server.shelf import Served

KINDS = frozenset(
    spelled.encode()
    for kind in CONTENT_TYPES
    for spelled in (kind, f"{kind};charset=UTF-8", f"{kind}; charset=utf-8")
)

#: Nobody keeps the answer to a POST, so nothing is said of that.
_HEAD = (
    b"HTTP/1.1 %b\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\n"
    b"access-control-allow-origin: %b\r\ncontent-length: %d\r\n"
)
_CREATED, _OK = b"201 Created", b"200 OK"
_ENCODER = msgspec.json.Encoder()
_moment = functools.lru_cache(maxsize=16)(from_milliseconds)  # many come in one millisecond


class Letter(Exchange):
    """A decision on its way into the log: `log.writer` opens it, stores it, and tells it so."""

    _record: ConsentRecord
    _answer = b""  # to a decision that is stored, and new, on a line that stays

    def __init__(
        self,
        line: Short,
        things: Things,
        served: Served,
        origin: bytes,
        address: str | None,
        country: str | None,
    ) -> None:
        self.line = line  # as `Exchange` does; to ask it takes as long as all of this
        self._things = things
        self._served = served
        self._origin = origin
        self._address = address
        self._country = country
        self._at = time.time_ns() // 1_000_000

    def begin(self) -> bool:
        """Hand it in, if no more has come from there than may; False: it holds several."""
        if are_many(self.body):
            return False
        things = self._things
        try:
            let_in(things, self._served, self.body, self._address)
            things.log.hand_in(self)
        except REFUSALS as exc:
            self._refuse(exc)
        return True

    def open(self) -> ConsentRecord:
        """Return the record of the decision in it."""
        sender = Sender(self._address, self._country, True, _moment(self._at))
        self._record = received(self._things, self._served, self.body, sender)
        return self._record

    def get_ready(self) -> None:
        """Write the answer to a decision that is new."""
        if self.keep_alive:
            self._answer = self.whole(*self._written(_CREATED, self._record))

    def tell(self, outcome: Outcome) -> None:
        """Answer as became of it."""
        if outcome is True:
            if self._answer and self.keep_alive:
                self.put(self._answer)
            else:
                self.reply(*self._written(_CREATED, self._record))
        elif outcome is False:
            task = asyncio.ensure_future(self._acknowledge_again())
            self.line.tasks.add(task)
            task.add_done_callback(self.line.tasks.discard)
        elif isinstance(outcome, REFUSALS):
            self._refuse(outcome)
        else:
            self.fail(outcome)

    def _written(self, status: bytes, record: ConsentRecord) -> tuple[bytes, bytes]:
        """Return the head and the body that tell of *record*."""
        body = _ENCODER.encode(record)
        return _head(status, self._origin, len(body)), body

    async def _acknowledge_again(self) -> None:
        """Answer as before: the decision was there already."""
        try:
            known = await self._things.log.get(self._record.id)
        except REFUSALS as exc:
            self._refuse(exc)
        else:
            self.reply(*self._written(_OK, known or self._record))

    def _refuse(self, exc: Exception) -> None:
        self.send(readable_by(self._origin.decode("latin-1"), refused(exc)))


@functools.lru_cache(maxsize=1024)  # of few origins and lengths; none is longer than 500 bytes
def _head(status: bytes, origin: bytes, length: int) -> bytes:
    return _HEAD % (status, origin, length)
