"""``kapsel log find``, ``show``, ``shown``, ``count`` and ``export``: as the read API answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consent_server.commands.log.opened import ask, write_json
from scanner.commands.options import Line, database_option, format_option
from scanner.errors import KapselError
from scanner.visible import in_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from consent_server.log import ConsentLog
    from consent_server.log.query import Question
    from consent_server.log.releases import Shown
    from consent_server.model import ConsentRecord

_WIDEST = 500  # columns; no table of decisions is as wide

CATEGORIES = ("functional", "statistics", "marketing")
ACTIONS = ("accept-all", "reject-all", "save", "withdraw", "gpc", "import")
SURFACES = ("banner", "preferences", "embed", "api")


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which records are asked for."""
    for option in reversed(
        [
            click.option("--site", metavar="SITE", help="Only of this site."),
            click.option("--from", metavar="TIME", help="Decided at or after; 2026-11-22 or ISO."),
            click.option(
                "--to", metavar="TIME", help="Decided before; of a day alone, to its end (UTC)."
            ),
            click.option(
                "--category",
                multiple=True,
                type=click.Choice(CATEGORIES),
                help="Only where this was granted (or --refused); may be given several times.",
            ),
            click.option(
                "--service",
                metavar="NAME",
                multiple=True,
                type=Line(),
                help="Only where this service was granted (or --refused); may be given several "
                "times.",
            ),
            click.option(
                "--granted/--refused",
                default=None,
                help="Whether --category and --service were granted or refused.",
            ),
            click.option("--action", type=click.Choice(ACTIONS), help="Only decided so."),
            click.option("--surface", type=click.Choice(SURFACES), help="Only decided there."),
            click.option("--id", metavar="UUID", help="Only this decision."),
            click.option("--revision", metavar="REVISION", help="Only of this declaration."),
            click.option("--language", metavar="LANG", help="Only in this language."),
            click.option("--country", metavar="CODE", help="Only from there; NO, for example."),
        ]
    ):
        function = option(function)
    return database_option(function)


@click.command()
@filter_options
@click.option("--limit", metavar="N", help="How many at most; 100 unless told, up to 1000.")
@click.option("--cursor", metavar="CURSOR", help="Go on where an answer's next_cursor points.")
@format_option("table", "json", "csv", "jsonl")
def find(database: str, form: str, **asked: Any) -> None:
    """Print decisions, newest first."""
    from consent_server.log.query import csv_head, csv_lines, json_lines, row

    question = _question(asked)
    found = ask(database, lambda log: log.find(question))
    if form == "json":
        write_json(found)
    elif form == "csv":
        click.echo(csv_head() + csv_lines(found.records), nl=False)
    elif form == "jsonl":
        click.echo(json_lines(found.records), nl=False)
    else:
        _print_table([row(record) for record in found.records])
        if not found.records:
            click.echo("No decision is like that.", err=True)
    if found.next_cursor is not None and form != "json":
        click.echo(f"There is more: --cursor {found.next_cursor}", err=True)


@click.command()
@click.argument("key", metavar="ID")
@database_option
@format_option("table", "json")
def show(key: str, database: str, form: str) -> None:
    """Print the one decision with the id ID, and what its visitor read.

    As JSON it is the decision alone; 'kapsel log shown' has all that was shown.
    """
    from consent_server.log.query import row

    record = ask(database, lambda log: _whole(log, key.lower()))
    if record is None:
        raise KapselError(f"there is no decision with the id {key}")
    if form == "json":
        write_json(record)
        return
    for name, value in row(record).items():
        click.echo(f"{name:12} {in_one_line(value)}")
    found = _shown(record, database)
    if found is None:
        click.echo(_never_shown(record), err=True)
        return
    click.echo()
    for line in _read(found, record.language):
        click.echo(in_one_line(line))


def _shown(record: ConsentRecord, database: str) -> Shown | None:
    """Return what was shown for *record*; None: not by this server."""
    from consent_server.log.releases import Releases
    from scanner.database import open_database

    opened = open_database(database)
    try:
        return Releases(opened).shown_with(record)
    finally:
        opened.dispose()


def _never_shown(record: ConsentRecord) -> str:
    return f"this server never showed the revision {record.revision}"


def _read(found: Shown, language: str) -> Iterator[str]:
    """Yield the lines of the banner as a visitor read it: its first view, then what is behind."""
    from consent_server.admin import shown

    wording = shown.wording(found, language)
    since = f"{found.first_served_at:%Y-%m-%d %H:%M} UTC"
    yield f"The banner, served since {since}, as {wording.layout}, in {wording.language}:"
    for line in (wording.title, *wording.sentences, *(f"[{each}]" for each in wording.buttons)):
        yield f"  {line}"
    for category in shown.offered(found, language):
        yield f"{category.name}: {category.description}"
        for item in category.items:
            told = (item.where, item.vendor, item.lifetime, item.purpose)
            yield f"  {item.name} ({', '.join(filter(None, told))})"


