import time

import pytest

from scanner.crawl.pace import Pace

pytestmark = pytest.mark.anyio


async def test_a_host_that_says_it_is_asked_too_much_is_asked_more_slowly(monkeypatch):
    monkeypatch.setattr("scanner.crawl.pace.MIN_DELAY", 0.2)
    pace = Pace()
    pace.slow("busy.example")

    start = time.monotonic()
    for host in ("busy.example", "other.example", "busy.example", "busy.example"):
        await pace.wait(host, delay=0)

    assert time.monotonic() - start >= 0.4


async def test_hosts_that_ask_for_nothing_are_not_waited_for():
    pace = Pace()

    start = time.monotonic()
    for _ in range(100):
        await pace.wait("www.shop.example", delay=0)

    assert time.monotonic() - start < 60
