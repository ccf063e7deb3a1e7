"""Rules of a shop, and visitors who have answered."""

import pytest

from widget.enforce.rules import CookieRule, Rules

RULES = Rules(
    site="shop",
    server="https://consent.example",
    revision="r1",
    category_revisions={"functional": "aaaa", "statistics": "bbbb", "marketing": "cccc"},
    categories=("statistics", "marketing"),
    own=("shop.example",),
    hosts={
        "ads.example": ("marketing",),
        "both.example": ("statistics", "marketing"),
        "cdn.example": ("necessary",),
        "maps.example": ("necessary", "marketing"),
        "stats.example": ("statistics",),
        "what.example": ("unclassified",),
    },
    cookies=(
        CookieRule(name="_ga", category="statistics", domain=".shop.example"),
        CookieRule(name="_ga_*", category="statistics", domain=".shop.example"),
        CookieRule(name="sid", category="necessary", domain="www.shop.example", http_only=True),
        CookieRule(
            name="ab", category="marketing", domain="www.shop.example", path="/x", http_only=True
        ),
    ),
)
NOW = 1_800_000_000.0
NOTHING = frozenset({"necessary"})
STATISTICS = NOTHING | {"statistics"}
EVERYTHING = STATISTICS | {"marketing", "unclassified"}


def kept(choices, *, revision="r1", at=NOW):
    """Return the value of the widget's cookie."""
    return f"id=1&revision={revision}&choices={choices}&at={at * 1000:.0f}&action=save&seen="


@pytest.fixture
def rules():
    return RULES
