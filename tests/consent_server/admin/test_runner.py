"""Scans run in processes of their own, that are heard, stopped, and outlived by nobody."""

import asyncio
import sys

import pytest

from consent_server.admin.jobs import Jobs, Status
from consent_server.admin.runner import Runner
from scanner.database import open_database

PATIENCE = 60  # seconds until a test gives up

#: A stand-in for `kapsel scan`: it takes the same arguments, and refuses others.
SCAN = """
import json, os, signal, sys, time
site, rest = sys.argv[1], sys.argv[2:]
assert rest == ["--progress", "json", "--format", "json"], rest
assert os.environ["KAPSEL_DATABASE"] and os.environ["KAPSEL_SITES"]
assert "KAPSEL_API_TOKEN" not in os.environ
assert os.environ["KAPSEL_TIME_ZONE"] == "Europe/Oslo"
step = {"site": site, "state": "accept", "visited": 2, "known": 5, "url": "https://a.example/"}
print(json.dumps(step), file=sys.stderr, flush=True)
print("kapsel: a word", file=sys.stderr, flush=True)
if site == "long":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped, and kept"))
    time.sleep(600)
sys.exit(site == "bad")
"""

pytestmark = pytest.mark.anyio


@pytest.fixture
def jobs(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    yield Jobs(engine)
    engine.dispose()


@pytest.fixture
def at_work(jobs, monkeypatch):
    monkeypatch.setenv("KAPSEL_API_TOKEN", "secret")
    command = (sys.executable, "-c", SCAN)
    return lambda command=command: Runner.at_work(
        jobs,
        database="kapsel.db",
        sites_file="sites.yaml",
        time_zone="Europe/Oslo",
        command=command,
    )


async def until(jobs, job, condition):
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await asyncio.to_thread(jobs.get, None, job.id)
            if condition(found):
                return found
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("site", "status"), [("good", Status.DONE), ("bad", Status.FAILED)])
async def test_a_scan_is_heard_to_its_end(jobs, at_work, site, status):
    async with at_work() as runner:
        job = await runner.start(site, asked_by="kari")
        ended = await until(jobs, job, lambda found: found.status.is_over)

    assert ended.status is status
    assert ended.detail == "kapsel: a word"


async def test_a_scan_that_runs_tells_where_it_is_and_can_be_stopped(jobs, at_work):
    async with at_work() as runner:
        job = await runner.start("long", asked_by="kari")
        found = await until(jobs, job, lambda found: found.progress)
        assert found.progress["visited"] == 2
        waiting = await runner.start("good", asked_by="kari")
        assert jobs.get(None, waiting.id).status is Status.WAITING

        await asyncio.to_thread(jobs.stop, job.id)

        ended = await until(jobs, job, lambda found: found.status.is_over)
        assert ended.detail.endswith("stopped, and kept")
        after = await until(jobs, waiting, lambda found: found.status.is_over)
        assert after.status is Status.DONE


async def test_a_server_that_ends_stops_its_scans(jobs, at_work):
    async with at_work() as runner:
        job = await runner.start("long", asked_by="kari")
        waiting = await runner.start("good", asked_by="kari")
        await until(jobs, job, lambda found: found.progress)

    assert jobs.get(None, job.id).status is Status.FAILED
    assert jobs.get(None, job.id).detail.endswith("stopped, and kept")
    assert jobs.get(None, waiting.id).detail == "stopped before it began"


async def test_what_cannot_be_started_is_said(jobs, at_work):
    async with at_work(("/nowhere/python",)) as runner:
        job = await runner.start("good", asked_by="kari")
        ended = await until(jobs, job, lambda found: found.status.is_over)

    assert ended.status is Status.FAILED
    assert "could not be started" in ended.detail
