"""Scans, catalogues and sites as JSON: the contract with other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from scanner.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.changes import Difference
    from scanner.model import Catalogue, Entry, Scan, Site
    from scanner.store import Kept


def scans_document(scans: Sequence[Scan], *, changes: Mapping[str, Difference]) -> str:
    """
    Return what ``kapsel scan --format json`` prints.

    Args:
        changes: Site -> what is new, gone and changed since the scan before.
    """
    found = []
    for scan in scans:
        change = changes.get(scan.site)
        values = difference_values(change) if change is not None else None
        found.append({**scan_values(scan), "changes": values})
    return _text({"scans": found})


def scan_values(scan: Scan) -> dict[str, Any]:
    """Return *scan* as plain values, its lifetimes in whole seconds."""
    values: dict[str, Any] = msgspec.to_builtins(scan)
    values["entries"] = entries_values(scan.entries)
    values["refused"] = entries_values(scan.refused)
    return values


def catalogue_document(catalogue: Catalogue) -> str:
    """Return what ``kapsel catalogue show --format json`` prints."""
    values = msgspec.to_builtins(catalogue)
    values["entries"] = entries_values(catalogue.entries)
    return _text(values)


def difference_document(difference: Difference, *, old: Scan | None, new: Scan) -> str:
    """Return what ``kapsel catalogue diff --format json`` prints; *old* None: there was none."""
    return _text(
        {
            "site": new.site,
            "old": msgspec.to_builtins(old.started_at) if old else None,
            "new_scan": msgspec.to_builtins(new.started_at),
            **difference_values(difference),
        }
    )


def difference_values(difference: Difference) -> dict[str, Any]:
    """Return what is new, gone and changed as plain values."""
    return {
        "new": entries_values(difference.new),
        "gone": entries_values(difference.gone),
        "changed": [
            {
                "kind": change.new.kind.value,
                "name": change.new.name,
                "domain": change.new.domain,
                "fields": [
                    {"name": f.name, "old": _whole(f.old), "new": _whole(f.new)}
                    for f in change.fields
                ],
            }
            for change in difference.changed
        ],
    }


def history_document(scans: Sequence[Kept]) -> str:
    """Return what ``kapsel catalogue show --history --format json`` prints."""
    return _text({"scans": [msgspec.to_builtins(scan._asdict()) for scan in scans]})


def sites_document(sites: Sequence[Site]) -> str:
    """Return what ``kapsel sites check --format json`` prints."""
    return _text({"sites": msgspec.to_builtins(sites)})


def entries_values(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return *entries* as plain values, their lifetimes in whole seconds."""
    found: list[dict[str, Any]] = msgspec.to_builtins(list(entries))
    for values in found:
        values["lifetime"] = _whole(values["lifetime"])
        values["declared_lifetime"] = _whole(values["declared_lifetime"])
    return found


def _whole(value: Any) -> Any:
    return round(value) if isinstance(value, float) else value


def _text(values: Any) -> str:
    """Return *values* as JSON; what would rule a terminal is escaped, and reads back the same."""
    return visible(msgspec.json.format(msgspec.json.encode(values), indent=2).decode())
