"""Which services each revision of a banner offered, so that the log can be asked for them."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

from scanner.domains import registrable

revision = "0012"
down_revision = "0011"

_OPTIONAL = ("functional", "statistics", "marketing")


def upgrade() -> None:
    """Create the table, and fill it from what was served until now."""
    offer = op.create_table(
        "offer",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("revision", sa.String(64), primary_key=True),
        sa.Column("service", sa.String(200), primary_key=True),
        sa.Column("category", sa.String(16), primary_key=True),
    )
    rows = op.get_bind().execute(
        sa.text(
            "SELECT release.site, release.revision, blob.body FROM release"
            " JOIN blob ON blob.digest = release.facts"
        )
    )
    found = {
        (site, shown, *service)
        for site, shown, body in rows
        for service in _services(json.loads(zlib.decompress(bytes(body))).get("items", []))
    }
    names = ("site", "revision", "service", "category")
    op.bulk_insert(offer, [dict(zip(names, each, strict=True)) for each in sorted(found)])


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError


def _services(items: list[dict[str, str]]) -> set[tuple[str, str]]:
    found = set()
    for item in items:
        name = item.get("vendor") or ""
        if not name and item.get("party") == "third":
            name = registrable(item["domain"].lstrip("."))
        if name and item["category"] in _OPTIONAL:
            found.add((name[:200], item["category"]))
    return found
