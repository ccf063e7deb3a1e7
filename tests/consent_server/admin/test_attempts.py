"""Who guesses passwords is soon held back, whichever process is asked; who slips is not."""

import pytest
from sqlalchemy import select

from consent_server.admin.attempts import OF_ACCOUNT, OF_BOTH, OF_NETWORK, Attempts
from scanner.database import open_database
from scanner.tables import attempt

HERE, NEXT_DOOR, ELSEWHERE = "203.0.113.7", "203.0.113.99", "198.51.100.1"
NOW = 1_795_400_000.0
SECRET = b"outside the database"


@pytest.fixture
def engine(database):
    engine = open_database(database)
    yield engine
    engine.dispose()


@pytest.fixture
def now():
    return [NOW]


@pytest.fixture
def attempts(engine, now):
    return Attempts(engine, secret=SECRET, clock=lambda: now[0])


def fail(attempts, count, name, address):
    assert [attempts.begin(name, address) for _ in range(count)] == [0] * count


def test_after_five_slips_an_account_waits_a_minute_in_that_network(attempts, now):
    fail(attempts, OF_BOTH.most - 1, "kari", HERE)
    fail(attempts, 1, "Kari ", NEXT_DOOR)

    assert attempts.begin("kari", HERE) == 60
    assert attempts.begin("ola", HERE) == 0
    assert attempts.begin("kari", ELSEWHERE) == 0
    now[0] += 59.5
    assert attempts.begin("kari", HERE) == 1
    now[0] += 0.5
    assert attempts.begin("kari", HERE) == 0
    assert attempts.begin("kari", HERE) == 60


def test_the_spellings_of_one_name_are_tried_together(attempts):
    for name in ("kari", "ＫＡＲＩ", "𝓴𝓪𝓻𝓲", "\u3000kari", "ᴷari"):
        fail(attempts, 1, name, HERE)

    assert attempts.begin("kari", HERE) == 60
    assert attempts.begin("ⓚari", HERE) == 60


def test_a_network_that_tries_many_names_is_held_back(attempts):
    for n in range(OF_NETWORK.most):
        fail(attempts, 1, f"name{n}", HERE)

    assert attempts.begin("another", NEXT_DOOR) == 20
    assert attempts.begin("another", ELSEWHERE) == 0


def test_an_account_that_is_tried_from_everywhere_is_held_back(attempts):
    for n in range(OF_ACCOUNT.most):
        fail(attempts, 1, "kari", f"10.{n}.0.1")

    assert attempts.begin("kari", ELSEWHERE) == 30


def test_another_process_counts_on_where_one_is(attempts, engine, now):
    other = Attempts(engine, secret=SECRET, clock=lambda: now[0])

    fail(attempts, 3, "kari", HERE)
    fail(other, 2, "kari", HERE)

    assert attempts.begin("kari", HERE) == other.begin("kari", HERE) == 60


def test_who_is_refused_is_not_counted(attempts, now):
    fail(attempts, OF_BOTH.most, "kari", HERE)

    for _ in range(OF_ACCOUNT.most):
        assert attempts.begin("kari", HERE) == 60

    assert attempts.begin("kari", ELSEWHERE) == 0
    now[0] += 60
    assert attempts.begin("kari", HERE) == 0


def test_signing_in_forgets_the_slips_before_it(attempts):
    for _ in range(OF_ACCOUNT.most):
        fail(attempts, 2, "kari", HERE)
        attempts.succeeded("kari", HERE)
        attempts.succeeded("kari", HERE)

    assert attempts.begin("kari", HERE) == 0


def test_names_that_no_account_can_have_are_not_told_apart(attempts):
    for name in ("", "a" * 100_000, "kari nordmann", "kari\u202e", "\ud800"):
        fail(attempts, 1, name, HERE)

    assert attempts.begin("a" * 255, HERE) == 60
    assert attempts.begin("a" * 254, HERE) == 0


def test_an_address_that_is_none_counts_too(attempts):
    fail(attempts, 5, "kari", None)

    assert attempts.begin("kari", "testclient") == 60


def test_a_try_that_began_before_others_and_is_counted_after_them_is_held_back(attempts, now):
    now[0] += 0.005
    fail(attempts, OF_BOTH.most, "kari", HERE)
    now[0] -= 0.005

    assert attempts.begin("kari", HERE) == 61
    assert attempts.begin("kari", HERE) == 61


def test_a_clock_that_is_put_back_holds_nobody_back_for_long(attempts, now):
    fail(attempts, OF_BOTH.most, "kari", HERE)

    now[0] -= 86_400

    fail(attempts, OF_BOTH.most, "kari", HERE)
    assert attempts.begin("kari", HERE) == 60


def test_what_is_kept_says_nothing_and_goes(attempts, engine, now):
    fail(attempts, 1, "kari", HERE)
    with engine.connect() as connection:
        kept = [bytes(row.digest) for row in connection.execute(select(attempt))]

    now[0] += OF_BOTH.seconds
    fail(attempts, 1, "ola", ELSEWHERE)

    with engine.connect() as connection:
        later = [bytes(row.digest) for row in connection.execute(select(attempt))]
    assert len(kept) == len(later) == 3
    assert not set(kept) & set(later)
    stranger = Attempts(engine, secret=b"", clock=lambda: now[0])
    assert not {each.digest for each in stranger._buckets("kari", HERE)} & set(kept)
