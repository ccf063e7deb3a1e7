"""Measure decisions a second beside those of c15t's self-hosted backend, on the same database.

    python benchmarks/beside_c15t.py [--seconds 4] [--rounds 3] [--connections 32] [--sync 1]

Both servers are real, run in a process each, and acknowledge what is on the disk. c15t comes from
npm, into a folder of the user's cache; without npm, or where its SQLite driver cannot be built, it
is said what is missing. Rounds alternate between the servers, and what is told are medians. The
processors' time is that of the server and of its PostgreSQL. With ``--sync MILLISECONDS`` the
databases are kept in memory, and each sync takes so much longer, as in `server`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import Load  # noqa: E402
from benchmarks.log_rows import processor  # noqa: E402
from benchmarks.server import postgresql, slow_sync  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORIGIN = "https://www.shop.example"
SCRIPT = ROOT / "benchmarks" / "c15t" / "server.mjs"
PACKAGES = ("@c15t/backend@2", "kysely", "@hono/node-server", "pg")
DRIVER = "better-sqlite3"  # compiled where no binary fits
LICENCES = ("Apache-2.0", "MIT", "ISC")  # of what we install by name
WARM_UP = 1.0  # seconds
PREPARED = 25_000, 1000  # requests to each server, for a second: more than it answers
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Measured(NamedTuple):
    """One round."""

    rate: float  # decisions a second
    cpu: float  # milliseconds of processors for each


def installed(folder: Path, packages: tuple[str, ...]) -> str | None:
    """Install *packages* into *folder* by npm; return what went wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node and npm are not here"
    (folder / "package.json").touch()
    if not (folder / "package.json").read_text():
        (folder / "package.json").write_text('{"private": true}\n')
    command = [npm, "install", "--no-audit", "--no-fund", *packages]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        return next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
    for package in packages:
        name = package.rpartition("@")[0] or package
        facts = json.loads((folder / "node_modules" / name / "package.json").read_text())
        if facts["license"] not in LICENCES:
            return f"{name} has another licence now: {facts['license']}"
    return None


