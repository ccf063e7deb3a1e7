"""Speak the Chrome DevTools Protocol: one connection to the browser, one session per target."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import structlog

from scanner import wellformed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

log = structlog.get_logger()

Params = dict[str, Any]

_END = b"\0"  # of a message


class DevToolsError(Exception):
    """The browser refused a command, or is gone."""


class _Message(msgspec.Struct):
    """What comes from the browser: an answer (with *id*) or an event (with *method*)."""

    id: int | None = None
    method: str | None = None
    params: msgspec.Raw = msgspec.Raw(b"{}")  # read only if somebody listens: pages can be loud
    result: Params = {}
    error: Params | None = None
    sessionId: str = ""  # noqa: N815 - the protocol's own name


_DECODER = msgspec.json.Decoder(_Message)


class Session:
    """One target (page, frame, worker, or with an empty *id* the browser itself)."""

    def __init__(self, devtools: DevTools, id: str) -> None:  # noqa: A002
        self._devtools = devtools
        self.id = id
        self.closed = False
        self.listeners: dict[str, list[Callable[[Params], None]]] = {}

    def on(self, method: str, listener: Callable[[Params], None]) -> None:
        """Call *listener* with the parameters of each event called *method*."""
        self.listeners.setdefault(method, []).append(listener)

    def off(self, method: str, listener: Callable[[Params], None]) -> None:
        """Undo `on`."""
        self.listeners[method].remove(listener)

    def post(self, method: str, **params: Any) -> asyncio.Future[Params]:
        """
        Send a command and return its answer to come. Commands arrive in the order of the calls.

        Whoever does not need the answer drops it: an error in it is then ignored, since a
        target may vanish at any moment.
        """
        return self._devtools.post(self, method, params)

    async def call(self, method: str, *, timeout: float = 10.0, **params: Any) -> Params:  # noqa: ASYNC109
        """
        Send a command and return its answer.

        Args:
            timeout: In seconds.

        Raises:
            DevToolsError: If the browser refuses, or is gone.
            TimeoutError: If there is no answer in time.
        """
        async with asyncio.timeout(timeout):
            return await self.post(method, **params)


class DevTools:
    """The connection; made by `open_devtools`."""

    def __init__(self, spoken: asyncio.StreamWriter) -> None:
        self._spoken = spoken
        self._answers: dict[int, tuple[Session, asyncio.Future[Params]]] = {}
        self._sessions: dict[str, Session] = {}
        self._last = 0
        self.browser = self.session("")
        self.gone = asyncio.Event()  # set when the browser ended, or hung up

    def session(self, id: str) -> Session:  # noqa: A002
        """Return the session *id*, which the browser has just announced."""
        return self._sessions.setdefault(id, Session(self, id))

    def post(self, session: Session, method: str, params: Params) -> asyncio.Future[Params]:
        """Send a command to *session*; see `Session.post`."""
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_heed)
        if session.closed or self.gone.is_set():
            answer.set_exception(DevToolsError(f"{method}: the target is gone"))
            return answer
        self._last += 1
        self._answers[self._last] = (session, answer)
        message: Params = {"id": self._last, "method": method, "params": params}
        if session.id:
            message["sessionId"] = session.id
        self._spoken.write(msgspec.json.encode(message) + _END)
        return answer

    def receive(self, message: bytes) -> None:
        """Hand out a *message* of the browser's."""
        try:
            told = wellformed.read(message, _DECODER.decode)
        except (msgspec.MsgspecError, RecursionError) as fault:
            log.error("message not understood", fault=type(fault).__name__)  # noqa: TRY400
            return
        self._hand_out(told)

    def end(self) -> None:
        """Fail whatever still waits: the browser says no more."""
        self.gone.set()
        for session in list(self._sessions.values()):
            self._forget(session)

    def _hand_out(self, message: _Message) -> None:
        if message.id is not None:
            _, answer = self._answers.pop(message.id, (None, None))
            if answer is not None and not answer.done():
                if message.error is None:
                    answer.set_result(message.result)
                else:
                    answer.set_exception(DevToolsError(str(message.error.get("message"))))
            return
        session = self._sessions.get(message.sessionId)
        if session is None or message.method is None:
            return
        detached = message.method == "Target.detachedFromTarget"
        if not detached and message.method not in session.listeners:
            return
        params: Params = wellformed.read(bytes(message.params), msgspec.json.decode)
        if detached:
            gone = self._sessions.get(params["sessionId"])
            if gone is not None:
                self._dispatch(gone, "detached", {})
                self._forget(gone)
        self._dispatch(session, message.method, params)

    def _dispatch(self, session: Session, method: str, params: Params) -> None:
        for listener in tuple(session.listeners.get(method, ())):
            try:
                listener(params)
            except Exception as fault:  # noqa: BLE001 - a foreign page's event must not end the connection
                # Without its traceback: that would show the event, and values of cookies with it.
                place = traceback.extract_tb(fault.__traceback__)[-1]
                log.error(  # noqa: TRY400
                    "event not understood",
                    method=method,
                    fault=type(fault).__name__,
                    place=f"{place.filename}:{place.lineno}",
                )

    def _forget(self, session: Session) -> None:
        """Fail what still waits for *session*, and drop it."""
        session.closed = True
        if session.id:
            self._sessions.pop(session.id, None)
        for id_, (owner, answer) in list(self._answers.items()):
            if owner is session:
                del self._answers[id_]
                if not answer.done():
                    answer.set_exception(DevToolsError("the target is gone"))


def _heed(answer: asyncio.Future[Params]) -> None:
    """Mark the error of *answer* as seen, so that an answer nobody awaits makes no noise."""
    if not answer.cancelled():
        answer.exception()


class _Ear(asyncio.Protocol):
    """Takes what the browser says as it comes: a stream would ask the event loop thrice a piece."""

    def __init__(self, devtools: DevTools) -> None:
        self._devtools = devtools
        self._begun: list[bytes] = []  # of a message whose end has not come

    def data_received(self, data: bytes) -> None:
        """Hand the messages on that are whole."""
        *ends, rest = data.split(_END)
        for end in ends:
            message = b"".join((*self._begun, end)) if self._begun else end
            self._begun.clear()
            self._devtools.receive(message)
        if rest:
            self._begun.append(rest)

    def connection_lost(self, _: Exception | None) -> None:
        """Note that the browser has hung up."""
        self._devtools.end()


@contextlib.asynccontextmanager
async def open_devtools(heard: BinaryIO, spoken: asyncio.StreamWriter) -> AsyncIterator[DevTools]:
    """Speak with the browser at the other end of two pipes until the block ends."""
    devtools = DevTools(spoken)
    hearing, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: _Ear(devtools), heard)
    try:
        yield devtools
    finally:
        hearing.close()
        devtools.end()
