"""``kapsel catalogue prune``: delete scans, and their evidence, that are too old."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import database_option, format_option, sites_option

if TYPE_CHECKING:
    from scanner.model import Site
    from scanner.retention import Outdated


@click.command()
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--days",
    type=click.IntRange(1),
    default=None,
    help="Keep so many; without it the site's keep_scan_days, else as long as its decisions.",
)
@click.option(
    "--evidence",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Delete their folders of evidence there, too.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@sites_option
@database_option
@format_option("table", "json")
def prune(
    sites: tuple[str, ...],
    days: int | None,
    evidence: Path | None,
    dry_run: bool,
    sites_file: Path,
    database: str,
    form: str,
) -> None:
    """Delete the scans of each SITE, or of all in sites.yaml, that are too old.

    The newest scans stay, those that were the newest when something was served for the first
    time, and since when each item is known. kapsel watch does so once a day.
    """
    import msgspec

    from scanner import retention
    from scanner.database import open_database
    from scanner.deeds import Deeds, operator
    from scanner.sites import load, pick
    from scanner.store import Store

    listed = load(sites_file)
    engine = open_database(database)
    told = []
    try:
        store, deeds, now = Store(engine), Deeds(engine, operator()), dt.datetime.now(dt.UTC)
        for site in pick(listed, sites) if sites else listed:
            old = retention.prune(
                store, site, now=now, days=days, evidence=evidence, dry_run=dry_run
            )
            if not dry_run and (old.scans or old.folders):
                deeds.did("deleted old scans", site=site.key, detail=str(old))
            kept = retention.scan_days(site, days)
            if form == "table":
                _say(site, old, kept, dry_run=dry_run)
            told.append(_facts(site, old, kept))
    finally:
        engine.dispose()
    if form == "json":
        found = {"dry_run": dry_run, "sites": told}
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))


def _say(site: Site, old: Outdated, kept: int, *, dry_run: bool) -> None:
    word = "would be deleted" if dry_run else "deleted"
    click.echo(f"{site.key}: {old} older than {kept} days {word}.")
    for scan in old.scans if dry_run else ():
        click.echo(f"  scan {scan.id} of {scan.started_at:%Y-%m-%d %H:%M} UTC")


def _facts(site: Site, old: Outdated, kept: int) -> dict[str, object]:
    return {
        "site": site.key,
        "older_than_days": kept,
        "scans": [{"id": scan.id, "started_at": scan.started_at} for scan in old.scans],
        "folders": [str(folder) for folder in old.folders],
    }
