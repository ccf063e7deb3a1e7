"""Days that are over are added up by language, country, revision and layout together, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_TOGETHER = ("language", "country", "revision", "layout")
_CATEGORIES = ("functional", "statistics", "marketing")
_ACTIONS = ("accept-all", "reject-all", "save", "withdraw", "gpc", "import")
_ADDED_UP = (
    *("shown", "accepted", "rejected", "ignored"),
    *(f"granted_{name}" for name in _CATEGORIES),
    *(f"refused_{name}" for name in _CATEGORIES),
    *(name.replace("-", "_") for name in _ACTIONS),
)


def upgrade() -> None:
    """Add up, of each site and of all, the days that are added up already."""
    for name in _TOGETHER:
        op.add_column("daily", sa.Column(name, sa.String(64), nullable=False, server_default=""))
    names = ("id", "site", "action", "surface", *_CATEGORIES, *_TOGETHER)
    answer = sa.table("answer", *(sa.column(name) for name in names))
    daily = sa.table(
        "daily",
        *(sa.column(name) for name in ("dimension", "site", "day", "value", *_TOGETHER)),
        *(sa.column(name) for name in _ADDED_UP),
    )
    for sites in ([answer.c.site], []):
        op.execute(sa.insert(daily).from_select(daily.c.keys(), _summed(answer, daily, sites)))


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError


def _summed(
    answer: sa.TableClause, daily: sa.TableClause, sites: list[sa.ColumnClause[str]]
) -> sa.Select[tuple[object, ...]]:
    """Return the statement that adds up the closed days, apart by *sites* or not."""
    tally = sa.table("tally", sa.column("day"), sa.column("answer"), sa.column("count"))
    nothing: sa.ColumnElement[str] = sa.literal_column("''")
    site = sites[0] if sites else nothing
    apart = [sa.func.coalesce(answer.c[name], nothing).label(name) for name in _TOGETHER]
    over = sa.select(daily.c.day).where(daily.c.dimension == "")
    sums = [
        sa.func.sum(sa.case((condition, tally.c["count"]), else_=0)).label(name)
        for name, condition in zip(_ADDED_UP, _conditions(answer), strict=True)
    ]
    each = (
        sa.select(site.label("site"), tally.c.day, *apart, *sums)
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(tally.c.day.in_(over))
        .group_by(*sites, tally.c.day, *apart)
        .subquery("each")
    )
    number = sa.cast(sa.func.row_number().over(), sa.String(64))
    rest = [each.c[name] for name in (*_TOGETHER, *_ADDED_UP)]
    return sa.select(sa.literal_column("'together'"), each.c.site, each.c.day, number, *rest)


def _conditions(answer: sa.TableClause) -> list[sa.ColumnElement[bool]]:
    """Return what holds of the answers in each sum, in the order of `_ADDED_UP`."""
    choices = [sa.column(name, sa.Boolean) for name in _CATEGORIES]
    decided = answer.c.action != "ignored"
    on_the_banner = sa.or_(answer.c.surface.is_(None), answer.c.surface == "banner")
    alike = [
        sa.and_(
            decided,
            *(sa.or_(choice.is_(None), choice.is_(granted)) for choice in choices),
            sa.or_(*(choice.is_(granted) for choice in choices)),
        )
        for granted in (True, False)
    ]
    return [
        sa.or_(~decided, sa.and_(answer.c.action.not_in(["withdraw", "gpc"]), on_the_banner)),
        *alike,
        ~decided,
        *(choice.is_(granted) for granted in (True, False) for choice in choices),
        *(answer.c.action == name for name in _ACTIONS),
    ]
