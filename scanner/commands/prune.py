"""``kapsel catalogue prune``: delete scans, and their evidence, that are too old."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.options import database_option, format_option, sites_option

if TYPE_CHECKING:
    from scanner.model import Site


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
@format_option("table", "json")
@sites_option
@database_option
def prune(
    sites: tuple[str, ...],
    days: int | None,
    evidence: Path | None,
    dry_run: bool,
    form: str,
    sites_file: Path,
    database: str,
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

    told: list[dict[str, Any]] = []

    def said(site: Site, old: retention.Outdated) -> None:
        kept = retention.scan_days(site, days)
        if form == "json":
            scans = [{"id": scan.id, "started_at": scan.started_at} for scan in old.scans]
            folders = [str(folder) for folder in old.folders]
            told.append({"site": site.key, "days": kept, "scans": scans, "folders": folders})
            return
        word = "would be deleted" if dry_run else "deleted"
        click.echo(f"{site.key}: {old} older than {kept} days {word}.")
        if dry_run:
            for scan in old.scans:
                click.echo(f"  scan {scan.id} of {scan.started_at:%Y-%m-%d %H:%M} UTC")

    listed = load(sites_file)
    engine = open_database(database)
    try:
        store, deeds, now = Store(engine), Deeds(engine, operator()), dt.datetime.now(dt.UTC)
        for site in pick(listed, sites) if sites else listed:
            old = retention.prune(
                store, site, now=now, days=days, evidence=evidence, dry_run=dry_run
            )
            said(site, old)
            if not dry_run and (old.scans or old.folders):
                deeds.did("deleted old scans", site=site.key, detail=str(old))
    finally:
        engine.dispose()
    if form == "json":
        found = msgspec.json.encode({"dry_run": dry_run, "sites": told})
        click.echo(msgspec.json.format(found, indent=2))
