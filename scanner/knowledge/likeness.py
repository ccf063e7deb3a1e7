"""What a name that nobody knows may stand for: one that is misspelt, or the service itself.

People who write declarations lose a point (`ASPXAUTH`), an underscore (`_atuvc`) or the case of a
letter, or put the name of a service (AddThis) where its cookies belong. Told to people, never used
to classify: a browser spells names exactly.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from scanner.knowledge.patterns import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.knowledge.model import Vendor

MOST = 3  # names that are told
CLOSE = 0.85  # of one: how much of two names must be the same
LEAST = 6  # letters and digits, below which names are near each other by chance


def alike(name: str, vendors: Iterable[Vendor]) -> tuple[tuple[str, Vendor], ...]:
    """Return known names that *name* may be a misspelling of, and whose they are, nearest first."""
    plain = _plain(name)
    spelt: dict[str, list[tuple[str, Vendor]]] = {}
    for vendor in vendors:
        for cookie in vendor.cookie:
            if cookie.match == "exact" and not cookie.alias_of and not is_shared(cookie.text):
                spelt.setdefault(_plain(cookie.text), []).append((cookie.text, vendor))
    near: list[str] = []
    if plain in spelt and not is_shared(name):
        near = [plain]
    elif len(plain) >= LEAST:
        near = difflib.get_close_matches(plain, spelt, n=MOST, cutoff=CLOSE)
    found = (one for form in near for one in spelt[form] if one[0] != name)
    return tuple(found)[:MOST]


def service(name: str, vendors: Iterable[Vendor]) -> Vendor | None:
    """Return the vendor or the product that is called *name* itself."""
    plain = _plain(name)
    return next(
        (vendor for vendor in vendors if plain in (_plain(vendor.name), _plain(vendor.id))), None
    )


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
