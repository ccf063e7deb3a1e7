"""The values of the consent server. All frozen; none knows of a database or of HTTP.

Catalogue ─ declaration ─ Declaration ─► the widget ─► Decision ─ records ─ ConsentRecord
                                                                                 │
                                         command line, HTTP, admin ◄─ Slice ◄─ Filter
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Literal

import msgspec

from scanner.model import Banner, Category, Controller, Kind, Party


class Action(enum.StrEnum):
    """How a visitor decided."""

    ACCEPT_ALL = "accept-all"
    REJECT_ALL = "reject-all"
    SAVE = "save"  # chose by category
    WITHDRAW = "withdraw"
    GPC = "gpc"  # the browser's Global Privacy Control signal, taken as a refusal
    IMPORT = "import"  # a consent to the tool before, taken over as the site's owner confirmed it


class Surface(enum.StrEnum):
    """Where a visitor decided."""

    BANNER = "banner"
    PREFERENCES = "preferences"
    EMBED = "embed"  # the placeholder of something held back
    API = "api"  # the site's own buttons and scripts


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the declaration: an entry of the catalogue in words for visitors."""

    kind: Kind
    name: str
    domain: str
    party: Party
    category: Category
    vendor: str | None
    country: str | None  # of the vendor, ISO 3166-1 alpha-2
    policy: str | None  # URL of the vendor's privacy policy
    set_by: str | None  # host of the script or the response that stored it
    purpose: dict[str, str]  # language -> text
    lifetime: float | None  # seconds; None: see Kind
    http_only: bool = False  # no script can see it


class Asked(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One thing that a visitor is asked to agree to."""

    category: Category
    who: str  # gets what is stored: a vendor, or a registrable domain; "": the site itself
    purposes: tuple[str, ...]  # codes, sorted
    step: int  # how long it stays, in steps that a visitor would notice


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What a site tells its visitors.

    *revision* changes when, and only when, a visitor must be asked again.
    """

    site: str
    revision: str
    url: str
    languages: tuple[str, ...]  # the first is the default
    controller: Controller | None
    banner: Banner
    cookie_domains: tuple[str, ...]  # registrable domains that share one answer
    scanned_at: dt.datetime | None
    categories: tuple[Category, ...]  # that a visitor is asked about; empty: nothing to ask
    items: tuple[Item, ...]
    category_revisions: dict[str, str] = {}  # each category's part: only what is new is asked;
    # after a space, those of earlier declarations that asked for no less
    asked: tuple[Asked, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What a visitor's browser sends."""

    id: str
    revision: str
    choices: dict[Literal["functional", "statistics", "marketing"], bool]
    action: Action
    language: str
    decided_at: dt.datetime
    page: str | None = None
    gpc: bool = False
    services: dict[str, bool] = {}  # where single services were asked about
    surface: Surface | None = None


class Ignored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page says of a banner that was closed, or left, without a choice: nothing of whom."""

    revision: str
    language: str


class ConsentRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One decision, as the log keeps it."""

    id: str
    site: str
    revision: str
    choices: dict[str, bool]  # a category that was not offered is absent
    action: Action
    language: str
    decided_at: dt.datetime
    received_at: dt.datetime
    page: str | None
    gpc: bool
    flags: tuple[str, ...] = ()
    services: dict[str, bool] = {}  # a service that was not offered is absent; see offers.py
    surface: Surface | None = None  # None: the browser did not say
    country: str | None = None  # ISO 3166-1 alpha-2, as a trusted proxy said
    network: str | None = None  # /24 or /48 of the address, where the owner wants it
    layout: str | None = None  # of the banner that the site had then


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which records are asked for. None: any."""

    site: str | None = None
    since: dt.datetime | None = None  # decided at or after
    until: dt.datetime | None = None  # decided before
    granted: tuple[str, ...] = ()  # categories that were all granted
    refused: tuple[str, ...] = ()  # categories that were all refused
    granted_services: tuple[str, ...] = ()
    refused_services: tuple[str, ...] = ()
    action: Action | None = None
    surface: Surface | None = None
    revision: str | None = None
    id: str | None = None
    language: str | None = None
    country: str | None = None

    @property
    def names_answers(self) -> bool:
        """Return whether it asks for anything but an id and a time."""
        return self != Filter(id=self.id, since=self.since, until=self.until)


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the records that a filter lets through, newest first."""

    records: tuple[ConsentRecord, ...]
    next_cursor: str | None  # None: there are no more
