"""A group of commands that says of each what it does, in a whole sentence."""

from __future__ import annotations

import click

LONGEST = 300  # characters of a first sentence: all of it


class Group(click.Group):
    """The sentences of its help go on in the next line; click's own are cut."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names of the commands, and the first sentence of each."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, each.get_short_help_str(LONGEST)) for name, each in found if each]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
