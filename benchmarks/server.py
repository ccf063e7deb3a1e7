"""Measure the consent server against a bare Starlette "hello" on the same uvicorn, in one run.

    python -m benchmarks.server [--seconds 3] [--rounds 3] [--connections 32] [--sync 1]

What is measured is ``kapsel serve`` as it is. Each server runs in a process of its own, all on the
first processor; the load comes from another process, on the last one (see `load`), with a new
visitor from a new network in each request. A bare "hello" has the same uvicorn, with the same loop,
parser and settings; it reads nothing of what it is sent, so that a decision is held against the
least that a request can cost. Rounds alternate between the servers, so that a noisy machine
disturbs all of them alike; what is printed are medians and two ratios to "hello": of the rates,
and ("of CPU") of what a request takes of a processor in the server's process, which other load on
the machine, and a slow disk, hardly change. PostgreSQL is measured where its binaries are, on any
processor.

With ``--sync MILLISECONDS`` the databases are kept in memory, and each sync takes so much longer:
on ordinary disks it takes about one, and a laptop's that lies flatters a commit for each decision.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
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

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import ORIGIN, Measured  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

SITES = f"sites: {{shop: {{url: '{ORIGIN}/'}}}}\n"

#: What runs as a server: it takes ``--port``, and a Kapsel what else ``kapsel serve`` takes.
HELLO = (
    "import sys, uvicorn; uvicorn.run('benchmarks.hello:app', port=int(sys.argv[-1]),"
    " access_log=False, log_config=None, server_header=False, proxy_headers=False, ws='none')"
)
KAPSEL = "from consent_server.cli import main; main()"
COMMIT_EACH = "from benchmarks.hello import serve_commit_each; serve_commit_each()"


class Server(NamedTuple):
    """A server that runs."""

    port: int
    pid: int


class Case(NamedTuple):
    """What is sent to which server."""

    name: str
    server: str
    kind: str  # of `load.KINDS`

    @property
    def base(self) -> str:
        """The name of what it is held against."""
        return f"{self.name.split()[0]} hello (bare Starlette)"


CASES = [
    Case("POST hello (bare Starlette)", "hello", "post-hello"),
    Case("POST decision, SQLite", "sqlite", "post-decision"),
    Case("POST decision, SQLite, a commit each", "each", "post-decision"),
    Case("POST decision, PostgreSQL", "postgresql", "post-decision"),
    Case("GET hello (bare Starlette)", "hello", "get-hello"),
    Case("GET script", "sqlite", "get-script"),
    Case("GET script, 304", "sqlite", "get-known"),
]


@contextlib.contextmanager
def server(program: str, folder: Path, database: str | None = None) -> Iterator[Server]:
    """Run *program* on the first processor; where it is a Kapsel, on *database*."""
    sites = folder / "sites.yaml"
    sites.write_text(SITES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = []
    if database is not None:  # made beforehand: the first start alone loads what migrates
        upgrade = ["-m", "consent_server", "database", "upgrade", "--database", database]
        subprocess.run([sys.executable, *upgrade], cwd=ROOT, check=True, capture_output=True)
        arguments = ["serve", "--database", database, "--sites", str(sites), "--api-token", "token"]
        arguments += ["--site-rate", "1000000"]  # counted, and never reached
        arguments += [f"--signing-key={folder}/key", f"--checkpoints={folder}/checkpoints"]
    process = subprocess.Popen(
        [*on_processor(0), sys.executable, "-c", program, *arguments, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.05)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def on_processor(number: int) -> list[str]:
    """Return what to put before a command that shall run on one processor; nothing if it cannot."""
    if shutil.which("taskset") is None:
        return []
    return ["taskset", "--cpu-list", str(sorted(os.sched_getaffinity(0))[number])]


def measured(case: Case, where: Server, *, seconds: float, connections: int) -> Measured:
    """Return one round of *case*."""
    told = subprocess.run(
        [
            *on_processor(-1),
            *(sys.executable, "-m", "benchmarks.load", case.kind, str(where.port)),
            *("--pid", str(where.pid)),
            *("--seconds", str(seconds), "--connections", str(connections)),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return Measured(**json.loads(told.stdout))


def memory(pid: int) -> str:
    """Return how much memory *pid* has: all that is resident, and what it shares with nobody."""
    sums: dict[str, int] = defaultdict(int)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith("kB"):
            sums["private" if name.startswith("Private_") else name] += int(rest.split()[0])
    return f"{sums['Rss'] / 1024:.0f} MB resident, {sums['private'] / 1024:.0f} MB its own"


@contextlib.contextmanager
def slow_sync(milliseconds: float) -> Iterator[None]:
    """Make each sync of what is started inside the block take longer; needs a C compiler."""
    if not milliseconds:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else
        library = f"{folder}/slow_sync.so"
        source = Path(__file__).with_name("slow_sync.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        os.environ["LD_PRELOAD"] = library
        os.environ["SYNC_MICROSECONDS"] = str(int(milliseconds * 1000))
        yield


@contextlib.contextmanager
def postgresql(place: Path | None = None) -> Iterator[str | None]:
    """Run a PostgreSQL, with its durable defaults; yield its address, or None without binaries."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    binaries = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="kapsel-bench-", dir=place or "/tmp"))
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
    parser.add_argument("--folder", type=Path, help="where the databases are put")
    parser.add_argument("--sync", type=float, default=0, help="milliseconds more for each sync")
    parser.add_argument("--only", nargs="*", help="servers: hello sqlite each postgresql")
    given = parser.parse_args()
    place = given.folder or (Path("/dev/shm") if given.sync else None)

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        stack.enter_context(slow_sync(given.sync))
        servers = {"hello": stack.enter_context(server(HELLO, folder))}
        wanted = set(given.only or ("sqlite", "each", "postgresql"))
        for name, program in (("sqlite", KAPSEL), ("each", COMMIT_EACH)):
            if name in wanted:
                database = str(folder / f"{name}.db")
                servers[name] = stack.enter_context(server(program, folder, database))
        if "postgresql" in wanted:
            address = stack.enter_context(postgresql(place))
            if address is not None:
                servers["postgresql"] = stack.enter_context(server(KAPSEL, folder, address))
        results: dict[str, list[Measured]] = defaultdict(list)
        for _ in range(given.rounds):
            for case in CASES:
                if case.server in servers:
                    results[case.name].append(
                        measured(
                            case,
                            servers[case.server],
                            seconds=given.seconds,
                            connections=given.connections,
                        )
                    )
        print_results(results)
        for name, each in servers.items():
            print(f"Memory of {name} after all of it: {memory(each.pid)}")


def print_results(results: dict[str, list[Measured]]) -> None:
    """Print the medians of each case, and its ratios to "hello" in the same round."""
    head = f"{'a second':>9} {'÷ hello':>8} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7}"
    head += f" {'of CPU':>7} {'load':>5}"
    print(f"{'':40} {head}")
    bases = {case.name: case.base for case in CASES}
    for name, rounds in results.items():
        pairs = list(zip(rounds, results[bases[name]], strict=True))
        ratio = statistics.median(each.rate / base.rate for each, base in pairs)
        of_cpu = statistics.median(base.cpu / each.cpu for each, base in pairs)
        rate, median, slow, cpu, load = (
            statistics.median(column) for column in zip(*rounds, strict=True)
        )
        numbers = f"{rate:9.0f} {ratio:8.2f} {median:7.2f} {slow:7.2f} {cpu:7.3f}"
        numbers += f" {of_cpu:7.2f} {load:5.2f}"
        print(f"{name:40} {numbers}")


if __name__ == "__main__":
    main()
