"""Write cli.md from the commands themselves: ``python docs/reference/generate.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

ROOT = Path(__file__).parent.parent.parent
PAGE = Path(__file__).with_name("cli.md")

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = """\
# The command line

<!-- Written by docs/reference/generate.py; a test compares. Change the commands, not this page. -->

Data goes to stdout, talk and progress to stderr. **Exit status**: 0 done; 1 a scan failed,
something could not be done, or `--fail-on` found what it names; 2 wrong use (also a mistake in
`sites.yaml`). Every option is an environment variable too, named in the last column. Where an
option is repeatable, its variable holds several with blanks between them; one a line for
`--header`, `--cookie`, `--purpose` and `--service`.

Before any command (`kapsel --log-level info scan`):
"""


def commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Yield each command below *group* with its full name, in the order of ``--help``."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def render() -> str:
    """Return the page."""
    from consent_server.cli import cli

    parts = [_INTRODUCTION, _table("kapsel", cli, click.Context(cli, info_name="kapsel"))]
    for name, command in commands(cli, ("kapsel",)):
        context = click.Context(command, info_name=name)
        usage = " ".join(command.collect_usage_pieces(context))
        parts.append(f"## {name}\n\n    {name} {usage}\n")
        parts.append(_text(command.help or ""))
        parts.append(_table(name, command, context))
    return "\n".join(part for part in parts if part)


def _text(text: str) -> str:
    paragraphs = text.split("\f")[0].strip().split("\n\n")
    return "\n\n".join(p.replace("\b\n", "") for p in paragraphs) + "\n"


def _table(name: str, command: click.Command, context: click.Context) -> str:
    rows = []
    for parameter in command.get_params(context):
        if not isinstance(parameter, click.Option) or parameter.hidden:
            continue
        if "--help" in parameter.opts:
            continue
        record = parameter.get_help_record(context)
        assert record is not None, f"{name} {parameter.name} has no help"
        variable = f"`{parameter.envvar}`" if parameter.envvar else ""
        option, text = (part.replace("|", "\\|").replace("\n", " ") for part in record)
        rows.append(f"| `{option}` | {text} | {variable} |")
    if not rows:
        return ""
    return "\n".join(["| option | meaning | environment |", "|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(render(), encoding="utf-8")
