"""Send requests to a server as fast as its answers come; print what was measured, as JSON.

    python -m benchmarks.load KIND PORT --pid PID [--connections 32] [--seconds 3]

It is a process of its own, without an event loop and without threads, and makes its requests
before it sends them, so that it takes less of a processor than any server that it measures; how
much it took is told too. Where it nears a whole processor, the server's rate is not the server's.
It sleeps only where no answer comes for a while, since in a virtual machine each answer that has to
wake it would cost the server's processor a third of what a bare "hello" takes.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import re
import resource
import select
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "https://www.shop.example"
WARM_UP = 0.5  # seconds
PREPARED = 40_000  # requests for each second: more than any server here answers
LARGEST = 65_536  # bytes that are read at once
AWAKE = 0.0002  # seconds without an answer after which it sleeps
SUCCESS = (200, 201, 304)

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHUNKED = re.compile(rb"(?i)transfer-encoding: *chunked")


class Measured(NamedTuple):
    """One round: requests a second, and latencies in milliseconds."""

    rate: float
    median: float
    slowest_hundredth: float
    cpu: float  # milliseconds of the server's processors per request
    load: float  # the part of a processor that this process took


def post(path: str) -> Callable[[], bytes]:
    """Return what makes a new decision for each request, each from another visitor."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: consent.example\r\nOrigin: {ORIGIN}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: */*\r\nAccept-Language: nb,en;q=0.5\r\nContent-Type: text/plain\r\n"
        "X-Forwarded-For: "
    )
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    template = {
        "id": "ID",
        "revision": "9f2c41d07ab35e88",
        "choices": {"functional": True, "statistics": False, "marketing": False},
        "action": "save",
        "language": "nb",
        "decided_at": now,
        "page": f"{ORIGIN}/kategori/telt/fjelltelt-3-personer",
        "gpc": False,
    }
    before, after = json.dumps(template).split("ID")
    length = len(before) + 36 + len(after)
    rest = f"\r\nContent-Length: {length}\r\n\r\n{before}"
    return lambda: f"{head}{address()}{rest}{uuid7()}{after}".encode()


def address() -> str:
    """Return the address of a visitor, from one of many networks, as a proxy tells it."""
    chance = os.urandom(3)
    return f"81.{chance[0]}.{chance[1]}.{chance[2]}"


def uuid7() -> str:
    """Return an id as the widget makes it: the time in milliseconds, then chance."""
    moment, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(9).hex()
    return f"{moment[:8]}-{moment[8:]}-7{chance[:3]}-a{chance[3:6]}-{chance[6:]}"


def get(path: str, headers: str = "") -> Callable[[], bytes]:
    """Return what makes the same request each time."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: consent.example\r\nAccept-Encoding: br\r\n{headers}\r\n"
    ).encode()
    return lambda: request


KINDS = {
    "post-hello": post("/"),
    "post-decision": post("/w/shop/consents"),
    "get-hello": get("/"),
    "get-script": get("/w/shop.js"),
    "get-known": get("/w/shop.js", "If-None-Match: *\r\n"),
}


class Load:
    """
    Connections that each have one request under way, which *request* makes.

    Args:
        prepared: So many requests are made beforehand.
    """

    def __init__(
        self, port: int, request: Callable[[], bytes], *, connections: int, prepared: int = 0
    ) -> None:
        made = [request() for _ in range(prepared)]
        self._next = itertools.chain(made, iter(request, None)).__next__
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._begun: dict[int, bytes] = {}  # answers that have not come whole
        self._sent_at: dict[int, float] = {}
        self.latencies: list[float] = []
        self.faults: Counter[int] = Counter()
        self.idle = 0.0  # seconds in which it looked in vain
        for _ in range(connections):
            opened = socket.create_connection(("127.0.0.1", port))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[opened.fileno()] = opened
            self._poll.register(opened, select.EPOLLIN)
            self._sent_at[opened.fileno()] = time.perf_counter()
            opened.sendall(self._next())

    def run(self, seconds: float) -> float:
        """Keep all of them busy for *seconds*; return how long it really was."""
        self.latencies.clear()
        self.idle = 0.0
        began = time.perf_counter()
        while (now := time.perf_counter()) - began < seconds:
            for number, _ in self._come(now):
                self._receive(number)
        return now - began

    def finish(self) -> None:
        """Wait for the answers that are under way."""
        deadline = time.monotonic() + 10
        while self._sockets and time.monotonic() < deadline:
            for number, _ in self._poll.poll(1.0):
                self._receive(number, last=True)

    def _come(self, began: float) -> list[tuple[int, int]]:
        """Return the connections that have something to read; it is *began* now."""
        found = self._poll.poll(0)
        if found:
            return found
        while (now := time.perf_counter()) - began < AWAKE and not found:
            found = self._poll.poll(0)
        self.idle += now - began
        return found or self._poll.poll(1.0)

    def _receive(self, number: int, *, last: bool = False) -> None:
        opened = self._sockets[number]
        data = opened.recv(LARGEST)
        if not data:
            raise SystemExit("the server has closed a connection")
        if number in self._begun:
            data = self._begun.pop(number) + data
        if not is_whole(data):
            self._begun[number] = data
            return
        now = time.perf_counter()
        self.latencies.append(now - self._sent_at[number])
        if (status := int(data[9:12])) not in SUCCESS:
            self.faults[status] += 1
        if last:
            self._poll.unregister(number)
            self._sockets.pop(number).close()
        else:
            self._sent_at[number] = now
            opened.sendall(self._next())


def is_whole(answer: bytes) -> bool:
    """Return whether all of *answer* has come."""
    head = answer.find(b"\r\n\r\n") + 4
    if head < 4:
        return False
    length = _body_length(answer[:head])
    if length is None:
        return answer.endswith(b"\r\n0\r\n\r\n")
    return len(answer) >= head + length


@functools.lru_cache(maxsize=64)  # most answers of a second have the same head
def _body_length(head: bytes) -> int | None:
    """Return how many bytes follow *head*; None: they come in chunks that tell it themselves."""
    stated = _LENGTH.search(head)
    if stated is not None:
        return int(stated[1])
    return None if _CHUNKED.search(head) else 0


def processor_seconds(pid: int) -> float:
    """Return how long the threads of *pid* have been on a processor; 0 where nobody counts."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def measure(
    port: int, request: Callable[[], bytes], *, connections: int, seconds: float, pid: int
) -> Measured:
    """Send as fast as answers come, for *seconds*, on *connections*, to the process *pid*."""
    prepared = int(PREPARED * (WARM_UP + seconds))
    load = Load(port, request, connections=connections, prepared=prepared)
    load.run(WARM_UP)
    theirs, ours = processor_seconds(pid), _own_seconds()
    took = load.run(seconds)
    theirs, ours = processor_seconds(pid) - theirs, _own_seconds() - ours
    latencies = sorted(load.latencies)
    load.finish()
    if load.faults:
        raise SystemExit(f"answers other than success: {dict(load.faults)}")
    count = len(latencies)
    return Measured(
        rate=count / took,
        median=latencies[count // 2] * 1000,
        slowest_hundredth=latencies[count * 99 // 100] * 1000,
        cpu=theirs / count * 1000,
        load=(ours - load.idle) / took,
    )


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure one round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("port", type=int)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    measured = measure(
        given.port,
        KINDS[given.kind],
        connections=given.connections,
        seconds=given.seconds,
        pid=given.pid,
    )
    json.dump(measured._asdict(), sys.stdout)


if __name__ == "__main__":
    main()
