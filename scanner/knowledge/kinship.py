"""Names that begin alike: what the knowledge base says of the kin of a name it does not know.

Vendors name what they store after themselves, so `_abc_visit` most likely serves what `_abc_id`
does. The name's own entries are never asked: whoever looks at kin sees the same for a name that
is known and for one that is not.
"""

from __future__ import annotations

import bisect
import collections
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from scanner.knowledge.patterns import Known
    from scanner.model import Category

DIGITS = re.compile(r"\d+")
LONG_HEX = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{8,}")
MIXED_ID = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6,}(?![A-Za-z0-9])"
)

LONGEST_NAME = 60  # characters of a name that are looked at
FEWEST = 4  # characters at the beginning that make two names kin
WIDEST = 40  # neighbours that are looked at on either side


class Kin(NamedTuple):
    """The entries whose names share the longest beginning with a name."""

    category: Category  # of most of them
    vendor_id: str | None  # if all are of one vendor
    shared: int  # characters that they share with the name, a number as one
    share: float  # of the whole name: above 0, at most 1


class Kinship:
    """Names of the knowledge base in alphabetical order, so that kin stand side by side."""

    def __init__(self, known: Iterable[Known]) -> None:
        pairs = sorted(
            ((plain(name), one) for one in known for name in _names(one)),
            key=lambda pair: (pair[0], pair[1].entry),
        )
        self._names = [name for name, _ in pairs]
        self._known = [one for _, one in pairs]

    def of(self, name: str, *, own: Collection[str]) -> Kin | None:
        """Return the nearest kin of *name*; entries of *own* do not count."""
        wanted = plain(name)
        middle = bisect.bisect_left(self._names, wanted)
        after = range(middle, min(middle + WIDEST, len(self._names)))
        before = range(middle - 1, max(middle - 1 - WIDEST, -1), -1)
        found = [*self._alike(wanted, after, own), *self._alike(wanted, before, own)]
        if not found:
            return None
        shared = max(length for length, _ in found)
        nearest = [one for length, one in found if length == shared]
        counts = collections.Counter(one.cookie.category for one in nearest)
        vendors = {one.vendor.id for one in nearest}
        return Kin(
            category=min(counts, key=lambda category: (-counts[category], category)),
            vendor_id=vendors.pop() if len(vendors) == 1 else None,
            shared=shared,
            share=shared / len(wanted),
        )

    def _alike(
        self, wanted: str, places: Iterable[int], own: Collection[str]
    ) -> Iterator[tuple[int, Known]]:
        """Yield who shares a beginning, and how long; no one after the first that counts less."""
        longest = FEWEST
        for place in places:
            name, one = self._names[place], self._known[place]
            length = shared_start(name, wanted)
            if length < longest:
                return
            if name != wanted and one.entry not in own:
                longest = length
                yield length, one


def plain(name: str) -> str:
    """Return the beginning of *name* in lower case, each number as one 0, each id as one #."""
    return DIGITS.sub("0", LONG_HEX.sub("#", MIXED_ID.sub("#", name[:LONGEST_NAME]).lower()))


def shared_start(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    for place, (here, there) in enumerate(zip(one, other, strict=False)):
        if here != there:
            return place
    return min(len(one), len(other))


def _names(one: Known) -> set[str]:
    """Return names that *one* stands for; none if they tell nothing of its vendor."""
    cookie = one.cookie
    if cookie.fallback or cookie.generic or one.vendor.kind == "generic":
        return set()
    literal = (cookie.text,) if cookie.match in ("exact", "prefix") else ()
    return set(cookie.examples or literal)
