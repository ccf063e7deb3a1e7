"""Pull the plug on the consent server in the middle of load, again and again; count what is lost.

    python benchmarks/durability.py [--rounds 100] [--only NAME…]

Each round starts the real server, sends decisions from sixteen connections, and ends it: by
``kill -9``, or by an emulated power cut. For that strace notes each write and each sync of the
database's files; after the kill, whatever was written but not synced when the power went is
lost: of SQLite's files it is overwritten with zeros, as a disk may leave it; PostgreSQL's
write-ahead log, whose last page is written again and again, gets back what it held at its last
sync. (Its data files are made good from that.) Then the next server must have every decision that
was acknowledged, once.

The controls break the rule on purpose: they must lose something, or the test proves nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import post  # noqa: E402
from benchmarks.server import SITES, postgresql  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from consent_server.model import ConsentRecord

CLIENTS = 16
LEAST, MOST = 30, 300  # acknowledged decisions after which the plug is pulled

_CALL = re.compile(
    r"(?P<thread>\d+) +(?P<name>\w+)\(\d+<(?P<path>[^>]*)>"
    r"(?:, (?:\"(?P<data>(?:\\x[0-9a-f]{2})*)\"(?:\.\.\.)?|0x\w+), "
    r"(?P<length>\d+)(?:, (?P<offset>\d+))?)?"
)
_RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>")
_TRACED = "pwrite64,write,fsync,fdatasync"
_LONGEST = 1 << 20  # bytes in one write whose content is noted


class Case(NamedTuple):
    """One way of pulling the plug on one kind of server."""

    name: str
    sabotage: str  # what the server does wrong: see `serve`
    power: bool  # whether unsynced writes are lost
    postgresql: bool = False


CASES = [
    Case("sqlite, kill -9", "", power=False),
    Case("sqlite, power cut", "", power=True),
    Case("postgresql, kill -9 of server and database", "", power=False, postgresql=True),
    Case("postgresql, power cut", "", power=True, postgresql=True),
    Case("control: acknowledged before the commit, kill -9", "early", power=False),
    Case("control: synchronous=NORMAL, power cut", "NORMAL", power=True),
    Case("control: synchronous=OFF, power cut", "OFF", power=True),
    Case("control: synchronous_commit=off, power cut", "OFF", power=True, postgresql=True),
]


class NotStarted(Exception):
    """The server could not use what the power cut left."""


class Tally(NamedTuple):
    """What came of the rounds of one case."""

    rounds: int
    acknowledged: int
    lost: int
    doubled: int
    faults: int  # that `kapsel log verify` found


class _Told:
    """A letter whose sender was told before it was stored."""

    def __init__(self, record: ConsentRecord) -> None:
        self._record = record

    def open(self) -> ConsentRecord:
        return self._record

    def get_ready(self) -> None:
        """Prepare nothing."""

    def tell(self, outcome: object) -> None:
        """Say nothing more."""


def serve(sabotage: str, arguments: list[str]) -> None:
    """Run ``kapsel serve``, doing what *sabotage* says."""
    from consent_server.cli import main
    from consent_server.log import writer
    from scanner import database

    if sabotage == "early":
        honest = writer.GroupWriter.hand_in

        def hand_in(self: writer.GroupWriter, letter: writer.Letter) -> None:
            stored = _Told(letter.open())
            letter.tell(True)
            asyncio.get_running_loop().call_later(0.05, honest, self, stored)

        writer.GroupWriter.hand_in = hand_in  # type: ignore[method-assign]
    elif sabotage:
        os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
        prepare = database._prepare_sqlite

        def careless(connection: object, record: object) -> None:
            prepare(connection, record)
            connection.execute(f"PRAGMA synchronous = {sabotage}")  # type: ignore[attr-defined]

        database._prepare_sqlite = careless
    sys.argv = ["kapsel", "serve", *arguments]
    main()


class Files:
    """What strace saw of a database's files: which writes no sync has followed yet."""

    def __init__(self, *, only: str, synced: dict[str, bytes] | None = None) -> None:
        """
        Args:
            only: Part of the paths that count.
            synced: What the files held when the trace began, which then tells what was written;
                None: what is lost becomes zeros.
        """
        self._only = only
        self._synced = {path: bytearray(body) for path, body in (synced or {}).items()}
        self._exact = synced is not None
        self._unsynced: dict[str, list[tuple[int, int, bytes]]] = {}
        self._at: dict[str, int] = {}
        self._under_way: dict[str, tuple[str, int]] = {}  # thread -> path, writes before its sync

    def read(self, trace: Path) -> None:
        """Follow the calls in *trace*; one that never returned did nothing for certain."""
        for line in trace.read_text(errors="replace").splitlines():
            resumed = _RESUMED.match(line)
            if resumed is not None and resumed["name"] in ("fsync", "fdatasync"):
                self._sync(*self._under_way.pop(resumed["thread"], ("", 0)))
                continue
            call = _CALL.match(line)
            if call is None or self._only not in call["path"]:
                continue
            path = call["path"]
            writes = self._unsynced.setdefault(path, [])
            if call["name"] in ("fsync", "fdatasync"):
                if "<unfinished" in line:
                    self._under_way[call["thread"]] = (path, len(writes))
                else:
                    self._sync(path, len(writes))
            elif call["offset"] is not None:
                data = bytes.fromhex((call["data"] or "").replace("\\x", ""))
                assert not self._exact or len(data) == int(call["length"]), "strace cut it off"
                writes.append((int(call["offset"]), int(call["length"]), data))

    def _sync(self, path: str, count: int) -> None:
        """Count the first *count* writes to *path* as safe."""
        for offset, length, data in self._unsynced.get(path, [])[:count] if self._exact else ():
            held = self._synced.setdefault(path, bytearray())
            held.extend(bytes(max(0, offset + length - len(held))))
            held[offset : offset + length] = data
        del self._unsynced.get(path, [])[:count]

    def lose(self) -> int:
        """Undo what was not synced; return how many bytes that were."""
        lost = 0
        for path, writes in self._unsynced.items():
            if not writes or not Path(path).exists():
                continue
            with Path(path).open("r+b") as file:
                for offset, length, _ in writes:
                    file.seek(offset)
                    held = self._synced.get(path, b"")[offset : offset + length]
                    file.write(bytes(held).ljust(length, b"\0"))
                    lost += length
        return lost


