"""What is new, gone and changed from one scan of a site to the next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner import naming
from scanner.catalogue import place, setter_host
from scanner.model import Entry, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import Scan

LIFETIME_TOLERANCE = 0.02  # of the longer one: clocks and load times differ from scan to scan
SHORT_LIFETIME = 60.0  # seconds of difference that never count


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of an item that is not what it was."""

    name: str
    old: str | float | list[str] | None
    new: str | float | list[str] | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is still there, but not as it was. *old* has the name of the older scan."""

    old: Entry
    new: Entry
    fields: tuple[Field, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What happened between two scans."""

    new: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


def diff(old: Sequence[Entry], new: Sequence[Entry]) -> Difference:
    """
    Return what is new, gone and changed in *new* compared with *old*.

    An item whose name has a random part is the same item when the same knowledge says what
    it is, on the same host: ``_ga_9XYZ`` is no news where ``_ga_1ABC`` was. Where nobody knows
    it, the rest of its name must be the same, and who stored it.
    """
    before = {entry.identity: entry for entry in old}
    after = {entry.identity: entry for entry in new}
    pairs = [(before[key], after[key]) for key in after if key in before]
    missing = {key: entry for key, entry in before.items() if key not in after}
    known = {_known(entry): entry for entry in old}
    known_after = {_known(entry) for entry in new}
    added = []
    for key, entry in after.items():
        if key in before:
            continue
        twin = known.get(_known(entry)) if _known(entry) else None
        if twin is None:
            added.append(entry)
        elif twin.identity in missing:
            pairs.append((twin, entry))
    changes = [
        Change(old=one, new=other, fields=fields)
        for one, other in pairs
        if (fields := _fields(one, other))
    ]
    return Difference(
        new=tuple(sorted(added, key=place)),
        gone=tuple(
            sorted(
                (e for e in missing.values() if not _known(e) or _known(e) not in known_after),
                key=place,
            )
        ),
        changed=tuple(sorted(changes, key=lambda change: place(change.new))),
    )


def compare(old: Scan, new: Scan) -> Difference:
    """
    Return what is new, gone and changed in *new* compared with *old*, as far as both looked.

    An item is gone only if a page on which it was seen has been read again, in a state in which
    it was seen, or if the new scan looked at least as widely; states are compared among those in
    which both scans came.
    """
    before, after = _read(old), _read(new)
    common = {state for state, _ in before} & {state for state, _ in after}
    wide = new.status == "complete" and len(after) >= len(before)
    found = diff(old.entries, new.entries)
    changed = []
    for change in found.changed:
        fields = tuple(f for f in change.fields if f.name != "states" or _moved(change, common))
        if fields:
            changed.append(msgspec.structs.replace(change, fields=fields))
    return Difference(
        new=found.new,
        gone=tuple(
            entry
            for entry in found.gone
            if common & set(entry.states)
            and (wide or any((s, page) in after for s in entry.states for page in entry.pages))
        ),
        changed=tuple(changed),
    )


def _read(scan: Scan) -> set[tuple[State, str]]:
    """Return the pages that *scan* has read, each with its state."""
    return {(visit.state, visit.url) for visit in scan.visits if visit.failure is None}


def _moved(change: Change, common: set[State]) -> bool:
    return common & set(change.old.states) != common & set(change.new.states)


def _known(entry: Entry) -> tuple[str | None, ...] | None:
    """Return what two items share whose names differ only in a random part; None: unknown."""
    if entry.rule is not None and entry.rule.startswith("knowledge:"):
        return (entry.kind, entry.rule, entry.domain)
    name = naming.pattern(entry.name)
    if "*" not in name:
        return None
    return (entry.kind, name, entry.domain, entry.path, setter_host(entry))


def _fields(old: Entry, new: Entry) -> tuple[Field, ...]:
    """Return the facts that differ and that somebody wants to know of."""
    found = []
    if old.category != new.category:
        found.append(Field(name="category", old=old.category, new=new.category))
    if _differ(old.lifetime, new.lifetime):
        found.append(Field(name="lifetime", old=old.lifetime, new=new.lifetime))
    if setter_host(old) != setter_host(new):
        found.append(Field(name="set_by", old=setter_host(old), new=setter_host(new)))
    if old.states != new.states:
        found.append(Field(name="states", old=list(old.states), new=list(new.states)))
    return tuple(found)


def _differ(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > max(SHORT_LIFETIME, LIFETIME_TOLERANCE * max(abs(old), abs(new)))
