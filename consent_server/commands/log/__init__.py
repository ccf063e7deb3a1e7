"""``kapsel log``: ask the consent log, erase in it, and prove it."""

from __future__ import annotations

import click

from consent_server.commands.log.asking import count, export, find, show, shown
from consent_server.commands.log.ending import erase, prune
from consent_server.commands.log.proving import verify
from scanner.commands.group import Group


@click.group(cls=Group)
def command() -> None:
    """Ask the consent log."""


for _each in (find, show, shown, count, export, erase, prune, verify):
    command.add_command(_each)
