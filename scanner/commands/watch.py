"""``kapsel watch``: scan each site on its schedule until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.options import database_option, sites_option
from scanner.commands.scanning import How, Round, scan_options, scan_round

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from scanner.model import Scan, Site
    from scanner.store import Store

#: Seconds between looks at sites.yaml and at the clock, which somebody may set.
LOOK_INTERVAL = 30.0


@click.command("watch")
@click.option("--once", is_flag=True, help="Scan what is due now, then leave.")
@scan_options
@sites_option
@database_option
def command(once: bool, sites_file: Path, database: str, jobs: int, **how: Any) -> None:
    """Scan each site of sites.yaml when its schedule says so, until stopped.

    Times missed while it did not run are caught up once. sites.yaml is read again when it
    changes; while it has mistakes, the list before it stays in force. A scan that is cut
    short by Ctrl-C or SIGTERM is not kept, so that the next start makes it anew.
    """
    from scanner.store import open_store

    with open_store(database) as store:
        asyncio.run(_watch(store, sites_file, once=once, jobs=jobs, how=how))


async def _watch(
    store: Store, sites_file: Path, *, once: bool, jobs: int, how: dict[str, Any]
) -> None:
    from scanner.commands.signals import stop_on_signals
    from scanner.sites import load

    def done(scan: Scan, before: Scan | None) -> None:
        entries, findings = len(scan.entries), len(scan.findings)
        _say(f"{scan.site}: {scan.status}, {entries} items, {findings} findings")

    with stop_on_signals() as stop:
        of = Round(How.read(**how), store, True, done, None, stop, keep_cut_short=False)

        async def scan(sites: tuple[Site, ...]) -> None:
            await scan_round(sites, of=of, jobs=jobs)

        await watch(
            lambda: load(sites_file),
            last_started=store.last_started,
            scan=scan,
            jobs=jobs,
            stop=stop,
            say=_say,
            once=once,
        )


async def watch(
    read: Callable[[], tuple[Site, ...]],
    *,
    last_started: Callable[[str], dt.datetime | None],
    scan: Callable[[tuple[Site, ...]], Awaitable[None]],
    stop: asyncio.Event,
    say: Callable[[str], None],
    jobs: int = 1,
    once: bool = False,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    wait: Callable[[asyncio.Event, float], Awaitable[None]] | None = None,
) -> None:
    """
    Scan each site when it is due, until *stop* is set.

    Args:
        read: Returns the sites as they are listed now. Its first mistake is raised; a later
            one is said, and the list before it stays in force.
        last_started: Returns when the newest scan of a site began.
        scan: Scans sites and keeps the scans.
        jobs: How many sites are given to it at once.
        once: Leave as soon as no site is due.
        wait: Returns after so many seconds, or when *stop* is set.

    Raises:
        SitesInvalid: If sites.yaml cannot be used at the start.
    """
    from scanner.schedule import due, next_due

    sites = read()
    tried: dict[str, dt.datetime] = {}  # also scans that left no trace in the database
    told, mistakes = None, ""
    while not stop.is_set():
        sites, mistakes = _reread(read, sites, mistakes, say)
        now = clock()
        started = {site.key: _later(last_started(site.key), tried.get(site.key)) for site in sites}
        waiting = due(sites, started, now=now)[:jobs]
        if waiting:
            tried |= {site.key: now for site in waiting}
            await scan(waiting)
            continue
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


def _say(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} {line}", err=True)
