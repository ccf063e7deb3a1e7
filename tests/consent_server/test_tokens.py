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
    assert door.matching(secret).digest == hashlib.sha256(secret.encode()).digest()
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


def test_a_token_is_for_what_it_says_until_it_runs_out(database):
    engine, now = open_database(database), [NOW]
    day = dt.timedelta(days=1)
    tokens.add(
        engine,
        "secret",
        name="export",
        now=NOW,
        scopes={tokens.Scope.EXPORT, tokens.Scope.READ},
        sites=["shop", "other"],
        until=NOW + day,
        created_by="kari",
    )
    door = tokens.Door(engine, None, clock=lambda: now[0])

    found = door.matching("secret")
    assert found.scopes == {"read", "export"}
    assert found.opens("shop")
    assert not found.opens("third")
    assert (found.until, found.created_at, found.created_by) == (NOW + day, NOW, "kari")
    now[0] = NOW + day
    assert door.matching("secret") is None
    assert [token.name for token in tokens.all_tokens(engine)] == ["export"]
    engine.dispose()


def test_a_token_that_was_taken_away_opens_nothing(database):
    engine = open_database(database)
    tokens.add(engine, "secret", name="export", now=NOW)
    door = tokens.Door(engine, None)
    assert door.matching("secret").opens("any site")

    assert tokens.remove(engine, tokens.digest("secret"))

    assert door.matching("secret") is None
    assert not tokens.remove(engine, tokens.digest("secret"))
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
