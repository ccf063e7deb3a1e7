"""An ETag that tells visitors apart is found, and no other."""

import itertools
from urllib.parse import urlsplit

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.collectors.validators import Cache, CacheExchange
from scanner.crawl import Options, crawl
from scanner.model import Kind, Site, State
from scanner.resolve import Resolution
from tests.sites.paths import Answer, Host

URL = "https://cdn.tracker.example/dot.gif"


class Numbered(Host):
    """Gives each request another ETag, unless it brings one back."""

    numbers = itertools.count(1)

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        tag = headers.get(b"if-none-match")
        status = 304 if tag and scope["path"] == "/dot.gif" else 200
        tag = tag if status == 304 else f'"visitor-{next(self.numbers)}"'.encode()
        lines = [(b"etag", tag), (b"cache-control", b"no-cache"), (b"content-type", b"image/gif")]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": b"" if status == 304 else b"GIF89a"})


async def met(*, pages, tls, states=(State.BEFORE, State.ACCEPT)):
    scheme = "https" if tls else "http"
    dot = f"{scheme}://cdn.tracker.example/dot.gif"
    images = f"<img src={dot}><img src={scheme}://cdn.tracker.example/new.gif><img src=/logo.gif>"
    link = "<a href=/two>2</a>" if pages == 2 else ""
    logo = Answer("GIF", kind="image/gif", headers={"etag": '"same"', "cache-control": "no-cache"})
    shop = Host({"/": images + link, "/two": images, "/logo.gif": logo})
    hosts = {"www.shop.example": shop, "cdn.tracker.example": Numbered({})}
    with serve(hosts, tls=tls) as server:
        resolution = Resolution.parse(server.resolve)
        async with open_browser(resolution=resolution, insecure=tls) as browser:
            return await crawl(
                Site(key="shop", url=f"{scheme}://www.shop.example/"),
                options=Options(states=states),
                browser=browser,
            )


@pytest.mark.anyio
async def test_where_there_is_one_visitor_the_server_is_asked_by_two_more():
    found = await met(pages=1, tls=True, states=(State.BEFORE,))

    seen = [o for read in found.reads for o in read.observations]
    assert {(o.name, o.path) for o in seen if o.kind is Kind.CACHE_IDENTIFIER} == {
        ("ETag", "/dot.gif")
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("pages", "tls"), [(1, False), (2, False), (1, True)], ids=["once more", "sent back", "asked"]
)
async def test_a_tag_that_is_a_visitors_own_and_comes_back_is_an_identifier(pages, tls):
    found = await met(pages=pages, tls=tls)

    seen = [o for read in found.reads for o in read.observations]
    told = [o for o in seen if o.kind is Kind.CACHE_IDENTIFIER]
    assert {(o.name, o.domain, o.path) for o in told} == {
        ("ETag", "cdn.tracker.example", "/dot.gif")
    }
    assert {o.state for o in told} == {State.BEFORE, State.ACCEPT}
    assert {urlsplit(o.set_by.url).path for o in told} == {"/dot.gif"}
    assert "visitor-" not in repr(found)


def exchange(given=None, returned=None, **facts):
    found = CacheExchange(url=URL, **facts)
    found.given = {"etag": given} if given else {}
    found.returned = {"etag": returned} if returned else {}
    return found


def noted(before, accept):
    cache = Cache()
    cache.note(before, state=State.BEFORE, page=URL)
    cache.note(accept, state=State.ACCEPT, page=URL)
    return cache


def test_what_never_comes_back_is_doubtful_and_not_proven():
    cache = noted([exchange("a")], [exchange("b")])

    assert cache.doubtful(State.ACCEPT)
    assert cache.proven() == ()


@pytest.mark.parametrize(
    ("before", "accept"),
    [
        ([exchange("a"), exchange("a", "a")], [exchange("a")]),
        ([exchange("a"), exchange("c", "a")], [exchange("b")]),
        ([exchange("a", with_cookies=True), exchange("a", "a")], [exchange("b")]),
        ([exchange("a", page_itself=True), exchange("a", "a", page_itself=True)], [exchange("b")]),
        ([exchange("a", redirected=True), exchange("a", "a", redirected=True)], [exchange("b")]),
        ([exchange("a"), exchange("a", "a")], []),
    ],
    ids=["the same for all", "new each time", "with a cookie", "a page", "redirected", "one visit"],
)
def test_tags_of_content_are_none(before, accept):
    assert noted(before, accept).proven() == ()
