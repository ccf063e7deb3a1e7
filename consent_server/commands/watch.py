"""``kapsel watch``: scan each site on its schedule until stopped, and keep the log in order."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.options import database_option, sites_option
from scanner.commands.scanning import How, Round, scan_options, scan_round

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from consent_server.chores import Chores
    from scanner.messages import Post
    from scanner.model import Scan, Site
    from scanner.store import Store


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

    Between scans it erases, once a day, what is personal in decisions that are older than the
    site keeps them, and deletes scans and folders of --evidence that are. It tells whom notify
    names of visitors' requests: when one comes, and 20 and 27 days later if it was not answered.
    """
    from scanner.store import open_store

    with open_store(database) as store:
        asyncio.run(_watch(store, sites_file, database, once=once, jobs=jobs, how=how))


async def _watch(
    store: Store, sites_file: Path, database: str, *, once: bool, jobs: int, how: dict[str, Any]
) -> None:
    from scanner.commands.signals import stop_on_signals
    from scanner.sites import load
    from scanner.watch import watch

    def done(scan: Scan, before: Scan | None) -> None:
        entries, findings = len(scan.entries), len(scan.findings)
        _say(f"{scan.site}: {scan.status}, {entries} items, {findings} findings")

    with stop_on_signals() as stop:
        read = How.read(**how)
        of = Round(read, store, True, done, None, stop, keep_cut_short=False)

        async def scan(sites: tuple[Site, ...]) -> None:
            await scan_round(sites, of=of, jobs=jobs)

        async with _chores(database, read.post, how["evidence"]) as chores:
            await watch(
                lambda: load(sites_file),
                last_started=store.last_started,
                scan=scan,
                meanwhile=chores,
                jobs=jobs,
                stop=stop,
                say=_say,
                once=once,
            )


@contextlib.asynccontextmanager
async def _chores(database: str, post: Post, evidence: Path | None) -> AsyncIterator[Chores]:
    from consent_server.chores import Chores
    from consent_server.log import ConsentLog
    from consent_server.rights.inbox import Inbox
    from scanner.database import open_database
    from scanner.deeds import Deeds, operator
    from scanner.store import Store

    engine = await asyncio.to_thread(open_database, database)
    try:
        async with ConsentLog.open(engine) as log:
            deeds = Deeds(engine, operator())
            inbox, store = Inbox(engine), Store(engine)
            yield Chores(log, inbox, deeds, store, post=post, evidence=evidence, say=_say)
    finally:
        engine.dispose()


def _say(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} {line}", err=True)