class Site:
    """The visitors of one site, who remember what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self._unanswered: list[bytes] = []
        self._new = post("/w/shop/consents")

    async def visit(self, port: int, enough: int, pull: Callable[[], None]) -> None:
        """Send decisions, and those unanswered again; *pull* when *enough* are acknowledged."""
        target = len(self.acknowledged) + enough
        again, self._unanswered = self._unanswered, []
        pulled = False

        async def visitor() -> None:
            nonlocal pulled
            while not pulled:
                request = again.pop() if again else self._new()
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    with contextlib.closing(writer):
                        while True:
                            await answered(reader, writer, request)
                            self.acknowledged.add(request.partition(b'"id": "')[2][:36].decode())
                            if len(self.acknowledged) >= target and not pulled:
                                pulled = True
                                pull()
                            request = again.pop() if again else self._new()
                except (OSError, asyncio.IncompleteReadError):
                    self._unanswered.append(request)
                    assert pulled, "the server broke off by itself"

        await asyncio.wait_for(asyncio.gather(*(visitor() for _ in range(CLIENTS))), 120)
        self._unanswered += again


async def answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> None:
    """Send *request* and wait until it is acknowledged."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    if head[9:12] == b"503":
        raise ConnectionResetError("the database has gone, and the server says so")
    assert head[9:12] in (b"200", b"201"), head


def rounds(case: Case, count: int) -> Tally:
    """Pull the plug *count* times."""
    site, chance = Site(), random.Random(1)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        (folder / "sites.yaml").write_text(SITES)
        cluster = stack.enter_context(Cluster.running()) if case.postgresql else None
        database = cluster.address if cluster else str(folder / "kapsel.db")
        for n in range(count):
            trace = folder / f"trace-{n}"
            watched = trace if case.power and not cluster else None
            with running(case, folder, database, watched) as (port, kill):
                if cluster and case.power:
                    cluster.watch(trace)
                pulls = [cluster.kill, kill] if cluster else [kill]
                asyncio.run(
                    site.visit(
                        port, chance.randint(LEAST, MOST), lambda p=pulls: [pull() for pull in p]
                    )
                )
            if case.power and trace.exists():
                wal = cluster.wal if cluster else None
                files = Files(only="pg_wal" if cluster else "kapsel.db", synced=wal)
                files.read(trace)
                files.lose()
                trace.unlink()
            if cluster:
                cluster.start()
        return judged(count, site, folder, database)


