"""``kapsel catalogue override``: the owner's own word on an item, written into sites.yaml."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from scanner.commands.options import database_option, sites_option
from scanner.errors import KapselError


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
    from scanner.sites.edit import CannotEdit, with_override
    from scanner.store import open_store

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


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig")


def _replace(file: Path, text: str) -> None:
    """Write *file* so that whoever reads it meanwhile sees the old text or the new one."""
    real = file.resolve()
    with tempfile.NamedTemporaryFile("wb", dir=real.parent, delete=False) as new:
        new.write(text.encode())
        new.flush()
        os.fsync(new.fileno())
    fresh = Path(new.name)
    fresh.chmod(real.stat().st_mode)
    fresh.replace(real)
