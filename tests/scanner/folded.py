"""Observations of one invented shop, and what becomes of them: for the tests of catalogues."""

import datetime as dt

from scanner.catalogue import fold
from scanner.model import (
    BannerAnswer,
    Category,
    Kind,
    Observation,
    PageRead,
    Scan,
    SetBy,
    Site,
    State,
    Verdict,
    Visit,
)

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SITE = Site(key="shop", url="https://www.shop.example/", own_domains=("shop-cdn.example",))
GA_JS = SetBy(kind="script", url="https://tags.example/ga.js", line=12)


def seen(name="_ga", *, at=0, **facts):
    values = {
        "kind": Kind.COOKIE,
        "name": name,
        "domain": ".shop.example",
        "page": "https://www.shop.example/",
        "state": State.ACCEPT,
        "seen_at": NOON + dt.timedelta(seconds=at),
        "lifetime": 34_560_000.0,
        "declared_lifetime": 63_072_000.0,
        "set_by": GA_JS,
    }
    return Observation(**(values | facts))


def judge(subject):
    known = {"_ga": Category.STATISTICS, "cart": Category.NECESSARY}
    if subject.name.startswith("_ga_"):
        return Verdict(category=Category.STATISTICS, rule="knowledge:_ga_*", confidence=0.9)
    if subject.name not in known:
        return Verdict(category=Category.UNCLASSIFIED)
    return Verdict(category=known[subject.name], rule=f"knowledge:{subject.name}", confidence=0.99)


def folded(*observations, judge=judge):
    visit = Visit(
        url="https://www.shop.example/",
        final_url="https://www.shop.example/",
        state=State.BEFORE,
        status=200,
    )
    return fold([PageRead(visit=visit, observations=observations)], site=SITE, judge=judge)


def entries(*observations):
    return folded(*observations).entries


def scan(*observations, status="complete", visits=()):
    return Scan(
        site="shop",
        url=SITE.url,
        started_at=NOON,
        finished_at=NOON,
        status=status,
        visits=visits,
        banner=BannerAnswer(),
        entries=entries(*observations),
    )
