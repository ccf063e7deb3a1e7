"""Accounts of people with their roles and sessions, what they did, and the scans they asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, and say of each token what it is for."""
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column(
        "token", sa.Column("scopes", sa.Text, nullable=False, server_default="read export")
    )
    op.add_column("token", sa.Column("sites", sa.Text))
    op.add_column("token", sa.Column("until", sa.BigInteger))
    op.add_column("token", sa.Column("created_by", sa.Text))
    op.create_table(
        "account",
        sa.Column("name", sa.String(254), primary_key=True),
        sa.Column("password", sa.Text),
        sa.Column("issuer", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("account_subject", "account", ["issuer", "subject"], unique=True)
    op.create_table(
        "role",
        sa.Column("account", sa.String(254), primary_key=True),
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("account", sa.String(254), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("account", sa.String(254)),
        sa.Column("token", sa.LargeBinary(32)),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("session_account", "session", ["account"])
    op.create_table(
        "trail",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("site", sa.String(64)),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("trail_site", "trail", ["site", "id"])
    op.create_table(
        "scan_job",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("running", sa.String(64), unique=True),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("scan_job_site", "scan_job", ["site", "id"])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
