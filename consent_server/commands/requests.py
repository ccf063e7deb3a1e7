"""``kapsel requests``: the inbox of what visitors ask about their data."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.group import Group
from scanner.commands.options import database_option, format_option
from scanner.errors import KapselError
from scanner.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consent_server.model import ConsentRecord
    from consent_server.rights.inbox import Inbox
    from consent_server.rights.model import RightsRequest
    from scanner.deeds import Deeds


@click.group(cls=Group)
def command() -> None:
    """Read and close visitors' requests for access, correction, erasure and so on.

    The answer itself is yours to write, to the address that the visitor gave; Kapsel keeps the
    clock: 30 days, 90 when extended.
    """


@command.command("list")
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only of this site.")
@click.option("--all", "closed", is_flag=True, help="Also those that were answered.")
@database_option
@format_option("table", "json")
def list_(sites: tuple[str, ...], closed: bool, database: str, form: str) -> None:
    """List the requests, the one that must be answered first at the top."""
    with _inbox(database) as (inbox, _):
        found = inbox.find(sites=sites or None, closed=closed)
    if form == "json":
        _print([_values(request) for request in found])
    elif not found:
        click.echo("No requests wait.", err=True)
    else:
        _table(found)


@command.command()
@click.argument("key", metavar="ID")
@database_option
@format_option("table", "json")
def show(key: str, database: str, form: str) -> None:
    """Show the request ID: who asks for what, and how many days are left."""
    with _inbox(database) as (inbox, _):
        values = _values(_known(inbox, key))
    if form == "json":
        _print(values)
        return
    for name, value in values.items():
        said = "" if value is None else visible(str(value))
        click.echo(f"{name.replace('_', ' ') + ':':<14} {said}".rstrip())


@command.command()
@click.argument("key", metavar="ID")
@click.option("--refused", is_flag=True, help="It was refused, with the reason told.")
@database_option
def close(key: str, refused: bool, database: str) -> None:
    """Note that the request ID was answered."""
    from consent_server.rights.model import Standing

    standing = Standing.REFUSED if refused else Standing.ANSWERED
    with _inbox(database) as (inbox, deeds):
        request = _known(inbox, key)
        if not inbox.close(key.lower(), standing, now=dt.datetime.now(dt.UTC)):
            raise KapselError(f"the request {key} is closed already")
        _note(deeds, f"{standing} a request", request)
    click.echo(f"Closed {key}: {standing}.", err=True)


@command.command()
@click.argument("key", metavar="ID")
@database_option
def extend(key: str, database: str) -> None:
    """Take two months more for the request ID (GDPR article 12(3)); tell the visitor why."""
    with _inbox(database) as (inbox, deeds):
        request = _known(inbox, key)
        if not inbox.extend(key.lower()):
            raise KapselError(f"the request {key} is {request.standing}: it cannot be extended")
        _note(deeds, "extended a request", request)
        due = _known(inbox, key).due_at
    click.echo(
        f"Extended {key}: answer by {due:%Y-%m-%d}, and tell {request.contact} why.", err=True
    )


@command.command()
@click.argument("key", metavar="ID")
@database_option
def erase(key: str, database: str) -> None:
    """Erase the request ID, with all that the visitor wrote."""
    with _inbox(database) as (inbox, deeds):
        request = _known(inbox, key)
        inbox.erase(key.lower())
        _note(deeds, "erased a request", request)
    _forget(database)
    click.echo(f"Erased {key}.", err=True)


@command.command()
@click.argument("key", metavar="ID")
@database_option
def export(key: str, database: str) -> None:
    """Print as JSON what the request ID asks for and what the log holds of the visitor."""
    from consent_server.log import ConsentLog
    from consent_server.log.releases import Releases
    from consent_server.rights.dossier import dossier
    from scanner.database import answering, open_database

    with _inbox(database) as (inbox, _):
        request = _known(inbox, key)
    engine = open_database(database)

    async def decision() -> ConsentRecord | None:
        if request.receipt is None:
            return None
        async with ConsentLog.open(engine) as log:
            found = await log.get(request.receipt)
        return found if found is not None and found.site == request.site else None

    try:
        with answering():
            record = asyncio.run(decision())
            shown = None
            if record is not None:
                shown = Releases(engine).shown_with(record)
    finally:
        engine.dispose()
    _print(dossier(request, record, shown))


def _forget(database: str) -> None:
    from consent_server.log import ConsentLog
    from scanner.database import open_database

    engine = open_database(database)

    async def forget() -> None:
        async with ConsentLog.open(engine) as log:
            await log.forget()

    try:
        asyncio.run(forget())
    finally:
        engine.dispose()


@contextlib.contextmanager
def _inbox(database: str) -> Iterator[tuple[Inbox, Deeds]]:
    from consent_server.rights.inbox import Inbox
    from scanner.database import answering, must_exist, open_database
    from scanner.deeds import Deeds, operator

    must_exist(database)
    engine = open_database(database)
    try:
        with answering():
            yield Inbox(engine), Deeds(engine, operator())
    finally:
        engine.dispose()


def _note(deeds: Deeds, action: str, request: RightsRequest) -> None:
    detail = f"{request.right} of {request.received_at:%Y-%m-%d}"
    deeds.did(action, site=request.site, detail=detail)


def _known(inbox: Inbox, key: str) -> RightsRequest:
    request = inbox.get(key.lower())
    if request is None:
        raise _unknown(key)
    return request


def _unknown(key: str) -> KapselError:
    return KapselError(f"there is no request with the id {key}: see 'kapsel requests list --all'")


def _values(request: RightsRequest) -> dict[str, Any]:
    import msgspec

    return {
        **msgspec.to_builtins(request),
        "due_at": request.due_at.isoformat(),
        "days_left": request.days_left(dt.datetime.now(dt.UTC)),
    }


def _print(values: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(values), indent=2))


def _table(found: tuple[RightsRequest, ...]) -> None:
    from rich.table import Table

    from scanner.report.console import console

    now = dt.datetime.now(dt.UTC)
    table = Table(box=None, pad_edge=False)
    for name in ("id", "site", "right", "received", "due", "left", "standing"):
        table.add_column(name, no_wrap=name == "id")
    for request in found:
        left = request.days_left(now)
        table.add_row(
            request.id,
            request.site,
            request.right,
            f"{request.received_at:%Y-%m-%d}",
            f"{request.due_at:%Y-%m-%d}",
            "" if left is None else str(left),
            request.standing,
        )
    console().print(table)
