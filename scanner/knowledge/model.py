"""The values of the knowledge base, as its TOML files spell them. All frozen.

Vendor ─┬─ Setter…       what proves that the vendor's script or server stored an item
        └─ Cookie…       what the vendor stores; also keys of web storage
             └─ Evidence…
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

from scanner.model import Category, Kind

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1 alpha-2
Duration = Annotated[str, msgspec.Meta(pattern=r"^(session|persistent|[0-9]+(s|min|h|d|mo|y))$")]
Confidence = Annotated[float, msgspec.Meta(gt=0, le=1)]

MatchKind = Literal["exact", "prefix", "suffix", "glob", "regex"]

#: On what a fact rests: a document of the vendor, a crawl, the vendor's source, or memory alone.
Basis = Literal["vendor-doc", "observed", "source", "memory"]

#: The ground on which data may leave the EEA: adequacy decision, EU-US Data Privacy Framework,
#: standard contractual clauses, or none that we know of.
TransferBasis = Literal["adequacy", "dpf", "scc", "unknown"]

#: What the vendor usually is for the site's owner.
Role = Literal["processor", "controller", "joint-controller", "own-software"]

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "mo": 2629800, "y": 31557600}


class Transfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country outside the EEA that data goes to."""

    country: Country
    basis: TransferBasis = "unknown"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document that says so, or a package whose code does."""

    url: str  # https; or a package URL with its version: "pkg:npm/%40acme/tag@1.2.3"
    seen: dt.date
    says: tuple[Literal["name", "purpose", "max_age", "hosts", "category"], ...] = ("name",)


class Setter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A script or server that is the vendor's own: a host, its sub-domains, a start of the path."""

    host: str
    path: str = ""


class Cookie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cookie, or one key of web storage, that a vendor is known to store."""

    name: str  # for people; the pattern when *match* is "exact" and *pattern* is not given
    match: MatchKind = "exact"
    pattern: str | None = None
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    storage: tuple[Kind, ...] = (Kind.COOKIE,)
    hosts: tuple[str, ...] = ()  # registrable hosts or sub-domains; none: the site's own
    setters: tuple[str, ...] = ()  # hosts of scripts that set it, beside the vendor's own
    generic: bool = False  # others use the name too: host, setter or lifetime must agree
    fallback: bool = False  # the vendor's prefix, for names that nobody has listed
    category: Category
    purposes: tuple[str, ...]
    max_age: Duration | None = None  # documented
    http_only: bool | None = None
    value_shape: str | None = None  # a regular expression over the value: told, never tested
    alias_of: str | None = None  # a misspelling that is met in the wild
    ended: dt.date | None = None  # what it serves was closed; old pages may still set it
    contested: str | None = None  # who sees it otherwise, and why
    note: str | None = None
    basis: Basis = "memory"
    confidence: Confidence = 0.85
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """The pattern, in the notation that *match* names."""
        return self.name if self.pattern is None else self.pattern

    @property
    def lifetime(self) -> float | None:
        """The documented lifetime in seconds; None: it ends with the session, or is not told."""
        return seconds(self.max_age) if self.max_age else None


class Vendor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who stores, and what. One TOML file; its name is the *id*."""

    id: Identifier
    name: str  # for people, as it stands in a declaration
    kind: Literal["vendor", "platform", "consent", "generic"] = "vendor"
    category: Category  # of what the vendor stores and that nobody has listed
    purposes: tuple[str, ...] = ()  # of the same
    entity: str | None = None  # the legal one that serves the EEA; None: the site's own software
    group: str | None = None
    country: Country | None = None  # where *entity* is established
    transfers: tuple[Transfer, ...] = ()
    privacy_url: str | None = None
    role: Role = "processor"
    tcf_id: Annotated[int, msgspec.Meta(ge=1)] | None = None
    ended: dt.date | None = None  # the service was closed
    note: str | None = None
    domains: tuple[str, ...] = ()  # registrable, and the vendor's own
    portal: bool = False  # people visit these domains for their own sake: anything may lie there
    setter: tuple[Setter, ...] = ()
    cookie: tuple[Cookie, ...] = ()


def seconds(duration: str) -> float | None:
    """Return "2y", "10min" or "13mo" in seconds; None for "session" and "persistent"."""
    number = duration.rstrip("abcdefghijklmnopqrstuvwxyz")
    return float(number) * SECONDS[duration[len(number) :]] if number else None
