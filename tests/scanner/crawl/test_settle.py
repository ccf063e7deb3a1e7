"""A page has the time that it is due, whatever its neighbours wait for."""

import asyncio
import time

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.collectors.evidence import Evidence
from scanner.collectors.network import Traffic
from scanner.crawl import Options, crawl, settle
from scanner.model import Site, State
from scanner.resolve import Resolution
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

TICKING = """<!doctype html><title>x</title><a href=/polls>1</a><a href=/plain>2</a><script>%s
let n = 0; setInterval(() => document.cookie = '%s' + ++n + '=1', 250)</script>"""


class Clocked:
    """A tab whose clock is at its end at once, and whose page does the same in each slice."""

    endless = over = False

    def __init__(self, does):
        self.evidence, self.traffic, self.spent = Evidence(), Traffic(), asyncio.Event()
        self.session, self.given, self._does = self, [], does

    def post(self, method, *, policy, budget, **_):
        assert method == "Emulation.setVirtualTimePolicy"
        assert policy == "pauseIfNetworkFetchesPending"
        self.given.append(budget)
        self._does(self)
        self.spent.set()


def rests(_):
    pass


def asks(tab):
    tab.traffic.changed_at = time.monotonic()


@pytest.mark.parametrize(
    ("does", "slices"),
    [
        pytest.param(rests, 6, id="nothing"),
        pytest.param(asks, 12, id="traffic: and three seconds more"),
    ],
)
async def test_how_many_slices_of_three_seconds_a_page_gets_that_does(does, slices):
    tab = Clocked(does)

    await settle.waited(tab, 3.0)

    assert tab.given == [500] * slices


class Polls(Host):
    """Answers all but the long poll."""

    async def __call__(self, scope, receive, send):
        if scope.get("path") == "/poll":
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await super().__call__(scope, receive, send)


async def test_a_long_poll_takes_no_time_from_the_pages_after_it(monkeypatch):
    monkeypatch.setattr("scanner.collectors.network.PATIENCE", 0.5)
    poll = "fetch('/poll');"
    pages = {
        "/": TICKING % (poll, "home"),
        "/polls": TICKING % (poll, "polls"),
        "/plain": TICKING % ("", "plain"),
    }
    host = Polls({path: Answer(page) for path, page in pages.items()})

    with serve({"www.shop.example": host}) as server:
        where = Resolution.parse((f"www.shop.example=127.0.0.1:{server.port}",))
        async with open_browser(resolution=where, insecure=True) as browser:
            options = Options(states=(State.BEFORE,), tabs=1)
            site = Site(key="shop", url="https://www.shop.example/")
            crawled = await crawl(site, options=options, browser=browser)

    assert crawled.status == "complete"
    names = {o.name for read in crawled.reads for o in read.observations}
    for page in ("home", "polls", "plain"):
        assert f"{page}20" in names, page  # five seconds
