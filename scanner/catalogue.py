"""Fold what was observed into the entries of a catalogue. Pure."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec

from scanner import naming
from scanner.classify import owner
from scanner.domains import party, registrable
from scanner.model import (
    SENT_KINDS,
    Category,
    Entry,
    Fate,
    Kind,
    Moment,
    Observation,
    Party,
    SetBy,
    State,
    Subject,
    ValueShape,
    Verdict,
    Writer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.model import Override, PageRead, Scan, Site

MAX_PAGES = 50  # of an entry: enough to see where, few enough to read
MAX_CARRIED = 30  # parameters of a beacon
MAX_WRITERS = 10  # of an entry, beside the first
MAX_NAME = 256  # characters of a name or a path; PostgreSQL cannot index much longer ones
MAX_URL = 2_000  # characters of a script's address: data: URLs can be megabytes

#: How the rules begin of a layer that only guesses: it helps the owner, it does not decide.
_GUESS = "model:"

_By = TypeVar("_By", bound=SetBy)
_STATES = tuple(State)
_KINDS = tuple(Kind)
_MOMENTS = tuple(Moment)

#: States in which an item that was soon deleted still tells something.
_UNDECIDED = tuple(s for s in State if s not in (State.REJECT, State.WITHDRAW))


class _Identity(NamedTuple):
    refused: bool
    kind: Kind
    name: str
    domain: str
    path: str
    partitioned: bool


_Groups = dict[_Identity, list[Observation]]


class Folded(NamedTuple):
    """The entries of one scan."""

    entries: tuple[Entry, ...]
    refused: tuple[Entry, ...]  # what no browser kept, with the reason


def fold(reads: Iterable[PageRead], *, site: Site, judge: Callable[[Subject], Verdict]) -> Folded:
    """
    Return one entry for each item that was observed on the pages *reads*.

    Args:
        site: Whose pages they are.
        judge: Says what an item is for.
    """
    reads = tuple(reads)
    site = _with_home(site, reads)
    homes = frozenset(read.visit.final_url for read in reads[:1])
    places: dict[tuple[State, str], int] = {}
    groups: _Groups = defaultdict(list)
    for read in reads:
        places.setdefault((read.visit.state, read.visit.final_url), len(places))
        for seen in read.observations:
            groups[_identity(seen)].append(seen)
    groups = _by_pattern(groups)
    entries: list[Entry] = []
    refused: list[Entry] = []
    for (is_refused, _, name, *_), group in groups.items():
        group.sort(key=partial(_order, places))
        entry = _entry(group, site=site, judge=judge)
        entry = msgspec.structs.replace(entry, name=name, moment=_moment(group, homes))
        if entry.kind is Kind.REQUEST and entry.party is Party.FIRST:
            continue  # only what goes to others is worth telling
        (refused if is_refused else entries).append(entry)
    return Folded(tuple(sorted(entries, key=place)), tuple(sorted(refused, key=place)))


def _by_pattern(groups: _Groups) -> _Groups:
    """Return *groups* with those made one whose names differ in a part that is made anew."""
    alike: dict[_Identity, list[_Identity]] = defaultdict(list)
    for identity in groups:
        name = naming.pattern(identity.name)
        if identity.kind not in SENT_KINDS and name != identity.name and naming.tells(name):
            alike[identity._replace(name=name)].append(identity)
    made = dict(groups)
    for pattern, several in alike.items():
        together = [seen for identity in several for seen in groups[identity]]
        if naming.made_anew(together):
            for identity in several:
                del made[identity]
            made[pattern] = [*made.get(pattern, []), *together]
    return made


def _with_home(site: Site, reads: tuple[PageRead, ...]) -> Site:
    """Return *site* with the domain to which its address leads as one of its own."""
    if not reads:
        return site
    start = reads[0].visit.url
    ends = [urlsplit(read.visit.final_url) for read in reads if read.visit.url == start]
    homes = {
        registrable(end.hostname)
        for end in ends
        if end.scheme in ("http", "https") and end.hostname
    }
    return msgspec.structs.replace(site, own_domains=(*site.own_domains, *sorted(homes)))


def place(entry: Entry) -> tuple[int, str, str, str, bool]:
    """Return the key that puts entries in the order of a catalogue."""
    return (_KINDS.index(entry.kind), entry.domain, entry.name, entry.path, entry.partitioned)


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


def _identity(seen: Observation) -> _Identity:
    return _Identity(
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


def _order(places: Mapping[tuple[State, str], int], seen: Observation) -> tuple[int, float]:
    """Return where *seen* stands: pages in the order of the walk, which chance does not change."""
    return (places.get((seen.state, seen.page), len(places)), seen.seen_at.timestamp())


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
    set_by = _first_writer(kept) or _first_writer(group)
    first_write = next((seen for seen in kept if seen.set_by is not None), None)
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
    guessed = (verdict.rule or "").startswith(_GUESS)
    return Entry(
        kind=first.kind,
        name=name,
        domain=first.domain,
        path=_readable(first.path),
        party=whose,
        category=Category.UNCLASSIFIED if guessed else verdict.category,
        suggestion=verdict.category if guessed else None,
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
        first_seen=min(seen.seen_at for seen in group),
        last_seen=max(seen.seen_at for seen in group),
        fate=kept[0].fate,
        reason=next((seen.reason for seen in group if seen.reason), None),
        refusals=next((seen.refusals for seen in group if seen.refusals), ()),
        vendor_id=verdict.vendor_id,
        purposes=verdict.purposes,
        written_after=first_write.after if first_write is not None else None,
        later_writers=_later(set_by, kept),
        initiators=_initiators(set_by, kept),
        carries=tuple(dict.fromkeys(c for seen in kept for c in seen.carries))[:MAX_CARRIED],
    )


def _moment(group: list[Observation], homes: frozenset[str]) -> Moment | None:
    """Return what it took until an item was there, in the earliest state in which it was."""
    known = [seen for seen in group if seen.moment is not None]
    early = [seen for seen in known if seen.state is State.BEFORE] or known
    found = [
        seen.moment if seen.page in homes else Moment.BROWSE
        for seen in early
        if seen.moment is not None
    ]
    return min(found, key=_MOMENTS.index, default=None)


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
    return None if writer is None else _short(writer)


def _later(first: SetBy | None, group: list[Observation]) -> tuple[Writer, ...]:
    """Return who else stored the item, on whichever page: each writer once."""
    told = {(first.kind, first.url, first.line)} if first is not None else set()
    found: dict[tuple[str, str | None, int | None], Writer] = {}
    for seen in group:
        for by in (*_writers(seen), *seen.later):
            if (key := (by.kind, by.url, by.line)) not in told:
                found.setdefault(key, by)
    return tuple(_short(writer) for writer in list(found.values())[:MAX_WRITERS])


def _writers(seen: Observation) -> tuple[Writer, ...]:
    by = seen.set_by
    if by is None:
        return ()
    return (Writer(kind=by.kind, url=by.url, line=by.line, after=seen.after),)


def _initiators(set_by: SetBy | None, group: list[Observation]) -> tuple[SetBy, ...]:
    """Return who brought the script or response that stored the item."""
    if set_by is None:
        return ()
    chains = [seen.initiators for seen in group if seen.set_by == set_by and seen.initiators]
    return tuple(_short(step) for step in chains[0]) if chains else ()


def _short(by: _By) -> _By:
    """Return *by* with an address that a page can be made of."""
    if by.url is None:
        return by
    return msgspec.structs.replace(by, url=_readable(by.url, most=MAX_URL))


def _fullest(group: list[Observation]) -> ValueShape | None:
    shapes = [seen.value_shape for seen in group if seen.value_shape is not None]
    return max(shapes, key=lambda shape: shape.length, default=None)


def _longest(lifetimes: Iterable[float | None]) -> float | None:
    """Return the longest in whole seconds; None: all last as long as the session."""
    known = [seconds for seconds in lifetimes if seconds is not None]
    return float(round(max(known))) if known else None


def setter_host(entry: Entry) -> str | None:
    """Return the host of the script or response that stored an item; None: it is not known."""
    if entry.set_by is None or entry.set_by.url is None:
        return None
    return urlsplit(entry.set_by.url).hostname
