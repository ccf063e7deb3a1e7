"""The scans that were asked for: one at a time per site, and none is waited for in vain."""

import datetime as dt

import pytest

from consent_server.admin.jobs import LOST, Jobs, Status
from scanner.database import open_database
from scanner.errors import ScanRunning

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def now():
    return [NOW]


@pytest.fixture
def jobs(database, now):
    engine = open_database(database)
    yield Jobs(engine, clock=lambda: now[0])
    engine.dispose()


def test_a_job_goes_from_waiting_to_its_end(jobs):
    job = jobs.add("shop", asked_by="kari")
    assert (job.status, job.asked_by, job.asked_at) == (Status.WAITING, "kari", NOW)

    jobs.began(job.id)
    assert not jobs.seen(job.id, progress={"visited": 3})
    assert jobs.get("shop", job.id).progress == {"visited": 3}
    assert jobs.newest("shop").status is Status.RUNNING

    jobs.end(job.id, Status.DONE, detail="well")
    ended = jobs.get(None, job.id)
    assert (ended.status, ended.detail, ended.ended_at) == (Status.DONE, "well", NOW)
    assert ended.status.is_over


def test_a_site_has_one_scan_at_a_time(jobs):
    job = jobs.add("shop", asked_by="kari")
    jobs.add("other", asked_by="kari")

    with pytest.raises(ScanRunning):
        jobs.add("shop", asked_by="ola")

    jobs.end(job.id, Status.FAILED, detail="")
    assert jobs.add("shop", asked_by="ola").id > job.id


def test_a_job_is_asked_to_stop_by_whoever_sees_it(jobs):
    job = jobs.add("shop", asked_by="kari")
    jobs.began(job.id)

    jobs.stop(job.id)

    assert jobs.seen(job.id, progress={})
    jobs.began(job.id)
    assert jobs.get("shop", job.id).status is Status.STOPPING
    jobs.end(job.id, Status.DONE, detail="")
    jobs.stop(job.id)
    assert jobs.get("shop", job.id).status is Status.DONE


def test_a_job_whose_server_has_ended_is_lost_and_bars_no_other(jobs, now):
    job = jobs.add("shop", asked_by="kari")
    now[0] = NOW + LOST
    assert not jobs.newest("shop").status.is_over
    now[0] = NOW + LOST + dt.timedelta(seconds=1)

    another = jobs.add("shop", asked_by="ola")

    assert jobs.get("shop", job.id).status is Status.LOST
    assert jobs.newest("shop").id == another.id


def test_a_job_of_another_site_is_not_there(jobs):
    job = jobs.add("shop", asked_by="kari")

    assert jobs.get("other", job.id) is None
    assert jobs.newest("other") is None
    assert jobs.get(None, job.id + 1) is None
