"""``kapsel catalogue override``: the owner's own word on an item, written into sites.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scanner.commands.options import Line, database_option, sites_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("override")
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
    type=Line(),
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
    from scanner.deeds import deeds_of_operator
    from scanner.model import Category, Override
    from scanner.sites.saving import save_override
    from scanner.store import open_store

    own = Override(
        name=name,
        category=Category(category),
        domain=domain,
        vendor=vendor,
        purpose=_purpose(purposes),
    )
    save_override(sites_file, site=site, override=own)
    with deeds_of_operator(database) as deeds:
        deeds.did("sorted an item", site=site, detail=f"{name}: {category}")
    with open_store(database) as store:
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
