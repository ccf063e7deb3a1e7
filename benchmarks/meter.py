"""
CPU and memory of the browsers that a benchmark starts.

To count a browser's memory the kernel walks all its pages, and to find its processes all of the
machine's are looked through: some 50 ms each time. So a process of its own does it, which neither
holds up what is measured nor counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import resource
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
LOOK = 0.25  # seconds between two looks


class Meter:
    """CPU and peak memory of the browsers that this process starts, while the block runs."""

    async def __aenter__(self):
        self._told, theirs = multiprocessing.Pipe()
        watching = multiprocessing.Process(target=watch, args=(theirs, os.getpid()), daemon=True)
        watching.start()
        await asyncio.to_thread(self._told.recv)
        self._own = _spent()
        self._start = time.monotonic()
        return self

    async def __aexit__(self, *_):
        self.seconds = time.monotonic() - self._start
        own = _spent() - self._own
        self._told.send(None)
        browsers, self.peak = await asyncio.to_thread(self._told.recv)
        self.cpu = own + browsers


def watch(pipe, parent: int) -> None:
    """Say that the watch begins; once asked, tell the browsers' CPU seconds and peak megabytes."""
    cpu: dict[str, float] = {}  # by process
    pipe.send(None)
    peak, asked = 0, False
    while not asked:
        asked = pipe.poll(LOOK)
        folders = browsers(parent)
        cpu |= _cpu(folders)
        peak = max(peak, weight(folders))
    pipe.send((sum(cpu.values()), peak))


def browsers(parent: int) -> list[Path]:
    """The folders under /proc of the processes of *parent*'s browsers."""
    # Those of its children that are in groups of their own, and of their children.
    groups, found = set(), []
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            groups.add(os.getpgid(int(child)))
    groups.discard(os.getpgid(parent))
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) in groups:
                found.append(folder)
    return found


def weight(folders: list[Path]) -> int:
    """Megabytes (PSS) of the processes in *folders*."""
    kilobytes = 0
    for folder in folders:
        with contextlib.suppress(OSError, IndexError, ValueError):
            rollup = (folder / "smaps_rollup").read_text().splitlines()
            kilobytes += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return kilobytes // 1024


def _cpu(folders: list[Path]) -> dict[str, float]:
    """CPU seconds by process."""
    seconds = {}
    for folder in folders:
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            seconds[folder.name] = (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def _spent() -> float:
    """CPU seconds of this process."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
