"""A session holds as long as it says, under the token that it began with."""

from consent_server import session

TOKEN, OTHER = b"t" * 32, b"o" * 32


def test_a_session_holds_until_it_runs_out():
    cookie = session.begin(TOKEN, now=1000.0)

    assert session.holds(cookie, [OTHER, TOKEN], now=1000.0 + session.LIFETIME)
    assert not session.holds(cookie, [OTHER, TOKEN], now=1001.0 + session.LIFETIME)


def test_a_session_ends_with_its_token():
    cookie = session.begin(TOKEN, now=1000.0)

    assert not session.holds(cookie, [OTHER], now=1000.0)
    assert not session.holds(cookie, [], now=1000.0)


def test_a_session_cannot_be_made_longer_or_made_up():
    until, _, signature = session.begin(TOKEN, now=1000.0).partition(".")

    assert not session.holds(f"{int(until) + 1}.{signature}", [TOKEN], now=1000.0)
    assert not session.holds(f"{until}.{'0' * 64}", [TOKEN], now=1000.0)
    assert not session.holds("", [TOKEN], now=1000.0)
    assert not session.holds(f"{until}.{signature}\n", [TOKEN], now=1000.0)
