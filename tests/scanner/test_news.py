"""What is worth telling, and in which words."""

import datetime as dt
import json

import msgspec
import pytest

from scanner.findings import find
from scanner.model import BannerAnswer, Scan, State, Visit
from scanner.news import feed, news, payload, signature, text, title
from scanner.wording import words
from tests.scanner.entries import plain, seen

MONDAY = dt.datetime(2026, 11, 16, 3, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PAGE = "https://shop.example/"
VISITS = tuple(
    Visit(url=PAGE, final_url=PAGE, state=state, status=200)
    for state in (State.BEFORE, State.ACCEPT)
)


def entry(name, **facts):
    return plain(name, **(seen(MONDAY) | facts))


def scan(*entries, days=0, status="complete"):
    banner = BannerAnswer(found=True, accepted=True, rejected=True)
    return Scan(
        site="shop",
        url="https://shop.example/",
        started_at=MONDAY + days * DAY,
        finished_at=MONDAY + days * DAY,
        status=status,
        visits=VISITS,
        banner=banner,
        entries=entries,
        findings=find(visits=(), banner=banner, entries=entries),
    )


OLD = scan(entry("_ga"), entry("old"))
NEW = scan(entry("_ga", lifetime=7200.0), entry("fresh", states=(State.BEFORE,)), days=1)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (scan(entry("_ga"), days=1), scan(entry("_ga"))),
        (scan(entry("_ga")), None),
        (NEW, scan(status="failed")),
        (scan(entry("_ga"), days=1, status="partial"), OLD),
    ],
    ids=["the same", "the first", "after a failed one", "cut short"],
)
def test_nothing_is_told_where_nothing_is_known_to_have_changed(new, old):
    assert news(new, old) is None


def test_the_first_scan_that_fails_is_told_and_the_next_is_not():
    told = news(scan(days=1, status="failed"), OLD)

    assert title(told) == "shop: the scan failed"
    assert text(told).splitlines()[2:] == ["the scan failed: no page could be read"]
    assert json.loads(payload(told))["event"] == "scan.failed"
    assert news(scan(days=2, status="failed"), OLD, failed_before=True) is None
    assert news(scan(status="failed"), None).before_at is None


def test_what_changed_is_told_in_a_line_and_in_lines():
    told = news(NEW, OLD)

    assert title(told) == "shop: 1 new, 1 gone, 1 changed, 1 new finding"
    assert text(told).splitlines() == [
        "https://shop.example/, scanned 17 Nov 2026 03:00 UTC, compared with 16 Nov 2026 03:00 UTC",
        "",
        (
            "finding (critical): Cookies that need consent are set before the visitor has chosen "
            "[pre-consent-cookie]: fresh"
        ),
        "new: cookie fresh on .shop.example, statistics",
        "gone: cookie old on .shop.example, statistics",
        "changed: cookie _ga on .shop.example: lifetime: 1 hour → 2 hours",
    ]


def test_a_finding_that_is_settled_is_told():
    told = news(scan(entry("_ga"), days=1), scan(entry("_ga", states=(State.BEFORE,))))

    assert told.settled == ("pre-consent-cookie",)


def test_a_scan_that_was_cut_short_tells_only_what_came():
    told = news(scan(entry("fresh"), days=1, status="partial"), OLD)

    assert [e.name for e in told.difference.new] == ["fresh"]
    assert told.difference.gone == ()


def test_a_message_has_an_end():
    told = news(scan(*(entry(f"c{n}") for n in range(500)), days=1), scan())

    assert len(text(told).splitlines()) == 33
    assert text(told).endswith("and 470 more\n")


def test_a_webhook_gets_everything_as_json():
    body = json.loads(payload(news(NEW, OLD)))

    assert body["event"] == "catalogue.changed"
    assert body["site"] == "shop"
    assert body["scanned_at"] == "2026-11-17T03:00:00Z"
    assert [item["name"] for item in body["difference"]["new"]] == ["fresh"]
    assert body["difference"]["changed"][0]["fields"] == [
        {"name": "lifetime", "old": 3600, "new": 7200}
    ]
    assert payload(news(NEW, OLD)) == payload(news(NEW, OLD))


def test_the_signature_covers_the_time_and_the_body():
    # printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    expected = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"

    signed = signature(b'{"a":1}', secret="secret", time=1_700_000_000)

    assert signed == f"t=1700000000,v1={expected}"


def test_the_feed_has_an_item_for_each_scan_that_brought_something_new():
    same = msgspec.structs.replace(NEW, started_at=MONDAY + 2 * DAY)

    found = json.loads(feed("shop", "https://shop.example/", [same, NEW, OLD]))

    assert found["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = found["items"]
    assert item["id"] == "shop/2026-11-17T03:00:00Z"
    assert item["title"] == "shop: 1 new, 1 gone, 1 changed, 1 new finding"
    assert item["date_published"] == "2026-11-17T03:00:00Z"
    assert item["tags"] == ["critical"]


def test_the_feed_speaks_to_readers_in_their_language_and_to_programs_as_ever():
    plain, german = (
        json.loads(feed("shop", "https://shop.example/", [NEW, OLD], spoken))
        for spoken in (None, words("de"))
    )

    assert (german["title"], german["language"]) == ("Cookies von shop", "de")
    (item,), (same,) = german["items"], plain["items"]
    assert item["title"] == "shop: 1 neu, 1 weggefallen, 1 geändert, 1 neuer Befund"
    assert item["_kapsel"] == same["_kapsel"]
