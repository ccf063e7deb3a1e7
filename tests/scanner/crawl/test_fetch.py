import gzip
import zlib

import pytest

from consent_server.demo.loopback import serve
from scanner.crawl.fetch import Fetcher
from scanner.resolve import Resolution
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio


def fetcher(server, *, insecure=True):
    return Fetcher(resolution=Resolution.parse(server.resolve), insecure=insecure)


async def test_a_name_is_resolved_by_our_rules_and_asked_for_by_its_own_name():
    host = Host({"/a": "hello"})

    with serve({"www.shop.example": host}) as server:
        async with fetcher(server) as fetch:
            fetched = await fetch.get("https://www.shop.example/a?b=c")

    assert (fetched.status, fetched.body, fetched.failure) == (200, b"hello", None)
    ((path, headers),) = host.asked
    assert path == "/a?b=c"
    assert headers["host"] == "www.shop.example"
    assert "Kapsel" in headers["user-agent"]


async def test_a_certificate_that_nobody_trusts_is_refused_unless_told_otherwise():
    with serve({"www.shop.example": Host({})}) as server:
        async with fetcher(server, insecure=False) as fetch:
            fetched = await fetch.get("https://www.shop.example/")

    assert fetched.status is None
    assert "certificate" in fetched.failure.lower()


async def test_redirects_are_followed_a_few_times_also_to_other_hosts():
    shop = Host({"/a": Answer(status=302, headers={"location": "https://cdn.shop.example/b"})})
    cdn = Host({"/b": "there", "/c": Answer(status=302, headers={"location": "/c"})})

    with serve({"www.shop.example": shop, "cdn.shop.example": cdn}) as server:
        async with fetcher(server) as fetch:
            there = await fetch.get("https://www.shop.example/a")
            circle = await fetch.get("https://cdn.shop.example/c")

    assert (there.url, there.body) == ("https://cdn.shop.example/b", b"there")
    assert circle.failure == "too many redirects"
    assert cdn.paths.count("/c") == 6


async def test_a_long_body_is_cut():
    with serve({"www.shop.example": Host({"/": "x" * 5000})}) as server:
        async with fetcher(server) as fetch:
            fetched = await fetch.get("https://www.shop.example/", max_bytes=100)

    assert len(fetched.body) == 100


async def test_a_server_that_is_not_there_is_a_failure_in_words():
    async with Fetcher(resolution=Resolution.parse(("x.example=127.0.0.1:1",))) as fetch:
        fetched = await fetch.get("https://x.example/")

    assert fetched.status is None
    assert fetched.failure


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", lambda body: gzip.compress(body)), ("Deflate", lambda body: zlib.compress(body))],
)
async def test_of_what_is_packed_no_more_is_unpacked_than_was_asked_for(coding, pack):
    packed = Answer(pack(b"a" * 50_000_000), headers={"content-encoding": coding})

    with serve({"www.shop.example": Host({"/a": packed})}) as server:
        async with fetcher(server) as fetch:
            fetched = await fetch.get("https://www.shop.example/a", max_bytes=1000)

    assert (fetched.status, fetched.body) == (200, b"a" * 1000)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
async def test_what_is_packed_otherwise_or_not_at_all_is_a_failure_in_words(coding):
    odd = Answer(b"nothing of the kind", headers={"content-encoding": coding})

    with serve({"www.shop.example": Host({"/a": odd})}) as server:
        async with fetcher(server) as fetch:
            fetched = await fetch.get("https://www.shop.example/a")

    assert fetched.status is None
    assert fetched.failure
