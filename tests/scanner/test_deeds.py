"""Whoever changes something at the command line stands in the audit trail by name."""

import datetime as dt
import os
import pwd

from sqlalchemy import select

from scanner.database import open_database
from scanner.deeds import deeds_of_operator, operator
from scanner.tables import to_milliseconds, trail


def test_a_deed_is_written_with_who_did_it_and_when(database):
    before = to_milliseconds(dt.datetime.now(dt.UTC))

    with deeds_of_operator(database) as deeds:
        deeds.did("sorted an item", site="shop", detail="cart_*: necessary")

    engine = open_database(database)
    with engine.connect() as connection:
        (row,) = connection.execute(select(trail))
    engine.dispose()
    assert (row.actor, row.action) == (
        f"{pwd.getpwuid(os.getuid()).pw_name} (command line)",
        "sorted an item",
    )
    assert (row.site, row.detail) == ("shop", "cart_*: necessary")
    assert before <= row.at <= to_milliseconds(dt.datetime.now(dt.UTC))


def test_a_user_without_a_name_is_known_by_number(monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_123)

    assert operator() == "user 4000000123 (command line)"
