"""The command ``kapsel banners``."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.commands.group import Group
from scanner.commands.options import format_option


@click.group(cls=Group)
def command() -> None:
    """Further rules for answering consent banners."""


@command.command()
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    metavar="FILE",
    help="The package as a .tgz, where npm cannot be used.",
)
def install(archive: Path | None) -> None:
    """Get the rules of @duckduckgo/autoconsent with npm.

    One version is pinned by its checksum. It is kept in KAPSEL_BANNER_RULES, else in the user's
    data folder; its licence is MPL-2.0. Scans work without it.
    """
    from scanner.answer import bundle

    place = bundle.install(archive)
    click.echo(f"{bundle.PACKAGE} {bundle.PIN.version} is in {place}")


@command.command()
@format_option("table", "json")
def show(form: str) -> None:
    """Say which rules there are."""
    import msgspec

    from scanner.answer import bundle
    from scanner.answer.platforms import platforms

    own = [platform.name for platform in platforms()]
    installed = bundle.load()
    if form == "json":
        further = installed and {"version": installed.version, "rules": len(installed.rules)}
        told = {"own": own, bundle.PACKAGE: further}
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2))
        return
    click.echo(f"own rules: {len(own)} platforms")
    if installed is None:
        click.echo(f"{bundle.PACKAGE}: not installed; 'kapsel banners install' gets it")
    else:
        click.echo(f"{bundle.PACKAGE} {installed.version}: {len(installed.rules)} rules")
