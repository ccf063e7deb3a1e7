"""Who guesses passwords is soon held back; who slips is not."""

from consent_server.admin.attempts import OF_ACCOUNT, OF_BOTH, OF_NETWORK, Attempts

HERE, NEXT_DOOR, ELSEWHERE = "203.0.113.7", "203.0.113.99", "198.51.100.1"


def failing(attempts, count, name, address):
    for _ in range(count):
        attempts.failed(name, address)


def test_after_five_slips_an_account_waits_a_minute_in_that_network():
    now = [0.0]
    attempts = Attempts(clock=lambda: now[0])

    failing(attempts, OF_BOTH[0] - 1, "kari", HERE)
    assert attempts.wait("kari", HERE) == 0
    attempts.failed("Kari ", NEXT_DOOR)

    assert attempts.wait("kari", HERE) == 60
    assert attempts.wait("ola", HERE) == 0
    assert attempts.wait("kari", ELSEWHERE) == 0
    now[0] = 60.0
    assert attempts.wait("kari", HERE) == 0


def test_a_network_that_tries_many_names_is_held_back():
    attempts = Attempts(clock=lambda: 0.0)

    for n in range(OF_NETWORK[0]):
        attempts.failed(f"name{n}", HERE)

    assert attempts.wait("another", NEXT_DOOR) == 20
    assert attempts.wait("another", ELSEWHERE) == 0


def test_an_account_that_is_tried_from_everywhere_is_held_back():
    attempts = Attempts(clock=lambda: 0.0)

    for n in range(OF_ACCOUNT[0]):
        attempts.failed("kari", f"10.{n}.0.1")

    assert attempts.wait("kari", ELSEWHERE) == 30


def test_signing_in_forgets_the_slips_before_it():
    attempts = Attempts(clock=lambda: 0.0)

    for _ in range(100):
        failing(attempts, 2, "kari", HERE)
        attempts.succeeded("kari", HERE)
        attempts.succeeded("kari", HERE)
        assert attempts.wait("kari", HERE) == 0


def test_of_a_name_no_more_is_remembered_than_an_account_can_have():
    attempts = Attempts(clock=lambda: 0.0)

    failing(attempts, 5, "a" * 100_000, HERE)

    assert attempts.wait("a" * 254, HERE) == 60


def test_an_address_that_is_none_counts_too():
    attempts = Attempts(clock=lambda: 0.0)

    failing(attempts, 5, "kari", None)

    assert attempts.wait("kari", "testclient") == 60