@contextlib.contextmanager
def running(
    case: Case, folder: Path, database: str, trace: Path | None
) -> Iterator[tuple[int, Callable[[], None]]]:
    """Run the server, under strace where *trace* is given; yield its port and what kills it."""
    command = [sys.executable, __file__, "--serve", case.sabotage, "--port", "0"]
    command += ["--database", database, "--sites", str(folder / "sites.yaml")]
    command += ["--signing-key", str(folder / "key"), "--checkpoints", str(folder / "checkpoints")]
    command += ["--api-token", "token"]
    if trace is not None:
        command = [*("strace", "-f", "-y", "-s", "0", "-e", f"trace={_TRACED}"), *command]
        command[1:1] = ["-o", str(trace)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT
    )
    assert process.stderr is not None
    said = next((line for line in process.stderr if "serving" in line), "")
    if not said:
        process.wait()
        raise NotStarted

    def kill() -> None:
        for child in children(process.pid) if trace else ():
            os.kill(child, signal.SIGKILL)  # strace itself then ends, and has written all
        if trace is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    try:
        yield int(said.split()[5].rstrip(",").rsplit(":", 1)[1]), kill
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Cluster:
    """A PostgreSQL that can be killed whole, and started again."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._folder = Path(address.partition("host=")[2])
        self._data = self._folder / "data"
        self._binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._tracer: subprocess.Popen[bytes] | None = None
        self.wal: dict[str, bytes] = {}  # what its write-ahead log held when the trace began

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator[Cluster]:
        """Run one as long as the block lasts."""
        with postgresql() as address:
            assert address is not None, "PostgreSQL's binaries are not here"
            yield cls(address)

    def watch(self, trace: Path) -> None:
        """Note from now on, in *trace*, what its processes write and sync."""
        pids = self._pids()
        command = ["strace", "-f", "-y", "-x", "-s", str(_LONGEST), "-o", str(trace)]
        command += ["-e", f"trace={_TRACED}"]
        command += [argument for pid in pids for argument in ("-p", str(pid))]
        self._tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
        assert self._tracer.stderr is not None
        for pid in pids:
            said = self._tracer.stderr.readline()
            assert b"attached" in said or not alive(pid), said  # some come and go
        log = self._data / "pg_wal"
        self.wal = {str(file): file.read_bytes() for file in log.iterdir() if file.is_file()}

    def kill(self) -> None:
        """End all its processes at once."""
        pids = self._pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while any(alive(pid) for pid in pids):
            assert time.monotonic() < deadline, "PostgreSQL does not end"
            time.sleep(0.01)
        if self._tracer is not None:
            self._tracer.wait()
            assert self._tracer.stderr is not None
            self._tracer.stderr.close()
            self._tracer = None

    def start(self) -> None:
        """Start it again; it recovers first."""
        for left in (self._data / "postmaster.pid", *self._folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder}"
        log = ["-l", str(self._folder / "log"), "-w", "-t", "120"]
        command = [str(self._binaries / "pg_ctl"), "-D", str(self._data), *log, "-o", options]
        user = "postgres" if os.geteuid() == 0 else None
        subprocess.run(
            [*command, "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )

    def _pids(self) -> list[int]:
        """Return its processes: who started the others first."""
        first = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        return [first, *children(first)]


def alive(pid: int) -> bool:
    """Return whether the process *pid* is there, and more than a name."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def judged(count: int, site: Site, folder: Path, database: str) -> Tally:
    """Return what is there of what was acknowledged."""
    from consent_server.log import note
    from consent_server.log.signing import signing_key
    from consent_server.log.verify import verify
    from scanner.database import open_database
    from scanner.errors import DatabaseUnusable

    try:
        engine = open_database(database)
    except DatabaseUnusable:  # only a control comes so far
        return Tally(count, len(site.acknowledged), len(site.acknowledged), 0, 1)
    try:
        with engine.connect() as connection:
            stored = list(connection.exec_driver_sql("SELECT id FROM consent").scalars())
        key = signing_key(folder / "key").verify_key
        file = folder / "checkpoints"
        outside = note.split(file.read_text()) if file.exists() else []
        verdict = verify(engine, key=key, outside=outside)  # type: ignore[arg-type]
    finally:
        engine.dispose()
    return Tally(
        rounds=count,
        acknowledged=len(site.acknowledged),
        lost=len(site.acknowledged - set(stored)),
        doubled=len(stored) - len(set(stored)),
        faults=len(verdict.faults),
    )


def main() -> int:
    """Run the cases and print what was lost; leave with 1 if it is not what it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--only", help="the cases whose names begin so")
    given = parser.parse_args()
    wrong = 0
    print(f"{'':52} {'rounds':>6} {'acked':>7} {'lost':>6} {'twice':>5} {'faults':>6}")
    for case in CASES:
        if given.only and not case.name.startswith(given.only):
            continue
        if case.power and shutil.which("strace") is None:
            print(f"{case.name:52} strace is not here")
            continue
        control = case.name.startswith("control")
        try:
            found = rounds(case, 3 if control else given.rounds)
        except NotStarted:
            print(f"{case.name:52} everything: the server does not start again")
            wrong += not control
            continue
        cells = f"{found.rounds:6} {found.acknowledged:7} {found.lost:6} {found.doubled:5}"
        print(f"{case.name:52} {cells} {found.faults:6}", flush=True)
        wrong += not found.lost if control else found.lost + found.doubled + found.faults
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
