"""Entries as CSV, for spreadsheets; a name made by a stranger never becomes a formula there."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from scanner.catalogue import setter_host
from scanner.languages import lifetime_in_words
from scanner.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Entry

COLUMNS = (
    "site",
    "kind",
    "name",
    "domain",
    "path",
    "party",
    "category",
    "vendor",
    "purpose",
    "lifetime_seconds",
    "lifetime",
    "declared_lifetime_seconds",
    "http_only",
    "secure",
    "same_site",
    "partitioned",
    "set_by",
    "set_by_url",
    "states",
    "pages",
    "rule",
    "confidence",
    "first_seen",
    "last_seen",
)


def csv_table(entries: Iterable[tuple[str, Entry]], *, language: str = "en") -> str:
    """Return *entries*, each after its site, as CSV with a line of headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for site, entry in entries:
        writer.writerow([_cell(value) for value in _row(site, entry, language)])
    return out.getvalue()


def _row(site: str, entry: Entry, language: str) -> tuple[object, ...]:
    return (
        site,
        entry.kind.value,
        entry.name,
        entry.domain,
        entry.path,
        entry.party.value,
        entry.category.value,
        entry.vendor,
        entry.purpose.get(language) or entry.purpose.get("en"),
        _seconds(entry.lifetime),
        lifetime_in_words(entry.lifetime, entry.kind, language),
        _seconds(entry.declared_lifetime),
        entry.http_only,
        entry.secure,
        entry.same_site,
        entry.partitioned,
        setter_host(entry),
        entry.set_by.url if entry.set_by else None,
        " ".join(entry.states),
        " ".join(entry.pages),
        entry.rule,
        entry.confidence,
        entry.first_seen.isoformat(timespec="seconds"),
        entry.last_seen.isoformat(timespec="seconds"),
    )


def _seconds(lifetime: float | None) -> int | None:
    return None if lifetime is None else round(lifetime)


def _cell(value: object) -> object:
    """Return *value* as it is written; a text so that no spreadsheet calculates it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    return harmless(value)
