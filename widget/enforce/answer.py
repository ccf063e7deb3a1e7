"""The visitor's answer, read from the cookie as the widget reads it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from widget.enforce.rules import NECESSARY, OPTIONAL, UNCLASSIFIED

if TYPE_CHECKING:
    from widget.enforce.rules import Rules

COOKIE = "kapsel_consent"

_DAY = 86400.0  # seconds

#: What is granted to a visitor who has not answered, or whose answer cannot be read.
NOTHING = frozenset({NECESSARY})


def cookies(header: str) -> dict[str, str]:
    """Return the cookies of a ``Cookie`` header; of several with one name, the first."""
    jar: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if equals:
            jar.setdefault(name, value)
    return jar


def granted(value: str | None, rules: Rules, *, now: float) -> frozenset[str] | None:
    """
    Return the categories that a visitor has granted; None: she has not answered.

    An answer to another revision holds for the categories in which nothing more is asked since. One
    that is too old, or that cannot be read, is none.

    Args:
        value: Of the cookie `COOKIE`.
        now: Seconds since 1970.
    """
    choices = _choices(value or "", rules, now=now)
    if choices is None:
        return None
    given = {name for name, yes in choices.items() if yes}
    if rules.categories and given.issuperset(rules.categories):
        given.add(UNCLASSIFIED)
    return NOTHING | given


def _choices(value: str, rules: Rules, *, now: float) -> dict[str, bool] | None:
    fields: dict[str, str] = {}
    for name, text in parse_qsl(value, keep_blank_values=True):
        fields.setdefault(name, text)
    try:
        age = now - float(fields.get("at", "")) / 1000
    except ValueError:
        return None
    if not -_DAY < age < rules.remember_days * _DAY:  # a clock that was a little wrong is no matter
        return None
    same = fields.get("revision") == rules.revision
    choices: dict[str, bool] = {}
    moved = False
    for pair in fields.get("choices", "").split("|"):
        name, yes, part = [*pair.split(":"), "", ""][:3]
        if name not in OPTIONAL:
            continue
        parts = rules.category_revisions.get(name, "")  # today's, then those that asked no less
        if same or (part and part in parts.split()):
            choices[name] = yes == "1"
        moved = moved or not parts.startswith(part or " ")
    fresh = any(name not in choices for name in rules.categories)
    # a change that no category shows is one in all of them
    return choices if choices and (same or moved or fresh) else None
