"""Answers are kept once, and counted; decisions refer to them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_SAME = ("site", "revision", "language", "action")
_CATEGORIES = ("functional", "statistics", "marketing")
_DAY = 86_400_000  # milliseconds


def upgrade() -> None:
    """Move what many decisions share into its own table, and count it by day."""
    answer = op.create_table(
        "answer",
        sa.Column("id", _serial, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("functional", sa.Boolean),
        sa.Column("statistics", sa.Boolean),
        sa.Column("marketing", sa.Boolean),
        sa.Column("services", sa.Text),
        sa.Column("surface", sa.String(16)),
        sa.Column("country", sa.String(2)),
        sa.Column("layout", sa.String(16)),
    )
    op.create_index("answer_site", "answer", ["site"])
    tally = op.create_table(
        "tally",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("answer", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    connection = op.get_bind()
    old = sa.Table("consent", sa.MetaData(), autoload_with=connection)
    shared = [old.c[name] for name in (*_SAME, *_CATEGORIES)]
    for row in connection.execute(sa.select(*shared).distinct()).all():
        connection.execute(sa.insert(answer).values(digest=_digest(row), **row._asdict()))
    new = op.create_table(
        "consent_new",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
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
    same = [old.c[name].is_not_distinct_from(answer.c[name]) for name in (*_SAME, *_CATEGORIES)]
    kept = ("decided_at", "received_at", "page", "gpc", "flags", "salt")
    moved = sa.select(old.c.seq, old.c.id, answer.c.id, *(old.c[name] for name in kept))
    connection.execute(
        sa.insert(new).from_select(
            ["seq", "id", "answer", *kept], moved.join_from(old, answer, sa.and_(*same))
        )
    )
    op.drop_table("consent")
    op.rename_table("consent_new", "consent")
    op.create_index("consent_time", "consent", ["decided_at", "seq"])
    op.create_index("consent_answer_time", "consent", ["answer", "decided_at", "seq"])
    consent = sa.Table("consent", sa.MetaData(), autoload_with=connection)
    day = sa.cast(consent.c.received_at // _DAY, sa.Integer)
    counted = sa.select(day, consent.c.answer, sa.func.count()).group_by(day, consent.c.answer)
    connection.execute(sa.insert(tally).from_select(["day", "answer", "count"], counted))


def _digest(row: sa.Row[Any]) -> bytes:
    """Return what names an answer, as consent_server/rows.py did at this revision."""
    answers = [None if row[n] is None else bool(row[n]) for n in (4, 5, 6)]
    whole = [*row[:4], *answers, None, None, None, None]
    return hashlib.sha256(
        json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    ).digest()


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
