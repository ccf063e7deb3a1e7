"""``kapsel embed``: the tag to paste into a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.commands.options import sites_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("site")
@click.option(
    "--server",
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    help="Where visitors reach the consent server.",
)
@sites_option
def command(site: str, server: str, sites_file: Path) -> None:
    """Print the tag to paste into SITE, and what its Content-Security-Policy must allow."""
    from markupsafe import escape

    from scanner.sites import load, pick

    pick(load(sites_file), [site])
    base = server.rstrip("/")
    origin = "/".join(base.split("/")[:3])
    click.echo(f'<script async src="{escape(base)}/w/{site}.js"></script>')
    click.echo("Paste it into the <head> of every page, before other scripts.", err=True)
    click.echo(
        f"With a Content-Security-Policy, add: script-src {origin}; connect-src {origin}", err=True
    )
