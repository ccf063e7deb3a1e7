"""What the database knows of the time: a machine whose clock is wrong can be told by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from scanner.tables import consent, from_milliseconds

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Engine


def newest_receipt(engine: Engine) -> dt.datetime | None:
    """Return when the decision that was stored last was received; None: there is none."""
    newest = select(consent.c.received_at).order_by(consent.c.seq.desc()).limit(1)
    with engine.connect() as connection:
        found = connection.execute(newest).scalar()
    return None if found is None else from_milliseconds(found)


def database_time(engine: Engine) -> dt.datetime | None:
    """Return what time it is by *engine*'s server; None: SQLite has no clock of its own."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        found: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found
