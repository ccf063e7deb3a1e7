"""An index for each thing that the log is asked by, in the order of its pages."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the indexes."""
    for name in ("action", "language", "revision"):
        op.create_index(f"consent_{name}_time", "consent", [name, "decided_at", "seq"])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
