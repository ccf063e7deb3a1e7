"""The options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

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
