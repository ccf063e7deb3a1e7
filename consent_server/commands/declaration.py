"""``kapsel declaration``: what a site tells its visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.commands.options import database_option, format_option, sites_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("declaration")
@click.argument("site")
@click.option(
    "--lang",
    default=None,
    metavar="LANGUAGE",
    help="nb, sv, da, en …; without it the site's first language.",
)
@format_option("html", "markdown", "json")
@sites_option
@database_option
def command(site: str, lang: str | None, form: str, sites_file: Path, database: str) -> None:
    """Print the cookie declaration of SITE, made from its newest scans.

    A site that was scanned by its URL has everything else at its default.
    """
    import msgspec

    from consent_server.declaration import declare
    from consent_server.declaration_page import html, language_of, markdown, values
    from scanner.knowledge import load as load_knowledge
    from scanner.languages import LANGUAGES
    from scanner.model import Site
    from scanner.sites import load, pick
    from scanner.store import open_store

    if lang is not None and lang not in LANGUAGES:
        there = ", ".join(LANGUAGES)
        raise click.BadParameter(f"there are no texts in '{lang}': there is {there}")
    with open_store(database) as store:
        scanned = store.newest(site)
        catalogue = store.catalogue(site)
    listed = load(sites_file) if scanned is None or sites_file.exists() else ()
    if scanned is not None and site not in {one.key for one in listed}:
        chosen = Site(key=site, url=scanned.url)
    else:
        (chosen,) = pick(listed, [site])
    declaration = declare(chosen, catalogue, knowledge=load_knowledge())
    language = lang or language_of(declaration, None)
    if catalogue.scanned_at is None:
        click.echo(f"{site} has not been scanned yet: run 'kapsel scan {site}'", err=True)
    if form == "json":
        text = msgspec.json.encode(values(declaration, language))
        click.echo(msgspec.json.format(text, indent=2))
    else:
        click.echo(
            html(declaration, language) if form == "html" else markdown(declaration, language)
        )
