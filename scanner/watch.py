"""Scan each site on its schedule until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scanner.model import Site

#: Seconds between looks at sites.yaml and at the clock, which somebody may set.
LOOK_INTERVAL = 30.0


async def watch(
    read: Callable[[], tuple[Site, ...]],
    *,
    last_started: Callable[[str, dt.datetime], dt.datetime | None],
    scan: Callable[[tuple[Site, ...]], Awaitable[None]],
    stop: asyncio.Event,
    say: Callable[[str], None],
    jobs: int = 1,
    once: bool = False,
    meanwhile: Callable[[tuple[Site, ...]], Awaitable[None]] | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    wait: Callable[[asyncio.Event, float], Awaitable[None]] | None = None,
) -> None:
    """
    Scan each site when it is due, until *stop* is set.

    Args:
        read: Returns the sites as they are listed now. Its first mistake is raised; a later
            one is said, and the list before it stays in force.
        last_started: Returns when the newest scan of a site began, of those until a moment.
        scan: Scans sites and keeps the scans.
        jobs: How many sites are given to it at once.
        once: Leave as soon as no site is due.
        meanwhile: What else is done for the sites at each look at the clock, when none is due.
        wait: Returns after so many seconds, or when *stop* is set.

    Raises:
        SitesInvalid: If sites.yaml cannot be used at the start.
    """
    from scanner.schedule import due, latest, next_due

    sites = read()
    tried: dict[str, dt.datetime] = {}  # also scans that left no trace in the database
    told, mistakes = None, ""
    while not stop.is_set():
        sites, mistakes = _reread(read, sites, mistakes, say)
        now = clock()
        until = latest(now)  # the clock may have been set back
        tried = {key: at for key, at in tried.items() if at <= until}
        started = {
            site.key: _later(last_started(site.key, until), tried.get(site.key)) for site in sites
        }
        waiting = due(sites, started, now=now)[:jobs]
        if waiting:
            tried |= {site.key: now for site in waiting}
            await scan(waiting)
            continue
        if meanwhile is not None:
            await meanwhile(sites)
        if once:
            return
        following = next_due(sites, started, now=now)
        if following != told:
            told = following
            say(f"next scan at {following:%Y-%m-%d %H:%M} UTC" if following else "nothing to scan")
        seconds = (following - now).total_seconds() if following else LOOK_INTERVAL
        await (wait or _wait)(stop, min(max(seconds, 0.0), LOOK_INTERVAL))


def _reread(
    read: Callable[[], tuple[Site, ...]],
    sites: tuple[Site, ...],
    mistakes: str,
    say: Callable[[str], None],
) -> tuple[tuple[Site, ...], str]:
    """Return the sites as listed now, or as before while there are mistakes, told once."""
    from scanner.errors import SitesInvalid

    try:
        return read(), ""
    except SitesInvalid as exc:
        if str(exc) != mistakes:
            say(f"{exc}\nthe list as it was before stays in force")
        return sites, str(exc)


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max((time for time in (one, other) if time is not None), default=None)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
