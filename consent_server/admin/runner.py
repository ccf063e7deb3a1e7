"""Run the scans that somebody asked for: each as ``kapsel scan`` in a process of its own.

So no browser ever runs in a server's process, and a scan that crashes takes nothing with it. One
scan runs at a time in each server; the others wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from consent_server.admin.jobs import Job, Jobs, Status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

BEAT = 1.0  # seconds between two words of a job that lives
PATIENCE = 20.0  # seconds in which a scan that is told to stop may save what it has found
MAX_LINES = 20  # of what a scan says that are kept

COMMAND = (sys.executable, "-m", "consent_server", "scan")

#: What a scan has no business to know.
_SECRETS = ("KAPSEL_API_TOKEN", "KAPSEL_OIDC_CLIENT_SECRET")

log = structlog.get_logger(__name__)


class Runner:
    """Starts scans, and says in *jobs* what they do; made by `at_work`."""

    def __init__(
        self, jobs: Jobs, *, environment: Mapping[str, str], command: Sequence[str]
    ) -> None:
        self._jobs = jobs
        self._environment = environment
        self._command = command
        self._one = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    @classmethod
    @contextlib.asynccontextmanager
    async def at_work(
        cls,
        jobs: Jobs,
        *,
        database: str,
        sites_file: str,
        time_zone: str = "UTC",
        command: Sequence[str] = COMMAND,
    ) -> AsyncIterator[Runner]:
        """
        Open a runner; at the end its scans are stopped, and keep what they have found.

        Args:
            time_zone: In which their messages tell times, where a site names none.
        """
        environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
        environment |= {"KAPSEL_DATABASE": database, "KAPSEL_SITES": sites_file}
        environment["KAPSEL_TIME_ZONE"] = time_zone
        environment["KAPSEL_LOG_FORMAT"] = "text"  # JSON that a scan says is its progress
        runner = cls(jobs, environment=environment, command=command)
        try:
            yield runner
        finally:
            runner._closing.set()
            await asyncio.gather(*runner._tasks)

    async def start(self, site: str, *, asked_by: str) -> Job:
        """
        Return the job of a scan of *site* that begins as soon as no other runs.

        Raises:
            ScanRunning: If one of that site is under way.
        """
        job = await asyncio.to_thread(self._jobs.add, site, asked_by=asked_by)
        task = asyncio.create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def _run(self, job: Job) -> None:
        progress: dict[str, Any] = {}
        stop = asyncio.Event()
        beat = asyncio.create_task(self._beat(job, progress, stop))
        status, detail = Status.FAILED, "the server could not run it"
        try:
            async with self._one:
                if stop.is_set():
                    detail = "stopped before it began"
                else:
                    status, detail = await self._scanned(job, progress, stop)
        except OSError as exc:
            log.exception("scan not started", site=job.site)
            detail = f"it could not be started: {exc.strerror}"
        finally:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat
            await asyncio.to_thread(self._jobs.end, job.id, status, detail=detail)

    async def _beat(self, job: Job, progress: dict[str, Any], stop: asyncio.Event) -> None:
        """Say that the job lives, and set *stop* when it shall not."""
        while True:
            wanted = await asyncio.to_thread(self._jobs.seen, job.id, progress=dict(progress))
            if wanted or self._closing.is_set():
                stop.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), BEAT)
            if self._closing.is_set():
                stop.set()
                await asyncio.sleep(BEAT)

    async def _scanned(
        self, job: Job, progress: dict[str, Any], stop: asyncio.Event
    ) -> tuple[Status, str]:
        """Run the scan to its end; return what became of it, and its last words."""
        await asyncio.to_thread(self._jobs.began, job.id)
        process = await asyncio.create_subprocess_exec(
            *self._command,
            job.site,
            *("--progress", "json", "--format", "json"),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        stopping = asyncio.create_task(_stop(process, stop))
        said: deque[str] = deque(maxlen=MAX_LINES)
        assert process.stderr is not None
        try:
            async for line in process.stderr:
                _hear(line, progress, said)
            code = await process.wait()
        finally:
            stopping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stopping
        log.info("scan ended", site=job.site, status=code)
        return (Status.DONE if code == 0 else Status.FAILED), "\n".join(said)


async def _stop(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    """End *process* when *stop* is set: first by asking, then by force."""
    await stop.wait()
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(PATIENCE)
    process.kill()


def _hear(line: bytes, progress: dict[str, Any], said: deque[str]) -> None:
    """Take a line that a scan has said: where it is, or words for people."""
    text = line.decode("utf-8", "replace").rstrip()
    if text.startswith("{"):
        try:
            progress |= msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError:
            said.append(text)
    elif text:
        said.append(text)
