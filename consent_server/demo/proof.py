"""What two scans of the shop show, before and after Kapsel: in sentences, and what falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.model import SENT_KINDS, Category, Entry, Kind, State

if TYPE_CHECKING:
    from scanner.model import Scan


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
    leaks = sorted(
        {e.name for s in (State.BEFORE, State.REJECT) for e in _optional(with_kapsel, s)}
    )
    banner = "under a banner" if as_found.banner.found else "without any banner"
    verdict = (
        f"Stored without consent: {', '.join(leaks)}."
        if leaks
        else "Nothing that needs consent is stored without it."
    )
    sentences = (
        (
            f"As found, {banner}, stored before anybody is asked: {_many(early)} that need "
            f"consent; other companies' hosts that learn of the visit: {len(companies)}."
        ),
        f"With Kapsel, stored before the visitor answers: {_many(before)} ({_names(before)}).",
        f"After a no: {_many(after_no)}. After a yes: {_many(after_yes)}. {verdict}",
    )
    slow = tuple(
        f"Not read to its end: {visit.url} ({visit.state}): {visit.failure}."
        for scan in (as_found, with_kapsel)
        for visit in scan.visits
        if visit.failure is not None
    )
    return Proof(
        sentences=(*sentences, *slow), shortfalls=tuple(_shortfalls(as_found, with_kapsel))
    )


def _shortfalls(as_found: Scan, with_kapsel: Scan) -> list[str]:
    wrong = [
        f"the scan of the shop {dress} has failed"
        for dress, scan in (("as found", as_found), ("with Kapsel", with_kapsel))
        if scan.status == "failed"
    ]
    if not _optional(as_found, State.BEFORE):
        wrong.append("as found, the shop stores nothing that needs consent")
    if as_found.banner.found:
        wrong.append("a banner was found on the shop that has none")
    if not (with_kapsel.banner.found and with_kapsel.banner.accepted):
        wrong.append("the scanner could not accept in Kapsel's banner")
    if not (with_kapsel.banner.found and with_kapsel.banner.rejected):
        wrong.append("the scanner could not refuse in Kapsel's banner")
    if not _optional(with_kapsel, State.ACCEPT):
        wrong.append("with Kapsel, nothing was stored although the visitor agreed")
    for state in (State.BEFORE, State.REJECT):
        if leaked := _optional(with_kapsel, state):
            names = ", ".join(entry.name for entry in leaked)
            wrong.append(f"with Kapsel, stored without consent in the state '{state}': {names}")
    return wrong


def _stored(scan: Scan, state: State) -> list[Entry]:
    return [e for e in scan.entries if state in e.states and e.kind not in SENT_KINDS]


def _optional(scan: Scan, state: State) -> list[Entry]:
    return [e for e in _stored(scan, state) if e.category is not Category.NECESSARY]


def _contacted(scan: Scan, state: State) -> list[Entry]:
    return [e for e in scan.entries if state in e.states and e.kind is Kind.REQUEST]


def _names(entries: list[Entry]) -> str:
    return ", ".join(sorted({entry.name for entry in entries})) or "none"


def _many(entries: list[Entry]) -> str:
    return "1 item" if len(entries) == 1 else f"{len(entries)} items"
