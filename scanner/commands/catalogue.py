"""``kapsel catalogue``: what a site stores, and what changed."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import database_option, format_option, sites_option
from scanner.errors import KapselError
from scanner.report.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Scan
    from scanner.store import Store


@click.group("catalogue")
def command() -> None:
    """Show what was found, and what changed."""


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

    with _store(database) as store:
        _known(store, site, sites_file)
        if history:
            scans = store.history(site)
            click.echo(history_document(scans)) if form == "json" else print_history(scans)
            return
        catalogue = store.catalogue(site)
        if number is not None:
            scan = _numbered(store, site, number)
            catalogue = Catalogue(site=site, scanned_at=scan.finished_at, entries=scan.entries)
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
    from scanner.catalogue import Difference, compare
    from scanner.report.console import print_difference
    from scanner.report.document import difference_document

    with _store(database) as store:
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

    with _store(database) as store:
        _known(store, site, sites_file)
        catalogue = store.catalogue(site)
    if form == "csv":
        click.echo(csv_table((site, entry) for entry in catalogue.entries), nl=False)
    else:
        click.echo(catalogue_document(catalogue))


@command.command()
@click.argument("site")
@click.option("--scan", "number", type=int, default=None, help="On this scan, by its number.")
@format_option(*FORMS)
@sites_option
@database_option
def report(site: str, number: int | None, form: str, sites_file: Path, database: str) -> None:
    """Print the report on the newest scan of SITE, with what changed since the one before."""
    from scanner.catalogue import compare
    from scanner.report.forms import report as written

    with _store(database) as store:
        _known(store, site, sites_file)
        scan = store.newest(site) if number is None else _numbered(store, site, number)
        if scan is None:
            raise KapselError(f"{site} has not been scanned yet: run 'kapsel scan {site}'")
        older = store.before(scan)
    changes = {site: compare(older, scan)} if older else {}
    click.echo(written(form, [scan], changes=changes).rstrip("\n"))


@command.command()
@click.argument("site")
@click.option("--limit", default=50, show_default=True, help="Scans to look back.")
@sites_option
@database_option
def feed(site: str, limit: int, sites_file: Path, database: str) -> None:
    """Print what changed at SITE from scan to scan, as a JSON Feed."""
    from scanner.news import feed as made

    with _store(database) as store:
        _known(store, site, sites_file)
        scans = store.scans(site, limit=limit)
    if not scans:
        raise KapselError(f"{site} has not been scanned yet: run 'kapsel scan {site}'")
    click.echo(made(site, scans[0].url, scans))


@command.command()
@click.argument("site")
@click.argument("name")
@click.option(
    "--category",
    required=True,
    type=click.Choice(("necessary", "functional", "statistics", "marketing", "unclassified")),
    help="What it is for.",
)
@click.option("--domain", default=None, help="Only on this domain.")
@click.option("--vendor", default=None, help="Who gets what is stored.")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    metavar="LANGUAGE=TEXT",
    help="What visitors are told, as nb='Husker handlekurven'; repeatable.",
)
@sites_option
@database_option
def override(
    site: str,
    name: str,
    category: str,
    domain: str | None,
    vendor: str | None,
    purposes: tuple[str, ...],
    sites_file: Path,
    database: str,
) -> None:
    """Write your own word on NAME into sites.yaml; it wins over all that Kapsel knows.

    In NAME * stands for any characters and ? for one. The declaration says it at once, the
    catalogue from the next scan on.
    """
    from scanner.catalogue import overridden
    from scanner.model import Category, Override
    from scanner.sites import load, pick
    from scanner.sites_edit import CannotEdit, with_override

    pick(load(sites_file), [site])
    own = Override(
        name=name,
        category=Category(category),
        domain=domain,
        vendor=vendor,
        purpose=_purpose(purposes),
    )
    try:
        edited = with_override(_text(sites_file), site=site, override=own)
    except CannotEdit as exc:
        raise KapselError(
            f"{sites_file} is not changed, since it is written in a way of its own; "
            f"add this under overrides of {site} yourself: {exc.line}"
        ) from None
    _replace(sites_file, edited)
    with _store(database) as store:
        entries = store.catalogue(site).entries
    said = zip(entries, overridden(entries, (own,)), strict=True)
    fitting = sum(new is not old for old, new in said)
    click.echo(f"{sites_file}: {name} is {category} at {site}; known items: {fitting}", err=True)


def _purpose(texts: tuple[str, ...]) -> dict[str, str]:
    from scanner.languages import LANGUAGES

    found = {}
    for text in texts:
        language, sign, words = text.partition("=")
        if not sign or not words.strip() or language not in LANGUAGES:
            raise click.BadParameter(
                f"'{text}' is not LANGUAGE=TEXT, with one of {', '.join(LANGUAGES)}",
                param_hint="--purpose",
            )
        found[language] = words.strip()
    return found


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig")


def _replace(file: Path, text: str) -> None:
    """Write *file* so that whoever reads it meanwhile sees the old text or the new one."""
    import os
    import tempfile

    real = file.resolve()
    with tempfile.NamedTemporaryFile("wb", dir=real.parent, delete=False) as new:
        new.write(text.encode())
        new.flush()
        os.fsync(new.fileno())
    fresh = Path(new.name)
    fresh.chmod(real.stat().st_mode)
    fresh.replace(real)


@contextlib.contextmanager
def _store(database: str) -> Iterator[Store]:
    from scanner.database import open_database
    from scanner.store import Store

    engine = open_database(database)
    try:
        yield Store(engine)
    finally:
        engine.dispose()


def _known(store: Store, site: str, sites_file: Path) -> None:
    """Refuse a site that was never scanned and is not listed either."""
    from scanner.sites import load, pick

    if store.newest_id(site) is None:
        pick(load(sites_file), [site])


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
