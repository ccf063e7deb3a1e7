"""Kapsel's own export, read back: what another server knows, or what was exported before.

Names, hosts, categories, vendors and lifetimes return. A list of lines has no regular expressions:
of a pattern the beginning returns, and what has none is told.
"""

from __future__ import annotations

from typing import Any

from scanner.knowledge import spellings
from scanner.knowledge.imported import Line
from scanner.knowledge.patterns import literal_start
from scanner.knowledge.rows import FEWEST

#: Keys, or columns, that no other form has together.
KEYS = frozenset({"vendor_id", "match", "pattern", "hosts"})


def is_own(row: dict[str, Any]) -> bool:
    """Say whether *row* is one of an export of ours."""
    return row.keys() >= KEYS


def lines(row: dict[str, Any]) -> tuple[Line, ...]:
    """Return a line for each host of *row*; none: it cannot be kept, see `unkept`."""
    category = spellings.category(row.get("category") or "")
    name, prefix = _name(row)
    if not name or category is None:
        return ()
    vendor = str(row["vendor"]) if row.get("vendor") else None
    return tuple(
        Line(
            name=name,
            category=category,
            prefix=prefix,
            domain=host,
            vendor=vendor,
            lifetime=_seconds(row.get("lifetime")),
        )
        for host in _hosts(row["hosts"])
    )


def unkept(row: dict[str, Any]) -> str:
    """Say why `lines` has nothing of *row*."""
    name, category = row.get("name"), row.get("category")
    if not row["pattern"]:
        return "no name"
    if not spellings.category(category or ""):
        return f"'{name}' is skipped: '{category}' is none of the four categories"
    return f"'{name}' is skipped: its pattern has no beginning that a list could hold"


def _hosts(told: object) -> tuple[str | None, ...]:
    """Return the hosts of a row, in CSV parted by blanks; one that is None: any."""
    hosts = told.split() if isinstance(told, str) else told
    return tuple(map(str, hosts)) if isinstance(hosts, list) and hosts else (None,)


def _seconds(told: object) -> float | None:
    try:
        return float(str(told)) or None
    except ValueError:  # none is told
        return None


def _name(row: dict[str, Any]) -> tuple[str, bool]:
    """Return the name, or its beginning, and which of the two it is."""
    pattern = str(row["pattern"] or "")
    if row["match"] == "exact":
        return pattern, False
    start = literal_start(row["match"], pattern)  # an unknown kind is read as an expression
    return (start, True) if len(start) >= FEWEST else ("", False)
