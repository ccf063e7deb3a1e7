"""The knowledge as one table, for other programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.knowledge import Knowledge

COLUMNS = (
    "vendor", "vendor_id", "entity", "country", "privacy_url", "name", "match", "pattern",
    "storage", "hosts", "category", "purposes", "purpose", "max_age", "lifetime", "http_only",
    "ended", "contested", "basis", "confidence", "evidence",
)  # fmt: skip


def rows(knowledge: Knowledge) -> Iterator[dict[str, object]]:
    """Yield one row for each cookie, by vendor and name; *purpose* has all languages."""
    for vendor in sorted(knowledge.vendors, key=lambda vendor: vendor.id):
        for cookie in vendor.cookie:
            yield {
                "vendor": vendor.name,
                "vendor_id": vendor.id,
                "entity": vendor.entity,
                "country": vendor.country,
                "privacy_url": vendor.privacy_url,
                "name": cookie.name,
                "match": cookie.match,
                "pattern": cookie.text,
                "storage": list(cookie.storage),
                "hosts": list(cookie.hosts),
                "category": cookie.category,
                "purposes": list(cookie.purposes),
                "purpose": knowledge.texts(cookie.purposes, vendor),
                "max_age": cookie.max_age,
                "lifetime": cookie.lifetime,
                "http_only": cookie.http_only,
                "ended": cookie.ended,
                "contested": cookie.contested,
                "basis": cookie.basis,
                "confidence": cookie.confidence,
                "evidence": [evidence.url for evidence in cookie.evidence],
            }


def as_json(knowledge: Knowledge) -> str:
    """Return all rows as one JSON document with the version of the knowledge."""
    document = {"knowledge": knowledge.version, "cookies": list(rows(knowledge))}
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def as_csv(knowledge: Knowledge) -> str:
    """Return all rows as CSV; lists are parted by blanks, the purpose is in English."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows(knowledge):
        purpose = row["purpose"]
        assert isinstance(purpose, dict)
        flat = {
            key: " ".join(value) if isinstance(value, list) else value for key, value in row.items()
        }
        writer.writerow({**flat, "purpose": purpose.get("en", "")})
    return out.getvalue()
