import pytest

from consent_server.demo.loopback import serve
from scanner.crawl.fetch import Fetcher
from scanner.crawl.robots import Robots
from scanner.model import said
from scanner.resolve import Resolution
from scanner.statements import in_english
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

RULES = """
User-agent: *
Disallow: /private
Crawl-delay: 60
User-agent: Kapsel
Disallow: /secret
Allow: /secret/open
Crawl-delay: 60
Sitemap: https://www.shop.example/map.xml
Sitemap: /other.xml
Sitemap: http://[no
"""


async def refusals(answer, *paths, obey=True):
    host = Host({} if answer is None else {"/robots.txt": answer})
    with serve({"www.shop.example": host}) as server:
        async with Fetcher(resolution=Resolution.parse(server.resolve), insecure=True) as fetcher:
            robots = Robots(fetcher, obey=obey)
            told = [await robots.refusal("https://www.shop.example" + path) for path in paths]
            rules = await robots.rules("https://www.shop.example/")
    return told, rules, host


async def test_our_own_group_counts_where_there_is_one():
    told, rules, host = await refusals(RULES, "/private", "/secret", "/secret/open", "/")

    assert told == [None, said("robots"), None, None]
    assert rules.sitemaps == (
        "https://www.shop.example/map.xml",
        "https://www.shop.example/other.xml",
    )
    assert rules.delay == 5  # not more than we are willing to wait
    assert host.paths == ["/robots.txt"]  # asked once


async def test_everybodys_group_counts_where_we_are_not_named():
    told, _, _ = await refusals("User-agent: *\nDisallow: /a", "/a/b", "/b")

    assert told == [said("robots"), None]


@pytest.mark.parametrize(
    "first",
    ["\ufeffUser-agent: *", "user-agent:KAPSEL/0.1", "User-Agent : Kapsel Bot # ours"],
)
async def test_a_group_is_ours_behind_a_byte_order_mark_and_with_a_version(first):
    told, _, _ = await refusals(f"{first}\r\nDisallow: /a\r\n", "/a/b", "/b")

    assert told == [said("robots"), None]


async def test_a_group_for_a_longer_name_is_not_ours():
    text = "User-agent: Kapsel-News\nDisallow: /a\n\nUser-agent: *\nDisallow: /b"

    told, _, _ = await refusals(text, "/a", "/b")

    assert told == [None, said("robots")]


@pytest.mark.parametrize("status", [404, 403, 410])
async def test_a_server_without_rules_allows_everything(status):
    told, _, _ = await refusals(Answer("Disallow: /", status=status), "/a")

    assert told == [None]


async def test_a_server_that_cannot_tell_its_rules_allows_nothing_and_we_say_why():
    (reason,), _, _ = await refusals(Answer(status=503), "/a")

    assert in_english(reason) == (
        "https://www.shop.example/robots.txt could not be read (HTTP 503), so nothing may be "
        "visited (RFC 9309); --ignore-robots scans a site of your own"
    )


async def test_an_owner_may_scan_what_robots_may_not():
    told, _, _ = await refusals("User-agent: *\nDisallow: /", "/a", obey=False)

    assert told == [None]


class Silent:
    """A host that never answers."""

    async def __call__(self, scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass


async def test_rules_that_never_come_are_waited_for_within_a_limit(monkeypatch):
    monkeypatch.setattr("scanner.crawl.fetch.TIMEOUT", 0.5)

    with serve({"www.shop.example": Silent()}) as server:
        async with Fetcher(resolution=Resolution.parse(server.resolve), insecure=True) as fetcher:
            refusal = await Robots(fetcher).refusal("https://www.shop.example/")

    assert "robots.txt could not be read (no answer in time)" in in_english(refusal)
