"""A network may send so much; its neighbours and private addresses are not touched by it."""

from consent_server import limits
from consent_server.limits import Buckets, Limits


def limited(rate, *, burst, clock, site_rate=0, site_burst=1):
    return Limits(
        Buckets(rate, burst=burst, clock=clock), Buckets(site_rate, burst=site_burst, clock=clock)
    )


def at(moment):
    return lambda: moment[0]


def test_a_network_has_its_burst_and_then_its_rate():
    moment = [0.0]
    guard = limited(2, burst=3, clock=at(moment))

    assert [guard.wait("8.8.8.8", "shop") for _ in range(5)] == [0, 0, 0, 1, 1]
    moment[0] = 0.5
    assert [guard.wait("8.8.8.99", "shop") for _ in range(2)] == [0, 1]
    assert guard.wait("8.8.9.1", "shop") == 0
    moment[0] = 1000.0
    assert [guard.wait("8.8.8.8", "shop") for _ in range(4)] == [0, 0, 0, 1]


def test_a_network_of_ipv6_is_a_site_of_one_subscriber():
    guard = limited(1, burst=1, clock=at([0.0]))

    assert guard.wait("2a00:1450:4001::1", "shop") == 0
    assert guard.wait("2a00:1450:4001:ffff::1", "shop") == 1
    assert guard.wait("2a00:1450:4002::1", "shop") == 0


def test_a_proxy_and_an_unknown_sender_are_not_limited():
    guard = limited(1, burst=1, clock=at([0.0]))

    for address in ("127.0.0.1", "10.0.0.7", "::1", "fd00::1", "testclient", None):
        assert [guard.wait(address, "shop") for _ in range(3)] == [0, 0, 0]


def test_a_rate_of_nothing_limits_nobody():
    guard = limited(0, burst=1, clock=at([0.0]))

    assert [guard.wait("8.8.8.8", "shop") for _ in range(3)] == [0, 0, 0]


def test_only_so_many_networks_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "MAX_BUCKETS", 2)
    guard = limited(1, burst=1, clock=at([0.0]))

    for network in range(3):
        guard.wait(f"8.8.{network}.1", "shop")

    assert guard.wait("8.8.2.1", "shop") == 1
    assert guard.wait("8.8.0.1", "shop") == 0


def test_who_has_sent_most_is_remembered_longest(monkeypatch):
    monkeypatch.setattr(limits, "MAX_BUCKETS", 4)
    guard = limited(1, burst=2, clock=at([0.0]))

    for network in (0, 0, *range(1, 6)):
        guard.wait(f"8.8.{network}.1", "shop")

    assert guard.wait("8.8.0.1", "shop") == 1


def test_a_bucket_that_is_full_again_is_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "FEW_BUCKETS", 2)
    moment = [0.0]
    buckets = Buckets(1, burst=2, clock=at(moment))

    for key in "ab":
        buckets.wait(key)
    moment[0] = 1.0
    buckets.wait("c")

    assert set(buckets._full_at) == {"c"}


def test_a_site_has_its_own_bucket_whoever_sends():
    guard = limited(100, burst=100, clock=at([0.0]), site_rate=1, site_burst=2)

    assert [guard.wait(f"8.8.{n}.1", "shop") for n in range(3)] == [0, 0, 1]
    assert guard.wait("8.8.9.1", "other") == 0
    assert guard.wait("127.0.0.1", "shop") == 0
