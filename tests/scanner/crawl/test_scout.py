"""A scout says that no banner is to come only where that is certain."""

import asyncio

import pytest

from consent_server.demo.loopback import serve
from scanner.answer.dialogue import scouting
from scanner.browser import open_browser
from scanner.browser.profile import open_profile
from scanner.crawl.scout import no_banner
from scanner.model import State
from scanner.resolve import Resolution
from scanner.shape import Digester
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

BANNER = """<div id=cookie-banner role=dialog style='position:fixed;bottom:0;left:0;right:0'>
We use cookies on this site. <button>Accept all</button><button>Reject all</button></div>"""
SHOW = f"document.body.insertAdjacentHTML('beforeend', `{BANNER}`)"
PLAIN = "<!doctype html><title>x</title><body><h1>Shop</h1><p>Hello</p>"

PAGES = {
    "/plain": (PLAIN, True),
    "/there": (PLAIN + BANNER, False),
    "/late": (PLAIN + f"<script>setTimeout(() => {SHOW}, 9000)</script>", False),
    "/fetched": (
        PLAIN + f"<script>setTimeout(() => fetch('/x').then(() => {SHOW}), 8000)</script>",
        False,
    ),
    "/framed": (PLAIN + "<iframe src=/there style='width:100%;height:300px'></iframe>", False),
    "/platform": (
        PLAIN + "<script>window.OneTrust = {};window.OptanonActiveGroups=''</script>",
        False,
    ),
    "/worker": (PLAIN + "<script>new Worker('data:text/javascript,0')</script>", False),
    "/endless": (PLAIN + "<script>for (;;);</script>", False),
}


async def nowhere(_url):
    return None


async def test_only_a_page_that_is_wholly_seen_and_shows_nothing_is_without_a_banner():
    host = Host({path: Answer(page) for path, (page, _) in PAGES.items()})

    told = {}
    with serve({"www.shop.example": host}) as server:
        where = Resolution.parse((f"www.shop.example=127.0.0.1:{server.port}",))
        async with open_browser(resolution=where, insecure=True) as browser:
            for path in PAGES:
                async with open_profile(
                    browser,
                    languages=("en",),
                    signal=False,
                    digester=Digester(),
                    gate=nowhere,
                    popup_gate=nowhere,
                    hurry=asyncio.Event(),
                ) as profile:
                    url = f"https://www.shop.example{path}"
                    told[path] = await no_banner(profile, url, within=11.0)

    assert told == {path: certain for path, (_, certain) in PAGES.items()}


async def test_a_site_without_a_banner_is_not_waited_for_long(look, monkeypatch):
    monkeypatch.setattr("scanner.crawl.course.LATE_PATIENCE", 3600.0)
    monkeypatch.setattr("scanner.crawl.answering.ANSWER_LIMIT", 3600.0)
    shop = Host({"/": Answer(PLAIN)})

    async def soon(_profile, _url, *, within):
        assert within == 3600.0
        return True

    monkeypatch.setattr("scanner.crawl.scout.no_banner", soon)

    found = await look({"www.shop.example": shop}, states=(State.ACCEPT,))

    assert found.crawl.banner.found is False


async def test_a_scout_is_sent_once_and_one_that_fails_says_nothing():
    sent = []

    async def lost():
        sent.append(1)
        raise TimeoutError

    with scouting(lost) as none_comes, scouting(None) as nobody:
        answers = {none_comes(), nobody()}
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        answers |= {none_comes(), none_comes()}

    assert answers == {False}
    assert sent == [1]
