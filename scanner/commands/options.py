"""The options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.errors import KapselError
from scanner.spoken import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Callable


class Line(click.types.StringParamType):
    """A text with blanks in it: where it is repeatable, its variable holds one a line."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the lines of *rv* that say something."""
        return [line for line in rv.splitlines() if line.strip()]


database_option = click.option(
    "--database",
    envvar="KAPSEL_DATABASE",
    default="kapsel.db",
    show_default=True,
    metavar="PATH|URL",
    help="SQLite file, or postgresql:// URL, of the catalogue and the log.",
)

sites_option = click.option(
    "--sites",
    "sites_file",
    envvar="KAPSEL_SITES",
    default="sites.yaml",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The list of sites.",
)

browser_option = click.option(
    "--browser",
    envvar="KAPSEL_BROWSER",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="The Chromium to use; without it Playwright's own, else the system's.",
)


def _is_zone(context: click.Context, parameter: click.Parameter, given: str) -> str:
    """Let the name of a time zone pass."""
    from scanner.wording import ZoneUnknown, zone

    try:
        return str(zone(given))
    except ZoneUnknown as exc:
        raise click.BadParameter(str(exc)) from exc


def time_zone() -> str:
    """Return the zone that the environment names, for commands whose visitors have one, too."""
    from scanner.wording import ZoneUnknown, zone

    named = os.environ.get("KAPSEL_TIME_ZONE") or "UTC"
    try:
        return str(zone(named))
    except ZoneUnknown as exc:
        raise KapselError(f"KAPSEL_TIME_ZONE: {exc}") from exc


time_zone_option = click.option(
    "--time-zone",
    envvar="KAPSEL_TIME_ZONE",
    default="UTC",
    show_default=True,
    callback=_is_zone,
    metavar="ZONE",
    help="In which people are told times, where their site names none, such as Europe/Oslo.",
)

language_option = click.option(
    "--language",
    type=click.Choice(SPOKEN),
    default=None,
    help="Of a report for people, or of a feed; without it the site's, if it is among them.",
)


def format_option(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return an option ``--format``; the first of *formats* is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the data.",
    )
