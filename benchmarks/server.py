"""Measure the consent server against a bare Starlette "hello" on the same uvicorn, in one run.

    python benchmarks/server.py [--seconds 3] [--rounds 3] [--connections 32]

Each server runs in a process of its own; the load comes from this one. Rounds alternate between
the servers, so that a noisy machine disturbs all of them alike; what is printed are medians and
the ratio to "hello". PostgreSQL is measured where its binaries are.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import pwd
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
ORIGIN = "https://www.shop.example"
SITES = f"sites: {{shop: {{url: '{ORIGIN}/'}}}}\n"
WARM_UP = 0.5  # seconds

_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")

HELLO = "benchmarks.hello:app"
KAPSEL = "consent_server.app:create_from_environment"
COMMIT_EACH = "benchmarks.hello:create_commit_each"


class Measured(NamedTuple):
    """One round: requests a second, and latencies in milliseconds."""

    rate: float
    median: float
    slowest_hundredth: float
    cpu: float  # milliseconds of the server's processor per request


class Connection(asyncio.Protocol):
    """One connection that always has one request under way."""

    def __init__(self, request: Callable[[], bytes], done: Callable[[float, int], None]) -> None:
        self._request, self._done = request, done
        self._buffer = b""
        self._sent_at = 0.0
        self.stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n") + 4
        if head < 4:
            return
        stated = _LENGTH.search(self._buffer, 0, head)
        if stated is not None and len(self._buffer) < head + int(stated[1]):
            return
        status, self._buffer = int(self._buffer[9:12]), b""
        self._done(time.perf_counter() - self._sent_at, status)
        if self.stopped:
            self._transport.close()
        else:
            self._send()


def post(path: str) -> Callable[[], bytes]:
    """Return what makes a new decision for each request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: consent.example\r\nOrigin: {ORIGIN}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: */*\r\nAccept-Language: nb,en;q=0.5\r\nContent-Type: text/plain\r\n"
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
    start = f"{head}Content-Length: {length}\r\n\r\n{before}"
    return lambda: f"{start}{uuid7()}{after}".encode()


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


async def load(
    port: int, request: Callable[[], bytes], *, connections: int, seconds: float, pid: int
) -> Measured:
    """Send as fast as answers come, for *seconds*, on *connections*."""
    latencies: list[float] = []
    faults: dict[int, int] = defaultdict(int)

    def done(latency: float, status: int) -> None:
        latencies.append(latency)
        if status not in (200, 201, 304):
            faults[status] += 1

    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(request, done), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(WARM_UP)
    latencies.clear()
    began, cpu = time.perf_counter(), processor_seconds(pid)
    await asyncio.sleep(seconds)
    took, count = time.perf_counter() - began, len(latencies)
    cpu = processor_seconds(pid) - cpu
    measured = sorted(latencies)
    for connection in opened:
        connection.stopped = True
    await asyncio.sleep(0.2)
    assert not faults, f"answers other than success: {dict(faults)}"
    return Measured(
        rate=count / took,
        median=measured[count // 2] * 1000,
        slowest_hundredth=measured[count * 99 // 100] * 1000,
        cpu=cpu / count * 1000,
    )


def processor_seconds(pid: int) -> float:
    """Return how long the threads of *pid* have been on a processor; 0 where nobody counts."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


@contextlib.contextmanager
def server(app: str, folder: Path, database: str) -> Iterator[tuple[int, int]]:
    """Run *app* under uvicorn as ``kapsel serve`` does; yield its port and its process."""
    sites = folder / "sites.yaml"
    sites.write_text(SITES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        "import uvicorn, sys; app = sys.argv[1]; ours = not app.endswith(':app'); "
        "uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_level='warning', "
        "server_header=False, proxy_headers=not ours, factory=ours)"
    )
    environment = {**os.environ, "KAPSEL_DATABASE": database, "KAPSEL_SITES": str(sites)}
    process = subprocess.Popen(
        [sys.executable, "-c", script, app, str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def postgresql() -> Iterator[str | None]:
    """Run a PostgreSQL, with its durable defaults; yield its address, or None without binaries."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    binaries = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="kapsel-bench-", dir="/tmp"))
    user = "postgres" if os.geteuid() == 0 else None
    run: dict[str, object] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if user:
        shutil.chown(folder, user)
        run |= {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    data = folder / "data"
    options = f"-c listen_addresses= -c unix_socket_directories={folder}"
    pg_ctl = [binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w"]
    try:
        subprocess.run([binaries / "initdb", "-D", data, "-U", "kapsel", "-A", "trust"], **run)  # type: ignore[call-overload]
        subprocess.run([*pg_ctl, "-o", options, "start"], **run)  # type: ignore[call-overload]
        yield f"postgresql://kapsel@/postgres?host={folder}"
    finally:
        subprocess.run([*pg_ctl, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]
        shutil.rmtree(folder)


def main() -> None:
    """Measure, and print one line for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--folder", type=Path, help="where the SQLite files are put")
    given = parser.parse_args()

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        address = stack.enter_context(postgresql())
        servers = {
            "hello": stack.enter_context(server(HELLO, folder, "-")),
            "sqlite": stack.enter_context(server(KAPSEL, folder, str(folder / "kapsel.db"))),
            "each": stack.enter_context(server(COMMIT_EACH, folder, str(folder / "each.db"))),
        }
        if address is not None:
            servers["postgresql"] = stack.enter_context(server(KAPSEL, folder, address))
        cases = [
            ("POST hello (bare Starlette)", "hello", post("/")),
            ("POST decision, SQLite", "sqlite", post("/w/shop/consents")),
            ("POST decision, SQLite, a commit each", "each", post("/w/shop/consents")),
            ("POST decision, PostgreSQL", "postgresql", post("/w/shop/consents")),
            ("GET hello (bare Starlette)", "hello", get("/")),
            ("GET script", "sqlite", get("/w/shop.js")),
            ("GET script, 304", "sqlite", get("/w/shop.js", "If-None-Match: *\r\n")),
        ]
        results: dict[str, list[Measured]] = defaultdict(list)
        for _ in range(given.rounds):
            for name, where, request in cases:
                if where in servers:
                    port, pid = servers[where]
                    run = load(
                        port,
                        request,
                        connections=given.connections,
                        seconds=given.seconds,
                        pid=pid,
                    )
                    results[name].append(asyncio.run(run))
        memory = Path(f"/proc/{servers['sqlite'][1]}/status")
        resident = [line for line in memory.read_text().splitlines() if line.startswith("VmRSS")]

    print(f"{'':40} {'a second':>9} {'÷ hello':>8} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7}")
    for name, rounds in results.items():
        method = name.split()[0]
        base = results[f"{method} hello (bare Starlette)"]
        rate, median, slow, cpu = (
            statistics.median(column) for column in zip(*rounds, strict=True)
        )
        ratio = statistics.median(a.rate / b.rate for a, b in zip(rounds, base, strict=True))
        print(f"{name:40} {rate:9.0f} {ratio:8.2f} {median:7.2f} {slow:7.2f} {cpu:7.3f}")
    print(f"Memory of the SQLite server after all of it: {resident[0].split(None, 1)[1]}")


if __name__ == "__main__":
    main()