async def _whole(log: ConsentLog, key: str) -> ConsentRecord | None:
    record = await log.get(key)
    return None if record is None else await log.whole(record)


@click.command()
@click.argument("key", metavar="ID")
@click.option("--engine", is_flag=True, help="Print the script that put it there instead.")
@database_option
def shown(key: str, engine: bool, database: str) -> None:
    """Print as JSON what was shown for a decision.

    These are the texts, the theme and every item that stood in the banner when the decision ID
    was made.
    """
    record = ask(database, lambda log: log.get(key.lower()))
    if record is None:
        raise KapselError(f"there is no decision with the id {key}")
    found = _shown(record, database)
    if found is None:
        raise KapselError(_never_shown(record))
    click.echo(f"Served since {found.first_served_at:%Y-%m-%d %H:%M} UTC.", err=True)
    click.echo(found.engine if engine else found.facts)


@click.command()
@filter_options
@format_option("table", "json")
def count(database: str, form: str, **asked: Any) -> None:
    """Print how many decisions there are."""
    question = _question(asked)
    number = ask(database, lambda log: log.count(question.filter))
    if form == "json":
        write_json({"count": number})
    else:
        click.echo(number)


@click.command()
@filter_options
@click.option("--cursor", metavar="CURSOR", help="Go on where an answer's next_cursor points.")
@click.option(
    "--after",
    metavar="UUID",
    help="Go on after this decision, the last that came; CSV then has no first line.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write them to FILE, which is there when it is whole; needed for parquet.",
)
@format_option("jsonl", "csv", "parquet")
def export(database: str, form: str, after: str | None, output: Path | None, **asked: Any) -> None:
    """Print all decisions, newest first, as they are read.

    As Parquet they need the extra kapsel[parquet]. When it is stopped it says how to go on: every
    decision comes once, whatever is stored meanwhile.
    """
    from consent_server.log.export import exported, resumed, saved

    if form == "parquet" and output is None:
        raise click.UsageError("Parquet is no text: say where to write it, with --output FILE")
    question = _question(asked)

    async def run(log: ConsentLog) -> None:
        wanted = question if after is None else await resumed(log, question, after)
        if output is None:
            await _printed(log, wanted, form, after)
            return
        pieces = exported(log, wanted, form)
        try:
            await saved(pieces, output)
        except OSError as exc:
            raise KapselError(f"cannot write {output}: {exc.strerror}") from exc

    ask(database, run)


async def _printed(log: ConsentLog, question: Question, form: str, after: str | None) -> None:
    """Print the export; where it does not come to its end, say how to go on."""
    from consent_server.log.export import exported

    last, whole = after, False

    def heard(key: str) -> None:
        nonlocal last
        last = key

    try:
        async for piece in exported(log, question, form, head=after is None, heard=heard):
            click.echo(piece, nl=False)
        whole = True
    finally:
        if not whole and last is not None:
            click.echo(f"Stopped. Go on with: --after {last}", err=True)


def _question(asked: dict[str, Any]) -> Question:
    """Return the question that the options ask: the same as a query string would."""
    from consent_server.log.query import read_question

    pairs = [(name, value) for name in ("category", "service") for value in asked.pop(name)]
    granted = asked.pop("granted")
    if granted is not None:
        pairs.append(("granted", "true" if granted else "false"))
    pairs += [(name, value) for name, value in asked.items() if value is not None]
    return read_question(pairs)


def _print_table(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("decided", "site", "action", *CATEGORIES, "language", "flags", "id", box=None)
    for row in rows:
        cells = ("decided_at", "site", "action", *CATEGORIES, "language", "flags", "id")
        table.add_row(*(row[name] for name in cells))
    console = Console(width=None if sys.stdout.isatty() else 200)
    whole = console.measure(table, options=console.options.update(width=_WIDEST)).maximum
    if whole <= console.width:
        console.print(table, markup=False)
        return
    for row in rows:  # a table would cut the ids, by which a decision is asked for
        click.echo(in_one_line(f"{row['decided_at']}  {row['site']}  {row['action']}"))
        said = [f"{name} {row[name]}" for name in CATEGORIES if row[name]]
        further = [row[name] for name in ("language", "flags") if row[name]]
        click.echo(in_one_line(f"  {', '.join(said + further)}"))
        click.echo(in_one_line(f"  {row['id']}"))
