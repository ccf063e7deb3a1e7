"""The command ``kapsel browser``."""

from __future__ import annotations

import click

from scanner.commands.group import Group


@click.group(cls=Group)
def command() -> None:
    """The Chromium that scans use."""


@command.command()
def install() -> None:
    """Get a Chromium if there is none.

    One that is here is left as it is. Otherwise Playwright's headless shell is downloaded, or,
    where that cannot be and apt-get may be used, Debian's is installed.
    """
    from functools import partial

    from scanner.browser import install as get

    click.echo(get(partial(click.echo, err=True)))
