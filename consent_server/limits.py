"""How many decisions one network may send: enough for any office, too few for a flood."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NETWORKS = 50_000  # that one process remembers: some ten megabytes

_PREFIX = {4: 24, 6: 48}  # bits of an address that are looked at; the rest is never kept


class Limits:
    """
    A bucket for each network: *burst* decisions at once, refilled by *rate* a second.

    Only networks are remembered, in memory, and never written anywhere. Loopback and private
    addresses are not limited: behind them stands a proxy, and behind that everybody.
    """

    def __init__(
        self, rate: float, *, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def wait(self, address: str | None) -> int:
        """Return after how many seconds *address* may send again; 0: now, and it is counted."""
        network = None if not self._rate or address is None else _network(address)
        if network is None:
            return 0
        now = self._clock()
        left, since = self._buckets.pop(network, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        allowed = left >= 1
        self._buckets[network] = (left - allowed, now)
        if len(self._buckets) > MAX_NETWORKS:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._rate)


def _network(address: str) -> object | None:
    """Return the network of *address*; None: it is no visitor's own."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if parsed.is_loopback or parsed.is_private:
        return None
    return ipaddress.ip_network(f"{parsed}/{_PREFIX[parsed.version]}", strict=False)
