"""What the commands of the log share: the open log, and JSON on standard output."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from consent_server.log import ConsentLog
    from scanner.deeds import Deeds

    T = TypeVar("T")


def ask(database: str, question: Callable[[ConsentLog], Awaitable[T]]) -> T:
    """Return what *question* finds in the log."""
    return act(database, lambda log, _: question(log))


def act(database: str, deed: Callable[[ConsentLog, Deeds], Awaitable[T]]) -> T:
    """
    Return what *deed* does to the log; whatever it changes it tells the audit trail.

    Raises:
        DatabaseUnusable: If there is none: an empty one would answer that nobody ever decided.
    """
    from consent_server.log import ConsentLog
    from scanner.database import must_exist, open_database
    from scanner.deeds import Deeds, operator

    must_exist(database)

    async def run() -> T:
        engine = open_database(database)
        try:
            async with ConsentLog.open(engine) as log:
                return await deed(log, Deeds(engine, operator()))
        finally:
            engine.dispose()

    return asyncio.run(run())


def write_json(value: object) -> None:
    """Print *value* as JSON."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
