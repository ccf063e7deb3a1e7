"""Decisions are counted behind those who wait for them, and days that are over added up."""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0013"
down_revision = "0012"

_DAY = 86_400_000  # milliseconds
_LAST_OPEN = 2  # of the newest days
_MANY = 100_000  # decisions: so many take some seconds, which is said

_CATEGORIES = ("functional", "statistics", "marketing")
_ACTIONS = ("accept-all", "reject-all", "save", "withdraw", "gpc", "import")
_DIMENSIONS = ("", "language", "country", "revision", "layout")
_ADDED_UP = (
    *("shown", "accepted", "rejected", "ignored"),
    *(f"granted_{name}" for name in _CATEGORIES),
    *(f"refused_{name}" for name in _CATEGORIES),
    *(name.replace("-", "_") for name in _ACTIONS),
)

log = structlog.get_logger(__name__)


def upgrade() -> None:
    """Count what there is: all of it here, or, if it is stopped, nothing."""
    _make()
    connection = op.get_bind()
    consent = sa.table("consent", sa.column("seq"), sa.column("answer"))
    last = connection.execute(sa.text("SELECT MAX(position) FROM leaf")).scalar()
    leaves = 0 if last is None else last + 1
    if leaves >= _MANY:
        log.warning("the decisions of the log are counted once: this takes a while", leaves=leaves)
    connection.execute(sa.insert(sa.table("counted", sa.column("leaves"))).values(leaves=leaves))
    answer = sa.table("answer", sa.column("id"), sa.column("held"))
    held = sa.select(sa.func.count()).where(consent.c.answer == answer.c.id).scalar_subquery()
    connection.execute(sa.update(answer).values(held=held))
    tally = sa.table("tally", sa.column("day"), sa.column("answer"), sa.column("count"))
    newest = connection.execute(sa.select(sa.func.max(tally.c.day))).scalar() or 0
    first_open = newest - _LAST_OPEN + 1
    for dimension in _DIMENSIONS:
        connection.execute(_summed(dimension, first_open))
        if leaves >= _MANY:
            log.warning("days are added up", by=dimension or "site")
    days = sa.select(tally.c.day).distinct().where(tally.c.day >= first_open)
    connection.execute(sa.insert(sa.table("open_day", sa.column("day"))).from_select(["day"], days))


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError


def _make() -> None:
    op.add_column("answer", sa.Column("held", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "counted",
        sa.Column("leaves", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table("open_day", sa.Column("day", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "daily",
        sa.Column("dimension", sa.String(16), primary_key=True),
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.String(64), primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _ADDED_UP),
        sqlite_with_rowid=False,
    )
    op.create_index("daily_day", "daily", ["day"])


def _summed(dimension: str, first_open: int) -> sa.Insert:
    """Return the statement that adds up the days before *first_open* by *dimension*."""
    names = ("id", "site", "action", "surface", *_CATEGORIES, *_DIMENSIONS[1:])
    answer = sa.table("answer", *(sa.column(name) for name in names))
    booleans = {name: sa.column(name, sa.Boolean) for name in _CATEGORIES}
    tally = sa.table("tally", sa.column("day"), sa.column("answer"), sa.column("count"))
    nothing: sa.ColumnElement[str] = sa.literal_column("''")
    value = sa.func.coalesce(answer.c[dimension], nothing) if dimension else nothing
    sums = [
        sa.func.sum(sa.case((condition, tally.c["count"]), else_=0))
        for condition in _conditions(answer.c.action, answer.c.surface, list(booleans.values()))
    ]
    kept = sa.table(
        "daily", *(sa.column(each) for each in ("dimension", "site", "day", "value", *_ADDED_UP))
    )
    return sa.insert(kept).from_select(
        [column.name for column in kept.c],
        sa.select(sa.literal_column(f"'{dimension}'"), answer.c.site, tally.c.day, value, *sums)
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(tally.c.day < first_open)
        .group_by(answer.c.site, tally.c.day, *([value] if dimension else [])),
    )


def _conditions(
    action: sa.ColumnElement[str],
    surface: sa.ColumnElement[str],
    choices: list[sa.ColumnClause[bool]],
) -> list[sa.ColumnElement[bool]]:
    """Return what holds of the answers in each sum, in the order of `_ADDED_UP`."""
    decided = action != "ignored"
    on_the_banner = sa.or_(surface.is_(None), surface == "banner")
    alike = [
        sa.and_(
            decided,
            *(sa.or_(choice.is_(None), choice.is_(granted)) for choice in choices),
            sa.or_(*(choice.is_(granted) for choice in choices)),
        )
        for granted in (True, False)
    ]
    return [
        sa.or_(~decided, sa.and_(action.not_in(["withdraw", "gpc"]), on_the_banner)),
        *alike,
        ~decided,
        *(choice.is_(granted) for granted in (True, False) for choice in choices),
        *(action == name for name in _ACTIONS),
    ]
