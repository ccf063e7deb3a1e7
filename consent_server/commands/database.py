"""``kapsel database``: bring the database up to date, and check it."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.commands.group import Group
from scanner.commands.options import database_option, format_option

_MENDING = "run 'kapsel database recount'"


@click.group(cls=Group)
def command() -> None:
    """Upgrade, check, recount or back up the database."""


@command.command()
@database_option
def upgrade(database: str) -> None:
    """Bring the tables up to date; every other command does so too, when it starts."""
    from scanner.database import database_revision, open_database

    engine = open_database(database)
    try:
        with engine.connect() as connection:
            click.echo(f"The database is at revision {database_revision(connection)}.")
    finally:
        engine.dispose()


@command.command()
@database_option
@format_option("table", "json")
def check(database: str, form: str) -> None:
    """Check that the database is whole and up to date; leaves with 1 if it is not."""
    from consent_server.commands.log.opened import write_json
    from consent_server.log.recount import look
    from scanner.database import check_database, must_exist, open_database
    from scanner.errors import DatabaseUnusable

    must_exist(database)
    engine = open_database(database, upgrade=False)
    try:
        faults = check_database(engine)
        days = () if faults else look(engine).days
    finally:
        engine.dispose()
    if days:
        faults = (f"statistics of {len(days)} days are not what the log says: {_MENDING}",)
    if form == "json":
        write_json({"whole": not faults, "faults": faults})
    if faults:
        raise DatabaseUnusable("\n".join(faults))
    if form == "table":
        click.echo("The database is whole and up to date.")


@command.command()
@database_option
def recount(database: str) -> None:
    """Put statistics right that are not what the log says, while the server runs.

    A server older than revision 0013, that went on during an upgrade, counts twice. Of decisions
    that are erased the log knows no language and no country: what is too much is taken from each
    in proportion, and all other numbers are exact.
    """
    from consent_server.log.recount import recount as mend
    from scanner.database import must_exist, open_database

    must_exist(database)
    engine = open_database(database)
    try:
        found = mend(engine)
    finally:
        engine.dispose()
    click.echo(f"{len(found.days)} days of statistics were put right.")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database_option
def backup(file: Path, database: str) -> None:
    """Copy the database to FILE while the server runs, and check the copy."""
    from scanner.database import back_up, must_exist, open_database

    must_exist(database)
    engine = open_database(database)
    try:
        back_up(engine, file)
    finally:
        engine.dispose()
    click.echo(f"{file} is a whole copy.", err=True)
