"""A session holds as long as it says, for whom it was begun, and can be ended anywhere."""

import datetime as dt

import pytest

from consent_server.admin.accounts import Accounts
from consent_server.admin.sessions import LIFETIME, Sessions, form_token, form_token_fits
from scanner.database import open_database

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def now():
    return [NOW]


@pytest.fixture
def sessions(database, now):
    engine = open_database(database)
    accounts = Accounts(engine)
    for name in ("kari", "ola"):
        accounts.add(name, roles={}, password=None)
    yield Sessions(engine, clock=lambda: now[0])
    engine.dispose()


def test_a_session_holds_until_it_runs_out(sessions, now):
    of_account = sessions.begin("kari")
    of_token = sessions.begin_with_token(b"d" * 32)

    now[0] = NOW + LIFETIME - dt.timedelta(seconds=1)
    assert sessions.who(of_account) == ("kari", None)
    assert sessions.who(of_token) == (None, b"d" * 32)
    assert sessions.who("made up") is None
    now[0] = NOW + LIFETIME
    assert sessions.who(of_account) is None


def test_one_session_is_ended_or_all_of_an_account(sessions):
    one, two, three, foreign = (sessions.begin(n) for n in ("kari", "kari", "kari", "ola"))

    sessions.end(one)
    assert sessions.who(one) is None
    assert sessions.who(two) is not None

    assert sessions.end_all("kari") == 2
    assert sessions.who(three) is None
    assert sessions.who(foreign) == ("ola", None)


def test_a_form_token_fits_its_own_cookie_only():
    assert form_token_fits(form_token("secret"), "secret")
    assert not form_token_fits(form_token("secret"), "another")
    assert not form_token_fits("", "secret")
    assert not form_token_fits("ærlig", "secret")
