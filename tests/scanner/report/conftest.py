"""A scan with everything that a report can show."""

import datetime as dt

import pytest

from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Category,
    Kind,
    Party,
    Scan,
    SetBy,
    State,
    Visit,
)
from tests.scanner.entries import ANALYTICS, plain

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def entry(name="_ga", **facts):
    usual = {
        "states": (State.BEFORE, State.ACCEPT),
        "rule": f"knowledge:vendor/{name}",
        "confidence": 0.99,
    }
    return plain(name, **(ANALYTICS | usual | facts))


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
