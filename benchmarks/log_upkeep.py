"""Measure what an owner does with a log of a million: verify it, take it along, prune it.

    python benchmarks/log_upkeep.py DATABASE [--rows 1000000]

It runs the real commands, each in a process of its own, and tells their processor time and the
most memory that they held. The log at DATABASE is filled up first, and loses what is pruned.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.log_rows import BEGAN, fill  # noqa: E402
from consent_server.log.signing import signing_key  # noqa: E402
from consent_server.log.tree import Tree  # noqa: E402
from scanner.database import open_database  # noqa: E402

SITES = "sites: {site0: {url: 'https://www.shop.example/'}}\n"
KEPT = 60  # days of the log that are not pruned


def run(*arguments: str, output: Path) -> str:
    """Run ``kapsel log`` with *arguments*; return what it cost, in words."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "consent_server", "log", *arguments]
    with output.open("wb") as opened:
        child = os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, opened.fileno(), 1)],
        )
        _, status, used = os.wait4(child, 0)
    took = time.perf_counter() - began
    cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    size = output.stat().st_size / 1e6
    return (
        f"{cpu:6.1f} s CPU, {took:6.1f} s, {memory:5.0f} MB at most, {size:6.1f} MB out, {status}"
    )


def measure(address: str, rows: int, folder: Path) -> None:
    """Fill the log at *address*, and do everything with it."""
    engine, key = open_database(address), folder / "key"
    fill(engine, rows)
    Tree(engine).sign(signing_key(key), now=BEGAN)
    engine.dispose()
    (folder / "sites.yaml").write_text(SITES)
    where, output = ("--database", address), folder / "output"
    days = (dt.datetime.now(dt.UTC) - BEGAN).days - KEPT
    pruned = ("prune", *where, "--sites", str(folder / "sites.yaml"), "--days", str(days))
    signed = ("--key", str(key), "--checkpoints", str(folder / "none"))
    for name, command in {
        "verify": ("verify", *where, *signed),
        "export, JSON lines": ("export", *where),
        "export, CSV": ("export", *where, "--format", "csv"),
        "export, Parquet": ("export", *where, "--format", "parquet", "--output", str(output)),
        "prune, dry run": (*pruned, "--dry-run"),
        "prune": pruned,
        "verify after that": ("verify", *where, *signed),
    }.items():
        print(f"{name:20} {run(*command, output=folder / 'printed')}", flush=True)
        if name.startswith(("prune", "verify")):
            print((folder / "printed").read_text().rstrip(), flush=True)


def main() -> None:
    """Measure the log that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        measure(given.database, given.rows, Path(folder))


if __name__ == "__main__":
    main()
