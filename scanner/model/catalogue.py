"""What it means: the verdicts, and the documents that a scan leaves."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from scanner.model.seen import (
    BannerAnswer,
    Carried,
    Exhibit,
    SetBy,
    Signal,
    ValueShape,
    Visit,
    Writer,
)
from scanner.model.statement import Line
from scanner.model.terms import Category, Fate, Kind, Moment, Party, Severity, State


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a classifier may look at. Only the name is always known."""

    name: str
    domain: str | None = None
    site: str | None = None  # registrable domain of the site that was scanned
    kind: Kind = Kind.COOKIE
    party: Party | None = None
    lifetime: float | None = None
    http_only: bool | None = None
    secure: bool | None = None
    same_site: Literal["Strict", "Lax", "None"] | None = None
    set_by: SetBy | None = None
    value_shape: ValueShape | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an item is for, and why we say so."""

    category: Category
    vendor: str | None = None  # name for people
    vendor_id: str | None = None  # name of the knowledge file
    purposes: tuple[str, ...] = ()  # codes of the controlled vocabulary
    purpose: dict[str, str] = {}  # language -> text
    rule: str | None = None  # what decided, as "layer:entry"; None: nothing did
    confidence: float = 0.0  # 0 to 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the catalogue: all that was observed of it, folded into one value."""

    kind: Kind
    name: str
    domain: str
    path: str
    party: Party
    category: Category
    vendor: str | None
    purpose: dict[str, str]
    lifetime: float | None
    declared_lifetime: float | None
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"] | None
    partitioned: bool
    set_by: SetBy | None
    states: tuple[State, ...]
    pages: tuple[str, ...]
    rule: str | None
    confidence: float
    first_seen: dt.datetime
    last_seen: dt.datetime
    fate: Fate = Fate.KEPT
    reason: str | None = None
    refusals: tuple[str, ...] = ()
    vendor_id: str | None = None
    purposes: tuple[str, ...] = ()
    suggestion: Category | None = None  # a guess, where nobody knows: for the owner to confirm
    written_after: float | None = None  # seconds from asking for the page to the first write
    moment: Moment | None = None  # when it was there first, before any answer if it was then
    later_writers: tuple[Writer, ...] = ()  # others than *set_by*, in the order of time
    initiators: tuple[SetBy, ...] = ()  # who brought *set_by*, up to the tag in the page
    carries: tuple[Carried, ...] = ()  # what a beacon tells of the visitor
    runs: int = 1  # of the scan's runs, in which it was seen
    of_runs: int = 1  # how many there were
    unsteady: tuple[State, ...] = ()  # states in which it was seen in some runs only

    @property
    def steadiness(self) -> str | None:
        """In words what is not the same in all runs; None: nothing."""
        if self.runs < self.of_runs:
            return f"in {self.runs} of {self.of_runs} runs"
        return f"not in every run: {', '.join(self.unsteady)}" if self.unsteady else None

    @property
    def identity(self) -> tuple[str, str, str, str, bool]:
        """What makes two entries the same item, from scan to scan."""
        return (self.kind, self.name, self.domain, self.path, self.partitioned)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A potential breach, or work for the owner."""

    rule: str
    severity: Severity
    items: tuple[str, ...]  # names of the entries
    states: tuple[State, ...] = ()
    evidence: tuple[str, ...] = ()  # in English
    lines: tuple[Line, ...] = ()  # the same for any language
    advice: str


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of one site: the document that ``kapsel scan --format json`` prints.

    *entries* holds what the browser kept, if only for a moment; what it refused stands in
    *refused*, and is never counted as set.
    """

    site: str
    url: str
    started_at: dt.datetime
    finished_at: dt.datetime
    status: Literal["complete", "partial", "failed"]
    visits: tuple[Visit, ...]
    banner: BannerAnswer
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()
    refused: tuple[Entry, ...] = ()
    signals: tuple[Signal, ...] = ()  # what the pages did and said beside storing things
    exhibits: tuple[Exhibit, ...] = ()  # what its evidence folder holds, if it has one
    runs: int = 1  # how often everything was read
    unsteady: tuple[str, ...] = ()  # what of banner and pages differed between them, in words

    @property
    def unread(self) -> bool:
        """Whether nothing is known of what the site stores, as no page could be read."""
        failed = self.status == "failed" or all(visit.failure for visit in self.visits)
        return failed and not self.entries


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """What a site stores, after its newest scan. Same input, same bytes."""

    site: str
    scanned_at: dt.datetime | None  # None: never scanned
    entries: tuple[Entry, ...]
