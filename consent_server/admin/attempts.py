"""How often somebody may try to sign in: enough for a slip of the hand, too seldom to guess."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_REMEMBERED = 20_000  # buckets in one process
MAX_NAME = 254  # characters of a name that are told apart; no account has a longer one

#: Tries at once, and seconds until one more is free. An account is held back more gently than
#: the pair of account and network, so that a stranger can hardly lock anybody out.
OF_BOTH = (5, 60.0)
OF_NETWORK = (30, 20.0)
OF_ACCOUNT = (50, 30.0)

_PREFIX = {4: 24, 6: 48}


class Attempts:
    """The tries that failed of late; in memory, with networks only, never a whole address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()

    def wait(self, name: str, address: str | None) -> int:
        """Return after how many seconds *name* may be tried from *address*; 0: now."""
        waits = [self._wait(key, *rule) for key, rule in _buckets(name, address)]
        return max(waits)

    def failed(self, name: str, address: str | None) -> None:
        """Count a try that failed."""
        for key, (most, seconds) in _buckets(name, address):
            self._left[key] = (self._now_left(key, most, seconds) - 1, self._clock())
            self._left.move_to_end(key)
        while len(self._left) > MAX_REMEMBERED:
            self._left.popitem(last=False)

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget the slips of who has signed in now; the last try was none."""
        (both, _), *others = _buckets(name, address)
        self._left.pop(both, None)
        for key, (most, seconds) in others:
            self._left[key] = (self._now_left(key, most, seconds) + 1, self._clock())

    def _wait(self, key: tuple[str, ...], most: int, seconds: float) -> int:
        left = self._now_left(key, most, seconds)
        return 0 if left >= 1 else math.ceil((1 - left) * seconds)

    def _now_left(self, key: tuple[str, ...], most: int, seconds: float) -> float:
        left, since = self._left.get(key, (float(most), self._clock()))
        return min(float(most), left + (self._clock() - since) / seconds)


def _buckets(name: str, address: str | None) -> list[tuple[tuple[str, ...], tuple[int, float]]]:
    network, name = _network(address), name.strip().casefold()[:MAX_NAME]
    return [
        (("both", name, network), OF_BOTH),
        (("network", network), OF_NETWORK),
        (("account", name), OF_ACCOUNT),
    ]


def _network(address: str | None) -> str:
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{parsed}/{_PREFIX[parsed.version]}", strict=False))
