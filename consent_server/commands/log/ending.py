"""``kapsel log erase`` and ``prune``: the persons go, the answers stay in the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from consent_server.commands.log.opened import act, write_json
from scanner.commands.options import database_option, format_option, sites_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from pathlib import Path

    from consent_server.log import ConsentLog
    from scanner.deeds import Deeds


@click.command()
@click.argument("key", metavar="ID")
@database_option
def erase(key: str, database: str) -> None:
    """Erase the decision with the id ID, as its visitor asked."""

    async def run(log: ConsentLog, deeds: Deeds) -> None:
        record = await log.get(key.lower())
        if record is None or not await log.erase(record.id):
            raise KapselError(f"there is no decision with the id {key}")
        detail = f"of {record.decided_at:%Y-%m-%d}"
        deeds.did("erased a decision", site=record.site, detail=detail)

    act(database, run)
    click.echo(f"Erased {key}.", err=True)


@click.command()
@sites_option
@database_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=None,
    help="Keep so many; without it the site's keep_days, else remember_days and five years.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many it would be.")
@format_option("table", "json")
def prune(sites_file: Path, database: str, days: int | None, dry_run: bool, form: str) -> None:
    """Erase what is personal in old decisions.

    Too old is what the sites in sites.yaml keep no longer.
    The answers stay in the log's tree, without the persons; kapsel log verify still holds.
    """
    import datetime as dt

    from consent_server.log import retention
    from scanner.retention import kept_days
    from scanner.sites import load

    now = dt.datetime.now(dt.UTC)
    word = "would be erased" if dry_run else "erased"

    async def run(log: ConsentLog, deeds: Deeds) -> None:
        listed = load(sites_file)
        told = []
        for site in listed:
            kept = kept_days(site, days)
            number = await retention.prune(log, site, now=now, days=days, dry_run=dry_run)
            said = f"{number} decisions older than {kept} days"
            told.append({"site": site.key, "older_than_days": kept, "decisions": number})
            if form == "table":
                click.echo(f"{site.key}: {said} {word}.")
            if number and not dry_run:
                deeds.did("erased old decisions", site=site.key, detail=said)
        gone = await retention.unlisted(log, listed)
        for key in gone:
            click.echo(retention.not_listed(key, sites_file), err=True)
        if form == "json":
            write_json({"dry_run": dry_run, "sites": told, "unlisted": gone})

    act(database, run)
