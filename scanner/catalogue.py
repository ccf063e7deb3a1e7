"""Fold what was observed into the entries of a catalogue, and tell what changed. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from scanner.classify import owner
from scanner.domains import party, registrable
from scanner.model import Entry, Fate, Kind, Observation, SetBy, State, Subject, ValueShape, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.model import Override, PageRead, Scan, Site

MAX_PAGES = 50  # of an entry: enough to see where, few enough to read
MAX_NAME = 256  # characters of a name or a path; PostgreSQL cannot index much longer ones
MAX_URL = 2_000  # characters of a script's address: data: URLs can be megabytes
LIFETIME_TOLERANCE = 0.02  # of the longer one: clocks and load times differ from scan to scan
SHORT_LIFETIME = 60.0  # seconds of difference that never count

_STATES = tuple(State)
_KINDS = tuple(Kind)

#: States in which an item that was soon deleted still tells something.
_UNDECIDED = (State.BEFORE, State.ACCEPT, State.GPC)


class Folded(NamedTuple):
    """The entries of one scan."""

    entries: tuple[Entry, ...]
    refused: tuple[Entry, ...]  # what no browser kept, with the reason


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


def fold(reads: Iterable[PageRead], *, site: Site, judge: Callable[[Subject], Verdict]) -> Folded:
    """
    Return one entry for each item that was observed on the pages *reads*.

    Args:
        site: Whose pages they are.
        judge: Says what an item is for.
    """
    groups: dict[tuple[bool, Kind, str, str, str, bool], list[Observation]] = defaultdict(list)
    for read in reads:
        for seen in read.observations:
            groups[_identity(seen)].append(seen)
    entries: list[Entry] = []
    refused: list[Entry] = []
    for (is_refused, *_), group in groups.items():
        entry = _entry(sorted(group, key=_order), site=site, judge=judge)
        (refused if is_refused else entries).append(entry)
    return Folded(tuple(sorted(entries, key=place)), tuple(sorted(refused, key=place)))


def place(entry: Entry) -> tuple[int, str, str, str, bool]:
    """Return the key that puts entries in the order of a catalogue."""
    return (_KINDS.index(entry.kind), entry.domain, entry.name, entry.path, entry.partitioned)


def diff(old: Sequence[Entry], new: Sequence[Entry]) -> Difference:
    """
    Return what is new, gone and changed in *new* compared with *old*.

    An item whose name has a random part is the same item when the same knowledge says what
    it is, on the same host: ``_ga_9XYZ`` is no news where ``_ga_1ABC`` was.
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


def overridden(entries: Iterable[Entry], overrides: tuple[Override, ...]) -> tuple[Entry, ...]:
    """Return *entries* as the owner's *overrides* of today have them; the others as they are."""
    return tuple(_overridden(entry, overrides) for entry in entries)


def _overridden(entry: Entry, overrides: tuple[Override, ...]) -> Entry:
    word = owner.overridden(
        Subject(name=entry.name, domain=entry.domain, kind=entry.kind), overrides
    )
    if word is None:
        return entry
    return msgspec.structs.replace(
        entry,
        category=word.category,
        vendor=word.vendor or entry.vendor,
        purpose=word.text or entry.purpose,
        rule=word.rule,
        confidence=word.confidence,
    )


def merged(scans: Sequence[Scan]) -> tuple[Entry, ...]:
    """
    Return the entries of *scans*, newest first, back to the newest complete one.

    A scan that was cut short proves what is there, not what is gone: what it did not see is
    taken from those before it.
    """
    found: dict[tuple[str, str, str, str, bool], Entry] = {}
    for scan in scans:
        for entry in scan.entries:
            found.setdefault(entry.identity, entry)
        if scan.status == "complete":
            break
    return tuple(sorted(found.values(), key=place))


def _identity(seen: Observation) -> tuple[bool, Kind, str, str, str, bool]:
    return (
        seen.fate is Fate.REFUSED,
        seen.kind,
        _readable(seen.name),
        seen.domain,
        _readable(seen.path),
        seen.partitioned,
    )


