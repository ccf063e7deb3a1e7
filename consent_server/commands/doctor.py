"""``kapsel doctor``: what is installed, reachable, misconfigured."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import (
    browser_option,
    database_option,
    format_option,
    sites_option,
)
from scanner.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consent_server.doctor import Check
    from consent_server.settings import Settings
    from scanner.model import Site

MARKS = {"good": "ok  ", "note": "note", "bad": "BAD "}


@click.command()
@sites_option
@database_option
@browser_option
@click.option(
    "--url",
    default=None,
    metavar="URL",
    help="Address of the server as visitors reach it: ask it, and look for the tag on each site.",
)
@format_option("table", "json")
def command(
    sites_file: Path, database: str, browser: Path | None, url: str | None, form: str
) -> None:
    """Look over this installation and say what is wrong and what to do; changes nothing.

    Run it as the user, with the environment and in the folder of the server and of watch.
    Leaves with 1 if something is wrong.
    """
    from consent_server.doctor import State
    from consent_server.settings import Settings

    settings = Settings(
        database=database,
        sites_file=sites_file,
        signing_key=_path("KAPSEL_SIGNING_KEY"),
        checkpoints=_path("KAPSEL_CHECKPOINTS"),
    )
    found = []
    for check in _checks(settings, browser, url):
        found.append(check)
        if form == "table":
            _say(check)
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    sys.exit(any(check.state is State.BAD for check in found))


def _checks(settings: Settings, browser: Path | None, url: str | None) -> Iterator[Check]:
    from consent_server.doctor import sites
    from consent_server.doctor.machine import machine
    from consent_server.doctor.storage import storage

    yield from machine(browser)
    known, check = sites.read_sites(settings.sites_file)
    yield check
    yield from storage(settings)
    yield from _kept(settings.database, known)
    if url is not None:
        from consent_server.doctor.server import server

        yield from server(url, known)


def _kept(database: str, known: tuple[Site, ...]) -> Iterator[Check]:
    """Look at what the database says of scans and requests, if it can be read as it is."""
    from consent_server.doctor import sites
    from consent_server.rights.inbox import Inbox
    from scanner.database import answering, check_database, open_database
    from scanner.errors import KapselError
    from scanner.schedule import latest
    from scanner.store import Store

    now = dt.datetime.now(dt.UTC)
    started: dict[str, dt.datetime | None] = {}
    if "://" in database or os.access(database, os.R_OK):
        try:
            engine = open_database(database, upgrade=False)
        except KapselError:
            return  # it was told of already
        try:
            if check_database(engine):
                return
            with answering():
                store = Store(engine)
                started = {site.key: store.last_started(site.key, latest(now)) for site in known}
                yield sites.requests_in_time(Inbox(engine).find(), now=now)
        finally:
            engine.dispose()
    smtp = bool(os.environ.get("KAPSEL_SMTP"))
    yield from sites.sites_in_order(known, started=started, smtp=smtp, now=now)


def _say(check: Check) -> None:
    lines = visible(check.said).splitlines() or [""]
    click.echo(f"{MARKS[check.state]} {check.subject}: {lines[0]}")
    for line in lines[1:]:
        click.echo(f"     {line}")
    if check.advice is not None:
        click.echo(f"     → {check.advice}")


def _path(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None
