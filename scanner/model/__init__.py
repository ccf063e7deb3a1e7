"""The values that flow through a scan. All frozen; none knows of a browser, a database or HTTP.

    Site ─ crawl ─ PageRead(Visit, Observation…) ─ classify ─ Verdict
                                                                 │
                     Scan(visits, banner, entries, findings) ◄── Entry ──► Catalogue

Times are aware and in UTC; lifetimes are in seconds, None: until the browser closes (for a
cookie) or until somebody deletes it (for the other kinds of storage).
"""

from scanner.model.catalogue import (
    Catalogue,
    Entry,
    Finding,
    Scan,
    Subject,
    Verdict,
)
from scanner.model.seen import (
    BannerAnswer,
    Carried,
    Exhibit,
    Observation,
    PageRead,
    Press,
    SetBy,
    Signal,
    ValueShape,
    Visit,
    Writer,
)
from scanner.model.site import (
    Banner,
    Controller,
    Credentials,
    GivenCookie,
    Location,
    LoginStep,
    Notify,
    Override,
    Site,
    Visitor,
)
from scanner.model.statement import Line, Statement, said
from scanner.model.terms import (
    OPTIONAL_CATEGORIES,
    SENT_KINDS,
    Category,
    Fate,
    Kind,
    Moment,
    Party,
    Severity,
    SignalKind,
    State,
)

__all__ = [
    "OPTIONAL_CATEGORIES",
    "SENT_KINDS",
    "Banner",
    "BannerAnswer",
    "Carried",
    "Catalogue",
    "Category",
    "Controller",
    "Credentials",
    "Entry",
    "Exhibit",
    "Fate",
    "Finding",
    "GivenCookie",
    "Kind",
    "Line",
    "Location",
    "LoginStep",
    "Moment",
    "Notify",
    "Observation",
    "Override",
    "PageRead",
    "Party",
    "Press",
    "Scan",
    "SetBy",
    "Severity",
    "Signal",
    "SignalKind",
    "Site",
    "State",
    "Statement",
    "Subject",
    "ValueShape",
    "Verdict",
    "Visit",
    "Visitor",
    "Writer",
    "said",
]
