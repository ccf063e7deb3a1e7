"""Who made an invitation: it stands no longer than that person's right to make it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; of the invitations of the last three days nobody knows any more."""
    op.add_column("invitation", sa.Column("inviter", sa.String(254)))


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
