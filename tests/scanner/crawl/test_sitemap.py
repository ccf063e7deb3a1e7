import gzip

import pytest

from consent_server.demo.loopback import serve
from scanner.crawl import sitemap
from scanner.crawl.fetch import Fetcher
from scanner.resolve import Resolution
from tests.sites.paths import Answer, Host

URLSET = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc> https://www.shop.example/{} </loc><lastmod>2026-01-01</lastmod></url></urlset>"
)
INDEX = "<sitemapindex>{}</sitemapindex>"
ENTRY = "<sitemap><loc>https://www.shop.example/{}</loc></sitemap>"


def test_pages_and_further_sitemaps_are_told_apart():
    assert sitemap.parse(URLSET.format("a").encode()) == (("https://www.shop.example/a",), ())
    assert sitemap.parse(INDEX.format(ENTRY.format("b.xml")).encode()) == (
        (),
        ("https://www.shop.example/b.xml",),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset><url><loc>https://x/&a;</loc></url></urlset>",
        b"\x1f\x8bnot gzip at all",
        gzip.compress(b"<urlset>", mtime=0)[:-6],
    ],
)
def test_what_is_no_sitemap_lists_nothing(body):
    assert sitemap.parse(body) == ((), ())


def test_a_broken_end_does_not_lose_the_beginning():
    body = b"<urlset><url><loc>https://x.example/a</loc></url><url><loc>https://x.ex"

    assert sitemap.parse(body) == (("https://x.example/a",), ())


def test_a_list_in_plain_text():
    assert sitemap.parse(b"https://x.example/a\n# no\n\nhttps://x.example/b") == (
        ("https://x.example/a", "https://x.example/b"),
        (),
    )


@pytest.mark.anyio
async def test_indexes_are_followed_zipped_or_not_and_in_circles_once():
    zipped = gzip.compress(URLSET.format("one").encode())
    host = Host(
        {
            "/sitemap.xml": INDEX.format(
                ENTRY.format("a.xml.gz") + ENTRY.format("sitemap.xml") + ENTRY.format("gone.xml")
            ),
            "/a.xml.gz": Answer(zipped, kind="application/gzip"),
        }
    )

    with serve({"www.shop.example": host}) as server:
        async with Fetcher(resolution=Resolution.parse(server.resolve), insecure=True) as fetcher:
            pages = await sitemap.read(["https://www.shop.example/sitemap.xml"], fetcher=fetcher)

    assert pages == ("https://www.shop.example/one",)
    assert sorted(host.paths) == ["/a.xml.gz", "/gone.xml", "/sitemap.xml"]


def test_of_a_list_without_end_the_beginning_counts(monkeypatch):
    monkeypatch.setattr("scanner.crawl.sitemap.MAX_URLS", 3)
    urls = "".join(f"<url><loc>https://x.example/{n}</loc></url>" for n in range(1000))

    pages, _ = sitemap.parse(f"<urlset>{urls}".encode())

    assert pages == tuple(f"https://x.example/{n}" for n in range(3))


@pytest.mark.anyio
async def test_sitemaps_that_are_slow_are_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("scanner.crawl.sitemap.READ_LIMIT", 0.0)

    assert await sitemap.read(["https://x.example/sitemap.xml"], fetcher=None) == ()
