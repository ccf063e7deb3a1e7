"""``kapsel sites``: what stands in sites.yaml, and what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.commands.group import Group
from scanner.commands.options import format_option


@click.group("sites", cls=Group)
def command() -> None:
    """Check sites.yaml."""


@command.command()
@click.argument(
    "file",
    envvar="KAPSEL_SITES",
    default="sites.yaml",
    type=click.Path(path_type=Path, dir_okay=False),
)
@format_option("table", "json")
def check(file: Path, form: str) -> None:
    """Print the sites in FILE; every mistake with its line goes to stderr.

    FILE is sites.yaml if not given. Exit status: 0 all is right, 2 there are mistakes.
    """
    from scanner.report.console import print_sites
    from scanner.report.document import sites_document
    from scanner.sites import load

    sites = load(file)
    if form == "json":
        click.echo(sites_document(sites))
    else:
        print_sites(sites)
        click.echo(f"{file}: {len(sites)} site{'s' * (len(sites) != 1)}, no mistake", err=True)
