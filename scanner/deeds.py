"""Add to the audit trail; who reads it is ``consent_server/admin/trail.py``."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
from typing import TYPE_CHECKING

from sqlalchemy import insert

from scanner.database import answering, open_database
from scanner.tables import to_milliseconds, trail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


class Deeds:
    """What one *actor* does is written down in *engine*'s database."""

    def __init__(self, engine: Engine, actor: str) -> None:
        self._engine = engine
        self._actor = actor

    def did(self, action: str, *, site: str | None = None, detail: str = "") -> None:
        """Write down that the actor did *action* just now."""
        write(
            self._engine, self._actor, action, site=site, detail=detail, at=dt.datetime.now(dt.UTC)
        )


def write(
    engine: Engine, actor: str, action: str, *, site: str | None, detail: str, at: dt.datetime
) -> None:
    """
    Write down that *actor* did *action*.

    Args:
        engine: Of the database with the trail.
        actor: An account, "token: " and its name, or what `operator` returns.
        action: In the past, as a sentence goes on after a name; at most 32 characters.
        site: None: it concerns no site, or all.
        detail: What it was done to; never a secret, and nothing that may lead to a visitor.
        at: When.
    """
    values = {"actor": actor, "action": action, "site": site, "detail": detail}
    with engine.begin() as connection:
        connection.execute(insert(trail).values(at=to_milliseconds(at), **values))


def operator() -> str:
    """Return who is at the command line: the user whom the operating system knows."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container, whose users need no names
        name = f"user {number}"
    return f"{name} (command line)"


@contextlib.contextmanager
def deeds_of_operator(address: str) -> Iterator[Deeds]:
    """Open the trail in the database at *address*, for who is at the command line.

    Raises:
        DatabaseUnusable: If it cannot be opened, or written.
    """
    engine = open_database(address)
    try:
        with answering():
            yield Deeds(engine, operator())
    finally:
        engine.dispose()
