import gzip
import time

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


NEWS = "<rss><channel><link>https://x.example/</link><item><link>https://x.example/a</link></item></channel></rss>"
FEED = '<feed><link href="https://x.example/"/><entry><link href="https://x.example/a"/></entry></feed>'
PICTURE = (
    '<urlset xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"><url>'
    "<loc>https://x.example/a</loc><i:loc>https://x.example/a.jpg</i:loc></url></urlset>"
)
PLAIN = "<urlset><url><loc>https://x.example/a</loc></url></urlset>"
DECLARED = '<?xml version="1.0" encoding="{}"?>' + PLAIN


@pytest.mark.parametrize(
    "body",
    [
        NEWS.encode(),
        FEED.encode(),
        PICTURE.encode(),
        PLAIN.upper().replace("HTTPS://X.EXAMPLE/A", "https://x.example/a").encode(),
        f"\n\n{DECLARED.format('utf-8')}".encode(),
        DECLARED.format("UTF-16").encode("utf-16"),
        "https://x.example/a\n".encode("utf-8-sig"),
        "https://x.example/a\n".encode("utf-16"),
        gzip.compress(gzip.compress(PLAIN.encode(), mtime=0), mtime=0),
        gzip.compress(PLAIN[:9].encode(), mtime=0) + gzip.compress(PLAIN[9:].encode(), mtime=0),
        DECLARED.format("utf8mb4").encode(),
        DECLARED.format("hex").encode() + b"<!-- \xe5 -->",
        PLAIN.replace("</url>", "<image:loc>https://x.example/b.jpg</image:loc></url>").encode(),
        f"<!-- {PLAIN.replace('/a', '/b')} -->{PLAIN}".encode(),
    ],
)
def test_sitemaps_are_understood_however_they_are_written(body):
    assert sitemap.parse(body) == (("https://x.example/a",), ())


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (b"a?b=1&c=2&copy=3", "a?b=1&c=2&copy=3"),
        (b"a?b=1&amp;c=2&#38;d=&#x33;", "a?b=1&c=2&d=3"),
        (b"<![CDATA[a?b=<1>&c]]>", "a?b=<1>&c"),
        ("blåbær".encode(), "blåbær"),
        ("blåbær".encode("latin-1"), "blåbær"),
    ],
)
def test_addresses_are_read_however_they_are_written(written, address):
    body = b"<urlset><url><loc>" + written + b"</loc></url></urlset>"

    assert sitemap.parse(body) == ((address,), ())


@pytest.mark.parametrize(
    "body",
    [
        b'<urlset a="' + b"x" * 40_000_000 + b'">' + PLAIN.encode(),
        b"<urlset>" + b"<x/>" * 4_000_000 + PLAIN.encode(),
        b"<loc>" * 4_000_000 + PLAIN.encode(),
        b"<!--" * 4_000_000 + b"-->" + PLAIN.encode(),
        b"<url><loc><![CDATA[" * 200_000 + b"]]>" + PLAIN.encode(),
    ],
    ids=["attribute", "tags", "open", "comments", "data"],
)
def test_what_is_made_to_cost_time_costs_little(body):
    start = time.process_time()

    pages, _ = sitemap.parse(body)

    assert pages[-1:] == ("https://x.example/a",)
    assert time.process_time() - start < 10  # a parser of XML took minutes


def test_a_letter_that_was_cut_in_two_is_no_reason_to_misread_the_others():
    body = b"<urlset><url><loc>https://x.example/\xc3\xa5</loc></url><url><loc>\xc3"

    assert sitemap.parse(body) == (("https://x.example/å",), ())


def test_of_a_zipped_sitemap_that_breaks_off_the_beginning_counts():
    urls = "".join(f"<url><loc>https://x.example/{n}</loc></url>" for n in range(2000))

    pages, _ = sitemap.parse(gzip.compress(f"<urlset>{urls}".encode(), mtime=0)[:-200])

    assert pages[:2] == ("https://x.example/0", "https://x.example/1")


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
