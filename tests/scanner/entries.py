"""An entry of a catalogue, or a scan, plain but for what a test says of it."""

import datetime as dt

from scanner.model import BannerAnswer, Category, Entry, Kind, Party, Scan, SetBy, State

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

#: What an entry has to have, beside its name.
PLAIN = {
    "kind": Kind.COOKIE,
    "domain": ".shop.example",
    "path": "/",
    "party": Party.FIRST,
    "category": Category.STATISTICS,
    "vendor": None,
    "purpose": {},
    "lifetime": 3600.0,
    "declared_lifetime": 3600.0,
    "http_only": False,
    "secure": True,
    "same_site": "Lax",
    "partitioned": False,
    "set_by": None,
    "states": (State.ACCEPT,),
    "pages": ("https://shop.example/",),
    "rule": None,
    "confidence": 0.9,
    "first_seen": NOON,
    "last_seen": NOON,
}

#: What Google Analytics' cookies have, as a script of theirs sets them.
ANALYTICS = {
    "vendor": "Google Analytics",
    "purpose": {"en": "Counts visits"},
    "lifetime": 34_560_000.0,
    "declared_lifetime": 63_072_000.0,
    "set_by": SetBy(kind="script", url="https://tags.example/ga.js", line=1),
}


def plain(name="_ga", **facts):
    """Make an entry: plain, but for *facts*."""
    return Entry(name=name, **(PLAIN | facts))


def seen(at):
    """The fact that an entry was seen once, *at* that time."""
    return {"first_seen": at, "last_seen": at}


def bare(at, **facts):
    """Make a scan, of the shop and done at once *at* that time: bare, but for *facts*."""
    none = {"status": "complete", "visits": (), "banner": BannerAnswer(), "entries": ()}
    return Scan(
        site="shop", url="https://shop.example/", started_at=at, finished_at=at, **(none | facts)
    )
