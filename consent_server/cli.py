"""The command ``kapsel``. Each command's module is imported only when it is used."""

from __future__ import annotations

import errno
import importlib
import io
import sys
from typing import Any

import click

from consent_server.commands.variables import name_variables
from consent_server.plainly import structlog
from scanner.commands import pipe
from scanner.errors import KapselError
from scanner.visible import visible

LEVELS = ("debug", "info", "warning", "error")

#: Where each command lives, and its line in ``kapsel --help``.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        "consent_server.commands.demo",
        "Scan the bundled shop and serve its banner.",
    ),
    "banners": ("scanner.commands.banners", "Get more rules for consent banners."),
    "browser": ("scanner.commands.browser", "Get a Chromium if there is none."),
    "sites": ("scanner.commands.sites", "Check sites.yaml."),
    "scan": ("scanner.commands.scan", "Find out which cookies sites set."),
    "watch": (
        "consent_server.commands.watch",
        "Scan each site on its schedule until stopped.",
    ),
    "catalogue": ("scanner.commands.catalogue", "Show what was found, and what changed."),
    "knowledge": ("scanner.commands.knowledge", "Ask what a cookie is for, and why."),
    "declaration": ("consent_server.commands.declaration", "Print a site's cookie declaration."),
    "serve": ("consent_server.commands.serve", "Serve the banner and keep the decisions."),
    "embed": ("consent_server.commands.embed", "Print the tag to paste into a site."),
    "accounts": ("consent_server.commands.accounts", "Say who may sign in to /admin."),
    "log": ("consent_server.commands.log", "Ask the consent log."),
    "requests": ("consent_server.commands.requests", "Answer what visitors ask of their data."),
    "doctor": ("consent_server.commands.doctor", "Say what is wrong with this installation."),
    "database": ("consent_server.commands.database", "Upgrade, check or back up the database."),
}


class _LazyGroup(click.Group):
    """A group that knows its commands' names and lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        name_variables(command, "kapsel", cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with pipe.unread():
                return super().invoke(ctx)
        except KapselError as exc:
            for line in visible(str(exc)).splitlines():
                click.echo(f"kapsel: {line}", err=True)
            ctx.exit(exc.status)
        except OSError as exc:
            if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            click.echo(f"kapsel: {exc.filename or 'the output'}: {exc.strerror}", err=True)
            ctx.exit(1)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kapsel", prog_name="kapsel", allow_from_autoenv=False)
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    default="warning",
    show_default=True,
    help="How much to tell on stderr of what is done.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="As sentences for people, or one JSON object a line.",
)
def cli(log_level: str, log_format: str) -> None:
    """Kapsel: scan sites for cookies, serve the consent banner, keep and ask the log.

    Every option can be given as an environment variable (KAPSEL_SERVE_PORT for
    'kapsel serve --port'). Data goes to stdout, talk to stderr. Exit status: 0 done,
    1 findings that --fail-on names or a failed scan, 2 wrong use.
    """
    from consent_server.logs import write_logs

    write_logs(level=log_level, form=log_format)


name_variables(cli, "kapsel")


def main() -> None:
    """Run the command line with the environment as a source of options; logs go to stderr."""
    for stream in (sys.stdout, sys.stderr):
        _take_any_character(stream)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        cli(auto_envvar_prefix="KAPSEL", prog_name="kapsel")
    finally:
        pipe.flush()


def _take_any_character(stream: object) -> None:
    """
    Let *stream* take what the alphabet of the locale has no place for.

    What is piped is UTF-8, as reports and JSON say of themselves; a terminal gets a "?".
    """
    if not isinstance(stream, io.TextIOWrapper) or stream.encoding.lower() == "utf-8":
        return
    if stream.isatty():
        stream.reconfigure(errors="replace")
    else:
        stream.reconfigure(encoding="utf-8")


if __name__ == "__main__":
    main()
