"""What statistics say of answers, as the database adds it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, and_, cast, func, or_

from consent_server.log.rows import CATEGORIES
from consent_server.log.statistics import IGNORED
from consent_server.model import Action, Surface
from scanner.tables import ADDED_UP, answer

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_DECIDED = answer.c.action != IGNORED
_CHOICES = [answer.c[name] for name in CATEGORIES]


def added_up(times: ColumnElement[Any]) -> list[ColumnElement[int]]:
    """Return the sums, in the order of `ADDED_UP`, of answers that were each given *times*."""
    return [
        cast(func.coalesce(func.sum(times).filter(_CONDITIONS[name]), 0), BigInteger).label(name)
        for name in ADDED_UP
    ]


def _shown() -> ColumnElement[bool]:
    """Return whether the banner stood there: a withdrawal or a signal needs none."""
    unasked = answer.c.action.in_([Action.WITHDRAW, Action.GPC])
    on_it = or_(answer.c.surface.is_(None), answer.c.surface == Surface.BANNER)
    return or_(~_DECIDED, and_(~unasked, on_it))


def _alike(*, granted: bool) -> ColumnElement[bool]:
    """Return whether all that was offered, and something was, has *granted*."""
    none_else = [or_(choice.is_(None), choice.is_(granted)) for choice in _CHOICES]
    return and_(_DECIDED, *none_else, or_(*(choice.is_(granted) for choice in _CHOICES)))


_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "shown": _shown(),
    "accepted": _alike(granted=True),
    "rejected": _alike(granted=False),
    "ignored": ~_DECIDED,
    **{f"granted_{name}": answer.c[name].is_(True) for name in CATEGORIES},
    **{f"refused_{name}": answer.c[name].is_(False) for name in CATEGORIES},
    **{action.replace("-", "_"): answer.c.action == action for action in Action},
}
