"""Find where a service was offered by its name, in logs with many revisions."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the index; servers that are older go on as before."""
    op.create_index("offer_service", "offer", ["service", "category", "site", "revision"])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
