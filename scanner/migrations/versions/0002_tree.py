"""The Merkle tree over all decisions; those that are there get their leaves."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def upgrade() -> None:
    """Number the decisions from 0 without gaps, and give each a salt and a leaf."""
    op.create_table(
        "leaf",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("core", sa.Text),
        sa.Column("inner", sa.LargeBinary(32)),
    )
    op.create_table(
        "node",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.add_column("consent", sa.Column("salt", sa.LargeBinary(16)))
    connection = op.get_bind()
    consent = sa.Table("consent", sa.MetaData(), autoload_with=connection)
    leaf = sa.Table("leaf", sa.MetaData(), autoload_with=connection)
    keys = connection.execute(sa.select(consent.c.seq).order_by(consent.c.seq)).scalars().all()
    for position, seq in enumerate(keys):  # never upwards: seq began at 1
        row = connection.execute(sa.select(consent).where(consent.c.seq == seq)).one()
        salt = os.urandom(16)
        connection.execute(
            sa.update(consent).where(consent.c.seq == seq).values(seq=position, salt=salt)
        )
        connection.execute(sa.insert(leaf).values(position=position, hash=_leaf(row, salt)))
    with op.batch_alter_table("consent") as batch:
        batch.alter_column("salt", existing_type=sa.LargeBinary(16), nullable=False)
        if connection.dialect.name == "postgresql":
            batch.alter_column("seq", server_default=None)


def _leaf(row: Any, salt: bytes) -> bytes:
    """Return the leaf as consent_server/leaf.py made it at this revision."""
    core = [
        "decision",
        (_time(row.received_at).date() - _EPOCH.date()).days,
        row.site,
        row.revision,
        row.action,
        [None if v is None else bool(v) for v in (row.functional, row.statistics, row.marketing)],
    ]
    personal = [
        row.id,
        _written(row.decided_at),
        _written(row.received_at),
        row.language,
        row.page,
        bool(row.gpc),
        row.flags.split(),
    ]
    inner = hashlib.sha256(salt + _json(personal)).digest()
    return hashlib.sha256(b"\x00" + _json(core) + inner).digest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _time(milliseconds: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(milliseconds=milliseconds)


def _written(milliseconds: int) -> str:
    return _time(milliseconds).isoformat().replace("+00:00", "Z")


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