def _readable(text: str, *, most: int = MAX_NAME) -> str:
    """Return *text*, cut to *most* signs, as every database and every terminal can take it."""
    clean = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _order(seen: Observation) -> tuple[float, int, str]:
    return (seen.seen_at.timestamp(), _STATES.index(seen.state), seen.page)


def _entry(group: list[Observation], *, site: Site, judge: Callable[[Subject], Verdict]) -> Entry:
    """Return the entry of one item; *group* is all that was seen of it, the earliest first."""
    site_host = urlsplit(site.url).hostname or ""
    first = group[0]
    name = _readable(first.name)
    host = first.domain.lstrip(".")
    whose = party(host, site_host=site_host, own_domains=site.own_domains)
    kept = [seen for seen in group if seen.fate is Fate.KEPT] or group
    http_only = all(seen.http_only for seen in kept)
    secure = all(seen.secure for seen in kept)
    same_site = next((seen.same_site for seen in kept if seen.same_site), None)
    lifetime = _longest(seen.lifetime for seen in kept)
    set_by = _first_writer(group)
    verdict = judge(
        Subject(
            name=name,
            domain=first.domain,
            site=registrable(site_host),
            kind=first.kind,
            party=whose,
            lifetime=lifetime,
            http_only=http_only,
            secure=secure,
            same_site=same_site,
            set_by=set_by,
            value_shape=_fullest(group),
        )
    )
    return Entry(
        kind=first.kind,
        name=name,
        domain=first.domain,
        path=_readable(first.path),
        party=whose,
        category=verdict.category,
        vendor=verdict.vendor,
        purpose=verdict.purpose,
        lifetime=lifetime,
        declared_lifetime=_longest(seen.declared_lifetime for seen in group),
        http_only=http_only,
        secure=secure,
        same_site=same_site,
        partitioned=first.partitioned,
        set_by=set_by,
        states=_states(group),
        pages=tuple(sorted({seen.page for seen in group}))[:MAX_PAGES],
        rule=verdict.rule,
        confidence=verdict.confidence,
        first_seen=group[0].seen_at,
        last_seen=group[-1].seen_at,
        fate=kept[0].fate,
        reason=next((seen.reason for seen in group if seen.reason), None),
        vendor_id=verdict.vendor_id,
        purposes=verdict.purposes,
    )


def _states(group: list[Observation]) -> tuple[State, ...]:
    """Return in which states the item was kept; one deleted after "no" was not kept after it."""
    told = {
        seen.state for seen in group if seen.fate is not Fate.GONE or seen.state in _UNDECIDED
    } or {seen.state for seen in group}
    return tuple(state for state in _STATES if state in told)


def _first_writer(group: list[Observation]) -> SetBy | None:
    """Return who stored the item first, of those that could be told best."""
    writers = [seen.set_by for seen in group if seen.set_by is not None]
    writer = next((writer for writer in writers if writer.url), writers[0] if writers else None)
    if writer is None or writer.url is None:
        return writer
    return msgspec.structs.replace(writer, url=_readable(writer.url, most=MAX_URL))


def _fullest(group: list[Observation]) -> ValueShape | None:
    shapes = [seen.value_shape for seen in group if seen.value_shape is not None]
    return max(shapes, key=lambda shape: shape.length, default=None)


def _longest(lifetimes: Iterable[float | None]) -> float | None:
    """Return the longest in whole seconds; None: all last as long as the session."""
    known = [seconds for seconds in lifetimes if seconds is not None]
    return float(round(max(known))) if known else None


def _known(entry: Entry) -> tuple[str, str, str] | None:
    """Return what two items share whose names differ only in a random part; None: unknown."""
    if entry.rule is None or not entry.rule.startswith("knowledge:"):
        return None
    return (entry.kind, entry.rule, entry.domain)


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


def setter_host(entry: Entry) -> str | None:
    """Return the host of the script or response that stored an item; None: it is not known."""
    if entry.set_by is None or entry.set_by.url is None:
        return None
    return urlsplit(entry.set_by.url).hostname


def _differ(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > max(SHORT_LIFETIME, LIFETIME_TOLERANCE * max(abs(old), abs(new)))
