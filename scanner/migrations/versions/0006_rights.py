"""The requests of visitors about their data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rights_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("right", sa.String(16), nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("receipt", sa.String(36)),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("reminded", sa.SmallInteger, nullable=False),
    )
    op.create_index("rights_request_site", "rights_request", ["site", "closed_at", "received_at"])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