def unusable(folder: Path) -> str | None:
    """Return why the SQLite driver in *folder* does not work; None: it does."""
    command = ["node", "-e", f"new (require('{DRIVER}'))(':memory:')"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = (line for line in done.stderr.splitlines() if "Error" in line)
    return next(lines, "it does not load") if done.returncode else None


def to_c15t() -> bytes:
    """Return a request with a new decision, as c15t's own client sends it."""
    subject = "".join(BASE58[byte % 58] for byte in os.urandom(22))
    body = {
        "type": "cookie_banner",
        "subjectId": f"sub_{subject}",
        "domain": "www.shop.example",
        "preferences": {"necessary": True, "measurement": False, "marketing": False},
        "givenAt": time.time_ns() // 1_000_000,
        "jurisdictionModel": "opt-in",
        "uiSource": "banner",
        "consentAction": "custom",
    }
    return _request("/subjects", body)


def to_kapsel() -> bytes:
    """Return a request with a new decision, as the widget sends it."""
    moment, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(9).hex()
    body = {
        "id": f"{moment[:8]}-{moment[8:]}-7{chance[:3]}-a{chance[3:6]}-{chance[6:]}",
        "revision": "9f2c41d07ab35e88",
        "choices": {"functional": True, "statistics": False, "marketing": False},
        "action": "save",
        "language": "nb",
        "decided_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "page": f"{ORIGIN}/kategori/telt",
        "gpc": False,
    }
    return _request("/w/shop/consents", body)


def _request(path: str, body: dict[str, object]) -> bytes:
    text = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {ORIGIN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def measured(
    port: int,
    request: Callable[[], bytes],
    *,
    connections: int,
    seconds: float,
    prepared: int,
    cpu: Callable[[], float],
) -> Measured:
    """Send as fast as answers come, for *seconds*, on *connections*; *prepared* are made before."""
    load = Load(port, request, connections=connections, prepared=prepared)
    load.run(WARM_UP)
    used = cpu()
    took = load.run(seconds)
    used = cpu() - used
    load.finish()
    if load.faults:
        raise SystemExit(f"answers other than success: {dict(load.faults)}")
    count = len(load.latencies)
    return Measured(count / took, used / max(count, 1) * 1000)


@contextlib.contextmanager
def running(command: list[str], ready: str, folder: Path) -> Iterator[int]:
    """Run *command* in *folder* until the block ends; yield its process once it says *ready*."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if ready in line:
                break
        else:
            raise SystemExit("".join(said))
        try:
            yield process.pid
        finally:
            process.terminate()


def processors(pid: int, database: str) -> float:
    """Return the seconds that the server *pid*, and its PostgreSQL, have been on processors."""
    pids = [pid]
    if "host=" in database:
        data = Path(database.partition("host=")[2]) / "data"
        first = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        pids += map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())
    threads = (thread for each in pids for thread in Path(f"/proc/{each}/task").glob("*"))
    return sum(processor(int(thread.name)) for thread in threads)


def compare(kind: str, modules: Path, given: argparse.Namespace) -> None:
    """Measure both servers, each on a database of its own, of the same *kind*."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        places = [str(folder / "kapsel.db"), str(folder / "c15t.db")]
        if kind == "postgresql":
            found = [stack.enter_context(postgresql(given.folder)) for _ in places]
            if None in found:
                print("PostgreSQL's binaries are not here")
                return
            places = [each for each in found if each is not None]
        (folder / "sites.yaml").write_text(f"sites: {{shop: {{url: '{ORIGIN}/'}}}}\n")
        ports = [_free_port(), _free_port()]
        ours = [sys.executable, "-m", "consent_server", "serve", "--port", str(ports[0])]
        ours += ["--database", places[0], "--sites", str(folder / "sites.yaml")]
        ours += ["--rate", "1000000", "--site-rate", "1000000"]  # counted, but never reached
        theirs = ["node", str(SCRIPT), str(ports[1]), kind, places[1].partition("host=")[2]]
        theirs[-1] = theirs[-1] or places[1]
        pids = [
            stack.enter_context(running(ours, "serving", ROOT)),
            stack.enter_context(running(theirs, "ready", modules)),
        ]
        results: list[list[Measured]] = [[], []]
        for _ in range(given.rounds):
            for n, request in enumerate((to_kapsel, to_c15t)):
                run = measured(
                    ports[n],
                    request,
                    connections=given.connections,
                    seconds=given.seconds,
                    prepared=int(PREPARED[n] * (WARM_UP + given.seconds)),
                    cpu=lambda n=n: processors(pids[n], places[n]),  # type: ignore[misc]
                )
                results[n].append(run)
    for name, rounds in zip((f"Kapsel, {kind}", f"c15t, {kind}"), results, strict=True):
        rate, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:24} {rate:8.0f} a second {cpu:8.3f} ms of processors each")
    pairs = list(zip(*results, strict=True))
    rate = statistics.median(our.rate / their.rate for our, their in pairs)
    cpu = statistics.median(their.cpu / our.cpu for our, their in pairs)
    print(f"{'':24} {rate:8.1f} times as many, {cpu:.1f} times less of processors", flush=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def main() -> None:
    """Install c15t, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--folder", type=Path, help="where the databases are put")
    parser.add_argument("--sync", type=float, default=0, help="milliseconds more for each sync")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser.add_argument("--modules", type=Path, default=cache / "kapsel" / "c15t")
    given = parser.parse_args()
    if given.sync and given.folder is None:
        given.folder = Path("/dev/shm")
    fault = installed(given.modules, PACKAGES)
    if fault is not None:
        print(f"c15t cannot be measured: {fault}")
        return
    fault = installed(given.modules, (DRIVER,)) or unusable(given.modules)
    if fault is not None:
        print(f"c15t cannot be measured on SQLite: its driver was not built: {fault}")
    with slow_sync(given.sync):
        if fault is None:
            compare("sqlite", given.modules, given)
        compare("postgresql", given.modules, given)


if __name__ == "__main__":
    main()
