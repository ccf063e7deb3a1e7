"""``kapsel log``: ask the consent log, as the read API does."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scanner.commands.options import database_option, format_option, sites_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from consent_server.log import ConsentLog
    from consent_server.log.query import Question
    from consent_server.model import ConsentRecord
    from scanner.deeds import Deeds

    T = TypeVar("T")

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


@click.group()
def command() -> None:
    """Ask the consent log."""


@command.command()
@filter_options
@click.option("--limit", metavar="N", help="How many at most; 100 unless told, up to 1000.")
@click.option("--cursor", metavar="CURSOR", help="Go on where an answer's next_cursor points.")
@format_option("table", "json", "csv", "jsonl")
def find(database: str, form: str, **asked: Any) -> None:
    """Print decisions, newest first."""
    from consent_server.log.query import csv_head, csv_lines, json_lines, row

    question = _question(asked)
    found = _ask(database, lambda log: log.find(question))
    if form == "json":
        _write_json(found)
    elif form == "csv":
        click.echo(csv_head() + csv_lines(found.records), nl=False)
    elif form == "jsonl":
        click.echo(json_lines(found.records), nl=False)
    else:
        _print_table([row(record) for record in found.records])
    if found.next_cursor is not None and form != "json":
        click.echo(f"There is more: --cursor {found.next_cursor}", err=True)


@command.command()
@click.argument("key", metavar="ID")
@database_option
@format_option("table", "json")
def show(key: str, database: str, form: str) -> None:
    """Print the one decision with the id ID."""
    from consent_server.log.query import row

    record = _ask(database, lambda log: _whole(log, key.lower()))
    if record is None:
        raise KapselError(f"there is no decision with the id {key}")
    if form == "json":
        _write_json(record)
    else:
        for name, value in row(record).items():
            click.echo(f"{name:12} {value}")


async def _whole(log: ConsentLog, key: str) -> ConsentRecord | None:
    record = await log.get(key)
    return None if record is None else await log.whole(record)


@command.command()
@click.argument("key", metavar="ID")
@click.option("--engine", is_flag=True, help="Print the script that put it there instead.")
@database_option
def shown(key: str, engine: bool, database: str) -> None:
    """Print, as JSON, what who made the decision ID was shown: texts, theme, every item."""
    from consent_server.log.releases import Releases
    from scanner.database import open_database

    record = _ask(database, lambda log: log.get(key.lower()))
    if record is None:
        raise KapselError(f"there is no decision with the id {key}")
    opened = open_database(database)
    try:
        found = Releases(opened).shown_with(record)
    finally:
        opened.dispose()
    if found is None:
        raise KapselError(f"this server never showed the revision {record.revision}")
    click.echo(f"Served since {found.first_served_at:%Y-%m-%d %H:%M} UTC.", err=True)
    click.echo(found.engine if engine else found.facts)


@command.command()
@filter_options
@format_option("table", "json")
def count(database: str, form: str, **asked: Any) -> None:
    """Print how many decisions there are."""
    question = _question(asked)
    number = _ask(database, lambda log: log.count(question.filter))
    if form == "json":
        _write_json({"count": number})
    else:
        click.echo(number)


@command.command()
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

    _ask(database, run)


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


@command.command()
@click.argument("key", metavar="ID")
@database_option
def erase(key: str, database: str) -> None:
    """Erase the decision with the id ID, as its visitor asked."""

    async def run(log: ConsentLog, deeds: Deeds) -> None:
        record = await log.get(key.lower())
        if record is None or not await log.erase(record.id):
            raise KapselError(f"there is no decision with the id {key}")
        detail = f"of {record.decided_at:%Y-%m-%d}"
        deeds.did("erased a decision", site=record.site, detail=detail)

    _act(database, run)
    click.echo(f"Erased {key}.", err=True)


@command.command()
@sites_option
@database_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=None,
    help="Keep so many; without it the site's keep_days, else remember_days and five years.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many it would be.")
def prune(sites_file: Path, database: str, days: int | None, dry_run: bool) -> None:
    """Erase what is personal in decisions that are too old, of the sites in sites.yaml.

    The answers stay in the log's tree, without the persons; kapsel log verify still holds.
    """
    import datetime as dt

    from consent_server.log import retention
    from scanner.sites import load

    now = dt.datetime.now(dt.UTC)
    word = "would be erased" if dry_run else "erased"

    async def run(log: ConsentLog, deeds: Deeds) -> None:
        for site in load(sites_file):
            kept = retention.kept_days(site, days)
            number = await retention.prune(log, site, now=now, days=days, dry_run=dry_run)
            said = f"{number} decisions older than {kept} days"
            click.echo(f"{site.key}: {said} {word}.")
            if number and not dry_run:
                deeds.did("erased old decisions", site=site.key, detail=said)

    _act(database, run)


@command.command()
@database_option
@click.option(
    "--key",
    envvar="KAPSEL_SIGNING_KEY",
    default=None,
    metavar="FILE|KEY",
    help="The server's signing key, or its public half as a receipt names it (kapsel+…).",
)
@click.option(
    "--checkpoints",
    envvar="KAPSEL_CHECKPOINTS",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Checkpoints that were kept outside the database.",
)
@click.option(
    "--receipt",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Check this receipt only; needs neither database nor server.",
)
@format_option("table", "json")
def verify(
    database: str, key: str | None, checkpoints: Path | None, receipt: Path | None, form: str
) -> None:
    """Check that nobody has altered the log; leaves with 1 and says what, if somebody has.

    Every decision is compared with its leaf in the Merkle tree, and the tree with all signed
    checkpoints, those in the database and those that were written outside it.
    """
    if receipt is not None:
        _verify_receipt(receipt, key)
        return
    from consent_server.log import note
    from consent_server.log.verify import verify as verified
    from consent_server.settings import beside
    from scanner.database import must_exist, open_database

    must_exist(database)
    public = _public_key(key or str(beside(database, ".key")))
    file = checkpoints or beside(database, ".checkpoints")
    outside = note.split(file.read_text(encoding="utf-8")) if file.exists() else []
    if not outside:
        click.echo(f"No checkpoints outside the database were found ({file}).", err=True)
    engine = open_database(database)
    try:
        verdict = verified(engine, key=public, outside=outside)
    finally:
        engine.dispose()
    if form == "json":
        _write_json(verdict)
    else:
        click.echo(
            f"{verdict.leaves} leaves, {verdict.erased} decisions erased, "
            f"{verdict.checkpoints} checkpoints hold, the newest over {verdict.proven} leaves."
        )
    if verdict.faults:
        raise KapselError("\n".join(verdict.faults))
    if form == "table":
        click.echo("Nothing was altered.")


def _verify_receipt(file: Path, key: str | None) -> None:
    from consent_server.log import receipt as receipts

    found = receipts.read(file.read_bytes())
    if found is None:
        raise KapselError(f"{file} holds no receipt")
    if key is None and found.proof is not None:
        click.echo(f"Trusting the key in the receipt: {found.proof.key}", err=True)
        key = found.proof.key
    fault = receipts.fault(found, _public_key(key or ""))
    if fault is not None:
        raise KapselError(f"{file} proves nothing: {fault}")
    click.echo(f"The log holds this decision of {found.decided_at:%Y-%m-%d} for {found.site}.")


def _public_key(given: str) -> Ed25519PublicKey:
    from consent_server.log import note
    from consent_server.log.signing import signing_key

    public = note.read_key(given)
    if public is None and Path(given).is_file():
        public = signing_key(Path(given)).public_key()
    if public is None:
        raise KapselError(f"there is no key '{given}': give the server's with --key")
    return public


def _question(asked: dict[str, Any]) -> Question:
    """Return the question that the options ask: the same as a query string would."""
    from consent_server.log.query import read_question

    pairs = [(name, value) for name in ("category", "service") for value in asked.pop(name)]
    granted = asked.pop("granted")
    if granted is not None:
        pairs.append(("granted", "true" if granted else "false"))
    pairs += [(name, value) for name, value in asked.items() if value is not None]
    return read_question(pairs)


def _ask(database: str, ask: Callable[[ConsentLog], Awaitable[T]]) -> T:
    return _act(database, lambda log, _: ask(log))


def _act(database: str, act: Callable[[ConsentLog, Deeds], Awaitable[T]]) -> T:
    """Return what *act* does to the log; whatever it changes it tells the audit trail."""
    from consent_server.log import ConsentLog
    from scanner.database import open_database
    from scanner.deeds import Deeds, operator

    async def run() -> T:
        engine = open_database(database)
        try:
            async with ConsentLog.open(engine) as log:
                return await act(log, Deeds(engine, operator()))
        finally:
            engine.dispose()

    return asyncio.run(run())


def _write_json(value: object) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _print_table(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("decided", "site", "action", *CATEGORIES, "language", "flags", "id", box=None)
    for row in rows:
        cells = ("decided_at", "site", "action", *CATEGORIES, "language", "flags", "id")
        table.add_row(*(row[name] for name in cells))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table, markup=False)
