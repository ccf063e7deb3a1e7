"""What a scan saw, page by page."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from scanner.model.statement import Statement
from scanner.model.terms import Category, Fate, Kind, Moment, SignalKind, State


class SetBy(msgspec.Struct, frozen=True, kw_only=True):
    """Who stored an item: a response's header, or a script."""

    kind: Literal["http", "script"]
    url: str | None = None  # of the response, or of the script; None: could not be told
    line: int | None = None  # of the script, from 1


class Writer(SetBy, frozen=True, kw_only=True):
    """Somebody who stored an item that was there already."""

    after: float | None = None  # seconds since the page was asked for; None: could not be told


class ValueShape(msgspec.Struct, frozen=True, kw_only=True):
    """What may be known of a value that is itself never kept."""

    length: int  # characters
    entropy: float  # Shannon, bits per character
    kind: Literal["empty", "flag", "number", "time", "uuid", "hex", "base64", "json", "jwt", "text"]


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a request that tells something of the visitor. Its value is never kept."""

    name: str
    content: Literal["identifier", "page", "email", "email_hash", "click", "screen"]


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One item, seen once on one page in one state.

    The value is never kept: it can identify a person, and no report needs it.
    """

    kind: Kind
    name: str
    domain: str  # cookie: as in the jar, a leading dot means "and sub-domains"; else the host
    path: str = "/"
    page: str  # URL of the page that was visited
    state: State
    seen_at: dt.datetime
    lifetime: float | None = None  # effective: what the browser kept
    declared_lifetime: float | None = None  # what Max-Age or Expires asked for
    http_only: bool = False
    secure: bool = False
    same_site: Literal["Strict", "Lax", "None"] | None = None
    partitioned: bool = False
    set_by: SetBy | None = None
    after: float | None = None  # seconds from asking for the page to the first write
    moment: Moment | None = None  # of the first write; None: could not be told
    later: tuple[Writer, ...] = ()  # who else wrote it on this page, in the order of time
    initiators: tuple[SetBy, ...] = ()  # who brought the setter, up to the tag in the page
    fate: Fate = Fate.KEPT
    reason: str | None = None  # why it was refused, in English
    refusals: tuple[str, ...] = ()  # the same by the names that Chromium has for it
    value_shape: ValueShape | None = None
    value_digest: str | None = None  # keyed hash, the key lives as long as the scan
    carries: tuple[Carried, ...] = ()  # of a beacon


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that pages did or said; from one page, or folded over all of them."""

    kind: SignalKind
    name: str  # of the interface, the item, the command, the header…
    host: str = ""  # that did it, or was told
    facts: dict[str, str] = {}  # never a value that can identify a person
    by: SetBy | None = None  # the script that did it
    states: tuple[State, ...] = ()
    pages: tuple[str, ...] = ()
    times: int = 1


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One page in one state. Made even when the page failed: failure is a field."""

    url: str
    final_url: str
    state: State
    status: int | None  # of HTTP; None: there was no answer
    timed_out: bool = False
    failure: str | None = None  # in English; None: the page was read
    cause: Statement | None = None  # the same for any language; None: nobody has a code for it


class PageRead(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, and what was observed during it."""

    visit: Visit
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a scan's evidence folder."""

    name: str  # within the folder
    sha256: str
    kind: Literal["picture", "har", "scan", "report"]
    state: State | None = None
    moment: Literal["arrived", "pressed", "answered"] | None = None  # of a picture
    url: str | None = None  # of the page in a picture


class Press(msgspec.Struct, frozen=True, kw_only=True):
    """One press in a banner: the evidence of what a scan did there."""

    label: str  # what stood on the control, or what a screen reader says of it
    meaning: str  # what it was taken for: accept, reject, settings…; reopen, for a withdrawal
    rule: str  # what knew it: rule:<platform>, words, or autoconsent:<rule>
    frame: str | None = None  # address of the document it was in, without query
    box: tuple[int, int, int, int] | None = None  # x, y, width, height in CSS pixels of the page
    picture: str | None = None  # SHA-256 of the picture taken just before, a PNG
    state: State | None = None  # of the visitor for whom it was pressed


class BannerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of the site's own consent banner. None: not asked, or not sure."""

    found: bool | None = None
    platform: str | None = None
    accepted: bool | None = None
    rejected: bool | None = None
    withdrawn: bool | None = None
    method: Literal["rule", "heuristic", "own"] | None = None
    offers: tuple[Category, ...] = ()  # categories that it lets a visitor choose one by one
    chosen: dict[Category, bool] = {}  # of those that were to be accepted alone: did it work?
    page: str | None = None  # where it was answered, if the start page shows none
    presses: tuple[Press, ...] = ()
    doubts: tuple[Statement, ...] = ()  # why something above is not sure, where that is known
