"""The lines that clients hold open: how long a request may take to come, and how many they are.

uvicorn waits for the rest of a request without end, and takes a head of any length. So that nobody
stops all others by holding lines open, each line is looked at now and then: who neither sends nor
reads is cut off.
"""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any, ClassVar

from consent_server.exchange import Short
from consent_server.limits import visitors_network
from consent_server.proxy import Proxies

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection, Hashable

    from uvicorn.config import Config
    from uvicorn.server import ServerState

MAX_HEAD = 64 * 1024  # bytes of a request before its body; browsers send some 2000
MAX_FROM_NETWORK = 512  # lines of one visitors' network; behind a proxy nothing is counted
MAX_FILES = 65_536  # that a process asks for
KEPT_FILES = 128  # that a process needs beside lines: the database, the log, its libraries
LOOKS = 4  # how often a line is looked at while the patience with it lasts

_TOO_LONG = (
    "431 Request Header Fields Too Large",
    b'{"error":"the head of the request is too long"}',
)
_TOO_SLOW = "408 Request Timeout", b'{"error":"the request took too long to come"}'


class Crowd:
    """
    Knows how many lines each network holds open, and lets in no more than there is room for.

    Args:
        most: Lines that one process can have.
        of_network: Lines that one visitors' network may have.
        proxies: Those that are not counted: everybody is behind them.
    """

    def __init__(
        self,
        *,
        most: int | None = None,
        of_network: int = MAX_FROM_NETWORK,
        proxies: Proxies | None = None,
    ) -> None:
        self._most = most
        self._of_network = of_network
        self._proxies = proxies or Proxies()
        self._open = 0
        self._by_network: dict[Hashable, int] = {}

    @classmethod
    def of_process(cls, *, proxies: Collection[str]) -> Crowd:
        """Return one for as many lines as this process may have files, which it sees to."""
        _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MAX_FILES if allowed == resource.RLIM_INFINITY else min(MAX_FILES, allowed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))
        return cls(most=max(1, most - KEPT_FILES), proxies=Proxies(proxies))

    def enter(self, address: str | None) -> bool:
        """Let one more line from *address* in, if there is room."""
        if self._most is not None and self._open >= self._most:
            return False
        network = self._network(address)
        if network is not None:
            held = self._by_network.get(network, 0)
            if held >= self._of_network:
                return False
            self._by_network[network] = held + 1
        self._open += 1
        return True

    def leave(self, address: str | None) -> None:
        """Let a line from *address*, that was let in, go."""
        self._open -= 1
        network = self._network(address)
        if network is not None:
            left = self._by_network.pop(network) - 1
            if left:
                self._by_network[network] = left

    def _network(self, address: str | None) -> Hashable:
        """Return the visitors' network that *address* counts to; None: to none."""
        if address is None or self._proxies.trusts(address):
            return None
        return visitors_network(address)


class Line(Short):
    """uvicorn's protocol on one line; its *timeout_keep_alive* is the patience with the client."""

    crowd: ClassVar[Crowd] = Crowd()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._is_in = False
        self._watch: asyncio.TimerHandle | None = None
        self._waiting_for: tuple[str, int] | None = None
        self._looks = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the line in, if there is room."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._is_in = self.crowd.enter(self._address)
        if self._is_in:
            self._look()
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        if self._watch is not None:
            self._watch.cancel()
        if self._is_in:
            self.crowd.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless the head of a request grows too long."""
        if not self._is_in:
            return
        self.head += len(data)
        super().data_received(data)
        if self.in_head and self.head > MAX_HEAD and not self.transport.is_closing():
            self._refuse(*_TOO_LONG)

    @property
    def _address(self) -> str | None:
        return None if self.client is None else self.client[0]

    def _look(self) -> None:
        """Cut the line off if its client has kept it waiting for as long as the patience lasts."""
        waiting_for = self._awaited()
        if waiting_for is None or waiting_for != self._waiting_for:
            self._waiting_for, self._looks = waiting_for, 0
        elif self._looks == LOOKS:
            self._cut_off(waiting_for[0])
        self._looks += 1  # and no clock: after a standstill of ours, what has come is read first
        self._watch = self.loop.call_later(self.timeout_keep_alive / LOOKS, self._look)

    def _awaited(self) -> tuple[str, int] | None:
        """Return what the client must do next; None: it is our turn, or uvicorn counts the time."""
        unread = self.transport.get_write_buffer_size()
        if unread:
            return "read", unread
        if self.in_head or self.cycle is None:
            return "head", self.asked
        if not self.cycle.response_complete:
            return ("body", self.asked) if self.cycle.more_body else None
        return ("rest", self.asked) if self.timeout_keep_alive_task is None else None

    def _cut_off(self, awaited: str) -> None:
        answers = self.in_head or (awaited == "body" and not self.cycle.response_started)
        if answers and not self.transport.is_closing():
            self._refuse(*_TOO_SLOW)
        else:
            self.transport.abort()

    def _refuse(self, status: str, body: bytes) -> None:
        """Answer without the application, and close."""
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
