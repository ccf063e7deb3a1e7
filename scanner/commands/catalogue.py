"""``kapsel catalogue``: what a site stores, and what changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.group import Group
from scanner.commands.options import (
    database_option,
    format_option,
    language_option,
    sites_option,
    time_zone_option,
)
from scanner.commands.override import override
from scanner.commands.prune import prune
from scanner.errors import KapselError
from scanner.report.forms import FORMS

if TYPE_CHECKING:
    from scanner.model import Scan, Site
    from scanner.store import Store


@click.group("catalogue", cls=Group)
def command() -> None:
    """Show what was found, and what changed."""


command.add_command(override)
command.add_command(prune)


@command.command()
@click.argument("site")
@click.option("--scan", "number", type=int, default=None, help="Of this scan, by its number.")
@click.option("--history", is_flag=True, help="List the scans with their numbers instead.")
@format_option("table", "json")
@sites_option
@database_option
def show(
    site: str, number: int | None, history: bool, form: str, sites_file: Path, database: str
) -> None:
    """Print what SITE stores, by its newest scans."""
    from scanner.model import Catalogue
    from scanner.report.console import print_catalogue, print_history
    from scanner.report.document import catalogue_document, history_document
    from scanner.schedule import latest
    from scanner.store import open_store

    with open_store(database) as store:
        _known(store, site, sites_file)
        if history:
            scans = store.history(site)
            click.echo(history_document(scans)) if form == "json" else print_history(scans)
            return
        catalogue = store.catalogue(site)
        if number is not None:
            scan = _numbered(store, site, number)
            catalogue = Catalogue(site=site, scanned_at=scan.finished_at, entries=scan.entries)
    now = dt.datetime.now(dt.UTC)
    if catalogue.scanned_at is not None and catalogue.scanned_at > latest(now):
        said = f"the scan of {catalogue.scanned_at:%Y-%m-%d} is in the future"
        click.echo(f"kapsel: {said}: this machine's clock was wrong then, or is now", err=True)
    click.echo(catalogue_document(catalogue)) if form == "json" else print_catalogue(catalogue)


@command.command()
@click.argument("site")
@click.argument("old", required=False)
@click.argument("new", required=False)
@format_option("table", "json")
@sites_option
@database_option
def diff(
    site: str, old: str | None, new: str | None, form: str, sites_file: Path, database: str
) -> None:
    """Print what is new, gone and changed between two scans of SITE.

    OLD and NEW are numbers of scans (kapsel catalogue show --history) or dates: the newest
    scan of that day or before. Without them: the two newest scans.
    """
    from scanner.changes import Difference, compare
    from scanner.report.console import print_difference
    from scanner.report.document import difference_document
    from scanner.store import open_store

    with open_store(database) as store:
        _known(store, site, sites_file)
        newer = _chosen(store, site, new) if new else store.newest(site)
        if newer is None:
            raise KapselError(f"{site} has not been scanned yet: run 'kapsel scan {site}'")
        older = _chosen(store, site, old) if old else store.before(newer)
    difference = compare(older, newer) if older else Difference(new=newer.entries)
    if form == "json":
        click.echo(difference_document(difference, old=older, new=newer))
    else:
        print_difference(difference, old=older, new=newer)


@command.command()
@click.argument("site")
@format_option("json", "csv")
@sites_option
@database_option
def export(site: str, form: str, sites_file: Path, database: str) -> None:
    """Print the catalogue of SITE for other programs and for spreadsheets."""
    from scanner.report.document import catalogue_document
    from scanner.report.table import csv_table
    from scanner.store import open_store

    with open_store(database) as store:
        _known(store, site, sites_file)
        catalogue = store.catalogue(site)
    if form == "csv":
        click.echo(csv_table((site, entry) for entry in catalogue.entries), nl=False)
    else:
        click.echo(catalogue_document(catalogue))


@command.command()
@click.argument("site")
@click.option("--scan", "number", type=int, default=None, help="On this scan, by its number.")
@click.option(
    "--pictures",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the scan kept its pictures; the page holds them.",
)
@format_option(*FORMS)
@language_option
@time_zone_option
@sites_option
@database_option
def report(
    site: str,
    number: int | None,
    pictures: Path | None,
    form: str,
    language: str | None,
    time_zone: str,
    sites_file: Path,
    database: str,
) -> None:
    """Print the report on the newest scan of SITE, with what changed since the one before."""
    from scanner.changes import compare
    from scanner.report.forms import report as written
    from scanner.store import open_store
    from scanner.wording import words_for

    with open_store(database) as store:
        _known(store, site, sites_file)
        scan = store.newest(site) if number is None else _numbered(store, site, number)
        if scan is None:
            raise KapselError(f"{site} has not been scanned yet: run 'kapsel scan {site}'")
        older = store.before(scan)
    changes = {site: compare(older, scan)} if older else {}
    spoken = words_for(_listed(site, sites_file), language=language, zone_name=time_zone)
    text = written(form, [scan], changes=changes, pictures=pictures, spoken=spoken)
    click.echo(text.rstrip("\n"))


@command.command()
@click.argument("site")
@click.option("--limit", default=50, show_default=True, help="Scans to look back.")
@language_option
@time_zone_option
@sites_option
@database_option
def feed(
    site: str,
    limit: int,
    language: str | None,
    time_zone: str,
    sites_file: Path,
    database: str,
) -> None:
    """Print what changed at SITE from scan to scan, as a JSON Feed."""
    from scanner.news import feed as made
    from scanner.store import open_store
    from scanner.wording import words_for

    with open_store(database) as store:
        _known(store, site, sites_file)
        scans = store.scans(site, limit=limit)
    if not scans:
        raise KapselError(f"{site} has not been scanned yet: run 'kapsel scan {site}'")
    spoken = words_for(_listed(site, sites_file), language=language, zone_name=time_zone)
    click.echo(made(site, scans[0].url, scans, spoken))


def _known(store: Store, site: str, sites_file: Path) -> None:
    """Refuse a site that was never scanned and is not listed either."""
    from scanner.sites import load, pick

    if store.newest_id(site) is None:
        pick(load(sites_file), [site])


def _listed(key: str, sites_file: Path) -> Site | None:
    """Return the site as it is listed; None: it is not, or no list can be read."""
    from scanner.sites import load

    try:
        return next((site for site in load(sites_file) if site.key == key), None)
    except KapselError:
        return None


def _chosen(store: Store, site: str, text: str) -> Scan:
    """Return the scan that *text*, a number or a date, means."""
    if text.isdigit() and len(text) < 19:
        return _numbered(store, site, int(text))
    try:
        day = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"'{text}' is neither the number of a scan nor a date as 2026-11-22"
        ) from None
    day = day if day.tzinfo else day.replace(tzinfo=dt.UTC)
    whole_day = len(text) <= len("2026-11-22")
    found = store.at(site, day + dt.timedelta(days=1) if whole_day else day)
    if found is None:
        raise KapselError(f"{site} has no scan as old as {text}")
    return found


def _numbered(store: Store, site: str, number: int) -> Scan:
    found = store.get(site, number)
    if found is None:
        raise KapselError(
            f"{site} has no scan {number}: 'kapsel catalogue show {site} --history' lists them"
        )
    return found
