"""The scripts of each site that were ever served, so that their own addresses stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "edition",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("script", sa.LargeBinary(32), primary_key=True),
    )


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
