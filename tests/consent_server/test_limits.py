"""A network may send so much; its neighbours and private addresses are not touched by it."""

from consent_server import limits
from consent_server.limits import Limits


def at(moment):
    return lambda: moment[0]


def test_a_network_has_its_burst_and_then_its_rate():
    moment = [0.0]
    guard = Limits(2, burst=3, clock=at(moment))

    assert [guard.wait("8.8.8.8") for _ in range(5)] == [0, 0, 0, 1, 1]
    moment[0] = 0.5
    assert [guard.wait("8.8.8.99") for _ in range(2)] == [0, 1]
    assert guard.wait("8.8.9.1") == 0
    moment[0] = 1000.0
    assert [guard.wait("8.8.8.8") for _ in range(4)] == [0, 0, 0, 1]


def test_a_network_of_ipv6_is_a_site_of_one_subscriber():
    guard = Limits(1, burst=1, clock=at([0.0]))

    assert guard.wait("2a00:1450:4001::1") == 0
    assert guard.wait("2a00:1450:4001:ffff::1") == 1
    assert guard.wait("2a00:1450:4002::1") == 0


def test_a_proxy_and_an_unknown_sender_are_not_limited():
    guard = Limits(1, burst=1, clock=at([0.0]))

    for address in ("127.0.0.1", "10.0.0.7", "::1", "fd00::1", "testclient", None):
        assert [guard.wait(address) for _ in range(3)] == [0, 0, 0]


def test_a_rate_of_nothing_limits_nobody():
    guard = Limits(0, burst=1, clock=at([0.0]))

    assert [guard.wait("8.8.8.8") for _ in range(3)] == [0, 0, 0]


def test_only_so_many_networks_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "MAX_NETWORKS", 2)
    guard = Limits(1, burst=1, clock=at([0.0]))

    for network in range(3):
        guard.wait(f"8.8.{network}.1")

    assert guard.wait("8.8.2.1") == 1
    assert guard.wait("8.8.0.1") == 0
