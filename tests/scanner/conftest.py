"""What the tests of the crawl share: hosts on loopback, and a browser that finds them."""

import contextlib

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import BannerAnswer, Kind, Site, State
from scanner.resolve import Resolution


class Found:
    """A crawl, and the questions that tests ask of it."""

    def __init__(self, crawled):
        self.crawl = crawled
        self.visits = [read.visit for read in crawled.reads]
        self.observations = [o for read in crawled.reads for o in read.observations]

    def cookies(self, state=None):
        """By name: each cookie's first observation."""
        return self.of(Kind.COOKIE, state)

    def of(self, kind, state=None):
        named = {}
        for o in sorted(self.observations, key=lambda o: o.seen_at):
            if o.kind is kind and state in (None, o.state):
                named.setdefault(o.name, o)
        return named

    def setter(self, name, kind=Kind.COOKIE):
        by = self.of(kind)[name].set_by
        return by and (by.kind, by.url, by.line)


@pytest.fixture
def look():
    """Crawl hosts: ``await look({"www.shop.example": host})``."""

    async def run(
        hosts, *, url="https://www.shop.example/", states=(State.BEFORE,), site=(), **options
    ):
        with serve(hosts) as server:
            async with open_browser(
                resolution=Resolution.parse(server.resolve), insecure=True
            ) as browser:
                return Found(
                    await crawl(
                        Site(key="shop", url=url, **dict(site)),
                        options=Options(states=states, **options),
                        browser=browser,
                    )
                )

    return run


@pytest.fixture
def answers(monkeypatch):
    """Answer banners as told: presses the element with the state's name as id, if it is there."""

    async def press(page, wanted, *, timeout, **_):  # noqa: ASYNC109
        button = page.locator(f"#{wanted}")
        if not await button.count():
            return BannerAnswer(found=False)
        await button.click(timeout=timeout * 1000)
        return BannerAnswer(
            found=True,
            accepted=wanted is State.ACCEPT or None,
            rejected=wanted is State.REJECT or None,
            withdrawn=wanted is State.WITHDRAW or None,
        )

    monkeypatch.setattr("scanner.crawl.answer", press)


@contextlib.asynccontextmanager
async def browsing(hosts):
    """A browser that finds *hosts*."""
    with serve(hosts) as server:
        async with open_browser(
            resolution=Resolution.parse(server.resolve), insecure=True
        ) as browser:
            yield browser
