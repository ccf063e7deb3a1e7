"""Which sites are due."""

import datetime as dt

import pytest

from scanner.model import Site
from scanner.schedule import due, due_at, next_due

NIGHTLY = Site(key="nightly", url="https://a.example/", schedule="0 3 * * *")
HOURLY = Site(key="hourly", url="https://b.example/", schedule="30 * * * *")
ASKED = Site(key="asked", url="https://c.example/")


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


NOON = utc("2026-11-22 12:00")


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("2026-11-22 03:00", False),  # today's scan was made
        ("2026-11-22 02:59", True),
        ("2026-11-21 23:00", True),
        ("2026-10-01 03:00", True),  # many were missed: still due once
        ("2026-11-22 11:00", False),  # by hand, after today's time
        ("2027-01-01 00:00", False),  # the clock was set back
    ],
)
def test_a_site_is_due_when_a_time_has_passed_since_its_last_scan_began(started, expected):
    assert bool(due([NIGHTLY], {"nightly": utc(started)}, now=NOON)) is expected


def test_a_site_that_was_never_scanned_is_due_at_once():
    assert due([NIGHTLY], {}, now=NOON) == (NIGHTLY,)


def test_a_site_without_schedule_is_never_due():
    assert due([ASKED], {}, now=NOON) == ()
    assert due_at(ASKED, None, now=NOON) is None


def test_missed_times_are_caught_up_once():
    started = {"hourly": NOON - dt.timedelta(days=10)}

    first = due([HOURLY], started, now=NOON)
    started["hourly"] = NOON
    second = due([HOURLY], started, now=NOON + dt.timedelta(minutes=1))

    assert first == (HOURLY,)
    assert second == ()
    assert due_at(HOURLY, NOON, now=NOON) == utc("2026-11-22 12:30")


def test_the_site_that_has_waited_longest_comes_first():
    started = {"nightly": utc("2026-11-22 01:00"), "hourly": utc("2026-11-22 11:00")}

    assert due([HOURLY, NIGHTLY], started, now=NOON) == (NIGHTLY, HOURLY)


def test_the_next_time_is_that_of_the_site_that_is_due_first():
    started = {"nightly": NOON, "hourly": NOON}

    assert next_due([NIGHTLY, HOURLY, ASKED], started, now=NOON) == utc("2026-11-22 12:30")
    assert next_due([ASKED], {}, now=NOON) is None


def test_the_machine_s_own_time_zone_does_not_matter():
    oslo = dt.timezone(dt.timedelta(hours=1))
    started = {"nightly": dt.datetime(2026, 11, 22, 3, 30, tzinfo=oslo)}  # 02:30 in UTC

    assert due([NIGHTLY], started, now=NOON.astimezone(oslo)) == (NIGHTLY,)
