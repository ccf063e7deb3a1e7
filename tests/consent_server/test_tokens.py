"""Tokens are let in by their digest; nothing else of them is kept."""

import datetime as dt
import hashlib
from pathlib import Path

from consent_server import tokens
from scanner.database import open_database

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def test_a_token_that_was_added_is_let_in(database):
    engine = open_database(database)
    assert not tokens.any_token(engine)

    secret = tokens.new_token()
    tokens.add(engine, secret, name="first start", now=NOW)
    door = tokens.Door(engine, None)

    assert tokens.any_token(engine)
    assert door.matching(secret) == hashlib.sha256(secret.encode()).digest()
    assert door.matching(secret + "x") is None
    assert door.matching("") is None
    engine.dispose()


def test_the_token_of_the_settings_is_let_in_beside_those_of_the_database(database):
    engine = open_database(database)
    tokens.add(engine, "stored", name="first start", now=NOW)

    door = tokens.Door(engine, "given")

    assert door.matching("given") is not None
    assert door.matching("stored") is not None
    assert tokens.Door(engine, None).matching("given") is None
    engine.dispose()


def test_the_token_itself_is_not_on_disk(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    secret = tokens.new_token()
    tokens.add(engine, secret, name="first start", now=NOW)
    engine.dispose()

    for path in tmp_path.iterdir():
        assert secret.encode() not in Path(path).read_bytes()


def test_no_two_tokens_are_alike():
    assert len({tokens.new_token() for _ in range(100)}) == 100
    assert len(tokens.new_token()) >= 40
