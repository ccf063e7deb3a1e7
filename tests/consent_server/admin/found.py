"""Two invented scans of the shop: what the second found, and what had changed."""

import datetime as dt

import msgspec

from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Category,
    Kind,
    Scan,
    SetBy,
    State,
    Visit,
)
from tests.scanner.entries import plain

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
PAGE = "https://www.shop.example/"


def entry(name, category=Category.UNCLASSIFIED, **changes):
    usual = {
        "category": category,
        "lifetime": 86400.0 * 90,
        "declared_lifetime": 86400.0 * 90,
        "set_by": SetBy(kind="script", url="https://www.shop.example/app.js", line=12),
        "pages": (PAGE,),
        "confidence": 0.0,
        "first_seen": NOW - 2 * DAY,
        "last_seen": NOW - DAY,
    }
    return plain(name, **(usual | changes))


GA = entry(
    "_ga",
    Category.STATISTICS,
    vendor="Google Analytics",
    purpose={"en": "Tells visitors apart.", "nb": "Skiller besøkende fra hverandre."},
    rule="knowledge:_ga",
    confidence=0.99,
    vendor_id="google-analytics",
    states=(State.BEFORE, State.ACCEPT),
)
CART = entry("cart", Category.NECESSARY, rule="knowledge:cart", confidence=0.9, lifetime=None)
MYSTERY = entry("mystery_77", suggestion=Category.MARKETING)
STORED = entry("ab_test", kind=Kind.LOCAL_STORAGE, domain="www.shop.example", lifetime=None)


def scan(*entries, at=NOW - DAY, site="shop", status="complete"):
    visits = tuple(
        Visit(url=PAGE, final_url=PAGE, state=state, status=200)
        for state in (State.BEFORE, State.ACCEPT, State.REJECT)
    )
    banner = BannerAnswer(found=True, accepted=True, rejected=True, method="rule")
    return Scan(
        site=site,
        url=PAGE,
        started_at=at,
        finished_at=at + dt.timedelta(minutes=2),
        status=status,
        visits=visits,
        banner=banner,
        entries=entries,
        findings=find(visits=visits, banner=banner, entries=entries),
    )


BEFORE = scan(
    msgspec.structs.replace(GA, lifetime=86400.0 * 30), CART, entry("old_one"), at=NOW - 2 * DAY
)
NEWEST = scan(GA, CART, MYSTERY, STORED)
