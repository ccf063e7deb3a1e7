"""What two scans of the shop show, before and after Kapsel: in sentences, and what falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.model import Category, Entry, Kind, State

if TYPE_CHECKING:
    from scanner.model import Scan

_SENT = (Kind.REQUEST, Kind.BEACON)  # nothing that is stored


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of two scans."""

    sentences: tuple[str, ...]
    shortfalls: tuple[str, ...]  # empty: everything is as it should be


def compare(as_found: Scan, with_kapsel: Scan) -> Proof:
    """Return what the scans of the two dresses show."""
    early = _optional(as_found, State.BEFORE)
    companies = {entry.domain for entry in _contacted(as_found, State.BEFORE)}
    before, after_no, after_yes = (
        _stored(with_kapsel, state) for state in (State.BEFORE, State.REJECT, State.ACCEPT)
    )
    leaks = [
        (state, entry.name)
        for state in (State.BEFORE, State.REJECT)
        for entry in _optional(with_kapsel, state)
    ]
    banner = "without any banner" if not as_found.banner.found else "under a banner"
    sentences = (
        f"As found, {banner}: {len(early)} items that are not necessary are stored before anybody "
        f"is asked, and {_count(len(companies), 'other host')} contacted.",
        f"With Kapsel: {_count(len(before), 'item')} stored before the visitor has answered, "
        f"{_names(before)}.",
        f"After a no there are {len(after_no)}, after a yes {len(after_yes)}"
        + (
            f"; stored without consent: {', '.join(sorted({name for _, name in leaks}))}."
            if leaks
            else ": nothing that needs consent is stored without it."
        ),
    )
    return Proof(sentences=sentences, shortfalls=tuple(_shortfalls(as_found, with_kapsel)))


def _shortfalls(as_found: Scan, with_kapsel: Scan) -> list[str]:
    wrong = [
        f"the scan of the shop {dress} is {scan.status}"
        for dress, scan in (("as found", as_found), ("with Kapsel", with_kapsel))
        if scan.status != "complete"
    ]
    if not _optional(as_found, State.BEFORE):
        wrong.append("as found, the shop stores nothing that needs consent")
    if as_found.banner.found:
        wrong.append("a banner was found on the shop that has none")
    if not (with_kapsel.banner.found and with_kapsel.banner.accepted):
        wrong.append("the scanner could not accept in Kapsel's own banner")
    if not (with_kapsel.banner.found and with_kapsel.banner.rejected):
        wrong.append("the scanner could not refuse in Kapsel's own banner")
    if not _optional(with_kapsel, State.ACCEPT):
        wrong.append("with Kapsel, nothing was stored although the visitor agreed")
    for state in (State.BEFORE, State.REJECT):
        if leaked := _optional(with_kapsel, state):
            names = ", ".join(entry.name for entry in leaked)
            wrong.append(f"with Kapsel, stored without consent in the state '{state}': {names}")
    return wrong


def _stored(scan: Scan, state: State) -> list[Entry]:
    return [e for e in scan.entries if state in e.states and e.kind not in _SENT]


def _optional(scan: Scan, state: State) -> list[Entry]:
    return [e for e in _stored(scan, state) if e.category is not Category.NECESSARY]


def _contacted(scan: Scan, state: State) -> list[Entry]:
    return [e for e in scan.entries if state in e.states and e.kind is Kind.REQUEST]


def _names(entries: list[Entry]) -> str:
    return ", ".join(sorted({entry.name for entry in entries})) or "nothing at all"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"
