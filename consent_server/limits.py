"""How many decisions one network, or one site's visitors, may send: enough, too few for a flood."""

from __future__ import annotations

import functools
import ipaddress
import math
import socket
import time
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MAX_BUCKETS = 20_000  # that one process remembers: some three megabytes
FEW_BUCKETS = 1000  # that are kept without a look which of them are full again

#: First bytes of the IPv4 networks some of which are private, or nobody's; all others are public.
_PARTLY_PRIVATE = frozenset((0, 10, 127, 169, 172, 192, 198, 203, *range(224, 256)))


class Buckets:
    """
    A bucket for each key: *burst* decisions at once, refilled by *rate* a second.

    A bucket that is full again is forgotten; of too many, those that soonest will be.
    """

    def __init__(
        self, rate: float, *, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        #: When each bucket is full again, in the time that fills one decision's worth.
        self._full_at: dict[Hashable, float] = {}
        self._most = min(FEW_BUCKETS, MAX_BUCKETS)  # until it is looked which are full again

    def wait(self, key: Hashable) -> int:
        """Return after how many seconds *key* may send again; 0: now, and it is counted."""
        if not self._rate:
            return 0
        buckets, now = self._full_at, self._clock() * self._rate
        full_at = buckets.get(key, now)
        if full_at < now:
            full_at = now
        full_at += 1
        missing = full_at - now - self._burst
        if missing > 0:
            return math.ceil(missing / self._rate)
        buckets[key] = full_at
        if len(buckets) > self._most:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        """Forget the buckets that are full at *now*, which say nothing."""
        filling = [(key, full_at) for key, full_at in self._full_at.items() if full_at > now]
        if len(filling) > MAX_BUCKETS * 3 // 4:  # to look often would be what a flood wants
            filling = sorted(filling, key=itemgetter(1))[-(MAX_BUCKETS // 2) :]
        self._full_at = dict(filling)
        self._most = min(FEW_BUCKETS + 2 * len(filling), MAX_BUCKETS)


class Limits:
    """
    How much may come from one network and, where *sites* is given, for one site.

    Only networks are remembered, in memory, and never written anywhere. Loopback and private
    addresses are not limited: behind them stands a proxy that was not named, and behind that
    everybody.
    """

    def __init__(self, networks: Buckets, sites: Buckets | None = None) -> None:
        self._networks = networks
        self._sites = sites

    def wait(self, address: str | None, site: str = "") -> int:
        """Return after how many seconds *address* may send to *site* again; 0: now."""
        network = None if address is None else visitors_network(address)
        if network is None:
            return 0
        after = self._networks.wait(network)
        if after or self._sites is None:
            return after
        return self._sites.wait(site)


def visitors_network(address: str) -> Hashable:
    """Return what names the network of *address*; None: it is no visitor's own."""
    try:
        packed = socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return _network_of_ipv6(address)
    if packed[0] in _PARTLY_PRIVATE and not _is_public(socket.inet_ntoa(packed[:3] + b"\0")):
        return None
    return packed[:3]


def _network_of_ipv6(address: str) -> Hashable:
    try:
        bits = ipaddress.IPv6Address(address).packed[:6]
    except ValueError:
        return None
    head = str(ipaddress.IPv6Address(bits + bytes(10)))
    return head if _is_public(head) else None


@functools.lru_cache(maxsize=4096)  # of networks, never of addresses
def _is_public(network: str) -> bool:
    try:
        parsed = ipaddress.ip_address(network)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_private)
