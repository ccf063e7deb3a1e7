"""What visitors were shown: each version kept once, by its hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "blob",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "release",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("revision", sa.String(64), primary_key=True),
        sa.Column("facts", sa.LargeBinary(32), primary_key=True),
        sa.Column("engine", sa.LargeBinary(32), primary_key=True),
        sa.Column("first_served_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
