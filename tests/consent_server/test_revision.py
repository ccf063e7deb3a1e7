"""When a visitor is asked for more than before, and when not."""

import pytest

from consent_server.model import Asked
from consent_server.revision import LENGTH, MAX_EARLIER, category_revisions, covers
from scanner.model import Category

ADS = Asked(category=Category.MARKETING, who="meta", purposes=("ads", "measuring"), step=4)
CHAT = Asked(category=Category.MARKETING, who="purechat", purposes=("chat",), step=2)


def varied(**facts):
    values = {"category": ADS.category, "who": ADS.who, "purposes": ADS.purposes, "step": ADS.step}
    return Asked(**(values | facts))


@pytest.mark.parametrize(
    "now",
    [(), (ADS,), (CHAT,), (varied(purposes=("ads",)), CHAT), (varied(step=3),)],
)
def test_who_was_asked_for_more_was_asked_for_this(now):
    assert covers((ADS, CHAT), now)


@pytest.mark.parametrize(
    "now",
    [
        varied(step=5),
        varied(purposes=("ads", "profiling")),
        varied(who="tiktok"),
        varied(category=Category.STATISTICS),
    ],
)
def test_more_vendors_purposes_or_time_were_not_asked_for(now):
    assert not covers((ADS, CHAT), (now,))


def test_a_category_names_the_earlier_revisions_that_asked_for_no_less():
    both, one = category_revisions((ADS, CHAT)), category_revisions((ADS,))

    gone = category_revisions((ADS,), [(ADS, CHAT), (ADS,)])
    back = category_revisions((ADS, CHAT), [(ADS,), (ADS, CHAT)])

    assert gone["marketing"] == f"{one['marketing']} {both['marketing']}"
    assert back["marketing"] == both["marketing"]
    assert gone["statistics"] == one["statistics"]


def test_only_the_newest_of_them_are_named():
    earlier = [(ADS, varied(who=f"vendor {number}")) for number in range(20)]

    told = category_revisions((ADS,), earlier)["marketing"].split()

    assert told[1:] == [category_revisions(asks)["marketing"] for asks in earlier[:MAX_EARLIER]]
    assert {len(part) for part in told} == {LENGTH}
