"""A scan with everything that a report can show."""

import datetime as dt

import pytest

from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Category,
    Entry,
    Kind,
    Party,
    Scan,
    SetBy,
    State,
    Visit,
)

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def entry(name="_ga", **facts):
    values = {
        "kind": Kind.COOKIE,
        "name": name,
        "domain": ".shop.example",
        "path": "/",
        "party": Party.FIRST,
        "category": Category.STATISTICS,
        "vendor": "Google Analytics",
        "purpose": {"en": "Counts visits"},
        "lifetime": 34_560_000.0,
        "declared_lifetime": 63_072_000.0,
        "http_only": False,
        "secure": True,
        "same_site": "Lax",
        "partitioned": False,
        "set_by": SetBy(kind="script", url="https://tags.example/ga.js", line=1),
        "states": (State.BEFORE, State.ACCEPT),
        "pages": ("https://shop.example/",),
        "rule": f"knowledge:vendor/{name}",
        "confidence": 0.99,
        "first_seen": NOON,
        "last_seen": NOON,
    }
    return Entry(**(values | facts))


def made(*entries, status="complete", failure=None):
    visit = Visit(
        url="https://shop.example/",
        final_url="https://shop.example/",
        state=State.BEFORE,
        status=None if failure else 200,
        failure=failure,
    )
    banner = BannerAnswer(found=True, platform="klaro", accepted=True, rejected=True, method="rule")
    return Scan(
        site="shop",
        url="https://shop.example/",
        started_at=NOON,
        finished_at=NOON + dt.timedelta(seconds=42.5),
        status=status,
        visits=(visit,),
        banner=banner,
        entries=entries,
        findings=find(visits=(visit,), banner=banner, entries=entries),
    )


@pytest.fixture
def shop():
    return made(
        entry(),
        entry(
            "sid",
            category=Category.NECESSARY,
            set_by=SetBy(kind="http", url="https://shop.example/"),
        ),
        entry("x<&>\x01", category=Category.UNCLASSIFIED, set_by=None, vendor=None),
        entry(
            "ads.example",
            kind=Kind.REQUEST,
            domain="ads.example",
            party=Party.THIRD,
            category=Category.MARKETING,
            lifetime=None,
            declared_lifetime=None,
        ),
    )


@pytest.fixture
def failed():
    return made(status="failed", failure="the name was not found")
