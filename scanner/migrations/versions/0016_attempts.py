"""How often somebody tried to sign in, for all processes of a server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table; nobody is held back yet."""
    op.create_table(
        "attempt",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("full_at", sa.BigInteger, nullable=False),
    )
    op.create_index("attempt_full_at", "attempt", ["full_at"])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
