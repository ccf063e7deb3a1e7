"""The log's tables are kept in their own order, so that a decision costs fewer pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WRITTEN = {
    "consent": (
        *("seq", "id", "answer", "decided_at", "received_at"),
        *("page", "gpc", "flags", "network", "salt"),
    ),
    "leaf": ("position", "hash", "core", "inner"),
    "tally": ("day", "answer", "count"),
}


def upgrade() -> None:
    """Put the answer into the index by time; on SQLite, spare the tables an index each."""
    if op.get_bind().dialect.name == "sqlite":
        _order()
        op.create_index("consent_answer_time", "consent", ["answer", "decided_at", "seq"])
    else:
        op.drop_index("consent_time", "consent")
    op.create_index("consent_time", "consent", ["decided_at", "seq", "answer"])


def _order() -> None:
    """Make the three tables anew, in the order of their keys."""
    op.create_table(
        "consent_new",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("answer", sa.BigInteger, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("page", sa.Text),
        sa.Column("gpc", sa.Boolean, nullable=False),
        sa.Column("flags", sa.String(64), nullable=False),
        sa.Column("network", sa.String(43)),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
    )
    op.create_table(
        "leaf_new",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("core", sa.Text),
        sa.Column("inner", sa.LargeBinary(32)),
    )
    op.create_table(
        "tally_new",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("answer", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    for name, columns in _WRITTEN.items():
        old, new = (sa.table(each, *map(sa.column, columns)) for each in (name, f"{name}_new"))
        moved = sa.select(*old.c).order_by(*list(old.c)[:2])
        op.execute(sa.insert(new).from_select(columns, moved))
        op.drop_table(name)
        op.rename_table(f"{name}_new", name)


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
