"""One row of somebody else's list, and the cookie that it describes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.knowledge import spellings
from scanner.knowledge.imported import Line

if TYPE_CHECKING:
    from scanner.model import Category

#: What stands for an id in the names of declarations: "_ga_#", "_ga_<id>", "_gat_UA-XXXXX".
PLACEHOLDER = re.compile(r"(\*|#|<[^>]*>|\[[a-z_ -]+\]|\{[^}]*\}|(?<=[_.-])(?:x{3,}|X{3,})).*$")
FEWEST = 3  # characters that must stand before it

DAY = 86400

#: How often Cookiebot found the same name on the site: "_ga [x2]".
TIMES = re.compile(r"\s*\[x\d+\]$")


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what *row* tells, by our names; of several columns for one thing the first.

    What is for the category in one program ("formål") explains the cookie in another, so that
    a column that does name a category goes before one that does not.
    """
    told: dict[str, Any] = {}
    for key, value in row.items():
        meaning = spellings.column(key)
        if not meaning or value in (None, "") or isinstance(value, (dict, list)):
            continue
        better = meaning == "category" and spellings.category(value) is not None
        if meaning not in told or (better and spellings.category(told[meaning]) is None):
            told[meaning] = value
    return told


def missing(row: dict[str, Any]) -> str:
    """Say why *row* is no cookie that we can use."""
    told = facts(row)
    if "name" not in told:
        return "no name"
    if "\n" in str(told["name"]):
        return "a quotation mark is opened and not closed"
    name = " ".join(str(told["name"]).split())
    if "category" not in told:
        return f"'{name}' has no category"
    return f"'{name}' is skipped: '{told['category']}' is none of the four categories"


def line(row: dict[str, Any], inherited: Category | None) -> Line | None:
    """Return the cookie that *row* describes; None: it is not one, or has no category."""
    told = facts(row)
    name, wild = _beginning(TIMES.sub("", str(told.get("name", "")).strip()))
    what = spellings.category(told["category"]) if "category" in told else inherited
    nested = any(map(holds_rows, row.values()))
    if not name or what is None or (nested and "category" not in told):
        return None
    wild = wild or str(told.get("wildcard", "0")) in ("1", "true", "True")
    return Line(
        name=name,
        category=what,
        prefix=wild,
        domain=_domain(str(told.get("domain", ""))),
        vendor=str(told["vendor"]).strip() if "vendor" in told else None,
        lifetime=None if row.get("IsSession") is True else _lifetime(row, told.get("lifetime")),
    )


def _beginning(name: str) -> tuple[str, bool]:
    """Return what *name* begins with before a placeholder, and whether it has one."""
    start = PLACEHOLDER.sub("", name)
    return (start, True) if start != name and len(start) >= FEWEST else (name, False)


def holds_rows(value: object) -> bool:
    """Say whether *value* has cookies in it, not just numbers or translations."""
    if isinstance(value, dict):
        return holds_rows([*value.values()])
    return isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)


def _domain(text: str) -> str | None:
    """Return the host that *text* begins with; None: the site's own is meant too, or none."""
    host = text.split(" ")[0].strip().lstrip(".").lower()
    own = "1st party" in text.lower() or "first party" in text.lower()
    return host if not own and re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", host) else None


def _lifetime(row: dict[str, Any], value: object) -> float | None:
    """Return a lifetime in seconds; OneTrust's "Length" beside "IsSession" counts days."""
    days = "IsSession" in row and str(value).isdecimal()
    return float(str(value)) * DAY or None if days else _seconds(value)


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)):
        return float(value) or None
    return spellings.seconds(str(value)) if value is not None else None
