"""Which sites are due for a scan, by the cron fields in sites.yaml. Pure: the clock is given in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cronsim import CronSim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model import Site

#: A scan that began before this is as if it never was: cron need not walk through decades.
_LONG_AGO = dt.timedelta(days=366 * 8)

#: Clocks of machines that work together differ by less.
_DIFFERENCE = dt.timedelta(hours=1)


def latest(now: dt.datetime) -> dt.datetime:
    """Return until when a scan may have begun; one that began later went by a clock set wrong."""
    return now + _DIFFERENCE


def next_time(schedule: str, after: dt.datetime) -> dt.datetime:
    """Return the first time of *schedule* that is later than *after*, in UTC."""
    return next(CronSim(schedule, after.astimezone(dt.UTC)))


def due_at(site: Site, started: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    """
    Return when *site* is to be scanned next; a time that has passed means: at once.

    However many of its times were missed, only one is caught up: the next is counted from
    the start of its last scan, and that will be now.

    Args:
        started: When its last scan began, even one that failed; None: it never was scanned.

    Returns:
        None if the site has no schedule.
    """
    if site.schedule is None:
        return None
    if started is None or started < now - _LONG_AGO:
        return now
    return next_time(site.schedule, min(started, now))


def due(
    sites: Sequence[Site], started: Mapping[str, dt.datetime | None], *, now: dt.datetime
) -> tuple[Site, ...]:
    """
    Return those of *sites* that are due, the one that has waited longest first.

    Args:
        started: Key of a site -> when its last scan began.
    """
    waiting = []
    for site in sites:
        time = due_at(site, started.get(site.key), now=now)
        if time is not None and time <= now:
            waiting.append((time, site))
    return tuple(site for _, site in sorted(waiting, key=lambda pair: pair[0]))


def next_due(
    sites: Sequence[Site], started: Mapping[str, dt.datetime | None], *, now: dt.datetime
) -> dt.datetime | None:
    """Return when the next of *sites* is due; None: none has a schedule."""
    times = [due_at(site, started.get(site.key), now=now) for site in sites]
    return min((time for time in times if time is not None), default=None)
