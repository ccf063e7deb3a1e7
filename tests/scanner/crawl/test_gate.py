from unittest.mock import AsyncMock, Mock
from urllib.parse import urlsplit

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.crawl.badge import Badge
from scanner.crawl.gate import Barrier, Known
from scanner.model import Site, State, said
from scanner.resolve import Resolution

pytestmark = pytest.mark.anyio

PAGE = """<!doctype html><title>Butikk</title><script>
const post = (to) => fetch(to, {method: "POST", body: "{}", keepalive: true});
post("https://samtykke.gate.example/w/butikk/consents").then((r) => {
  document.cookie = "answered=" + r.status;
});
post("https://samtykke.gate.example/w/butikk/other");
navigator.sendBeacon("https://samtykke.gate.example/w/butikk/consents", "{}");
addEventListener("pagehide", () => {
  post("https://samtykke.gate.example/w/butikk/ignored");
  post("https://samtykke.gate.example/w/butikk/left");
});
</script><a href="/two">Two</a>"""


@pytest.fixture
def requested():
    return []


@pytest.fixture
def loopback(requested):
    async def page(_):
        return HTMLResponse(PAGE)

    async def receive(request):
        requested.append(request.url.path)
        return PlainTextResponse("", headers={"Access-Control-Allow-Origin": "*"})

    shop = Starlette(routes=[Route("/", page), Route("/two", page)])
    server = Starlette(routes=[Route("/{path:path}", receive, methods=["GET", "POST"])])
    with serve({"www.gate.example": shop, "samtykke.gate.example": server}) as loopback:
        yield loopback


async def test_neither_our_presses_nor_our_leaving_reach_the_consent_log(loopback, requested):
    site = Site(key="butikk", url="https://www.gate.example/", max_pages=2)
    resolution = Resolution.parse(loopback.resolve)

    async with open_browser(resolution=resolution, insecure=True) as browser:
        found = await crawl(site, options=Options(states=(State.BEFORE,)), browser=browser)

    assert "/w/butikk/consents" not in requested
    assert "/w/butikk/ignored" not in requested
    assert {"/w/butikk/other", "/w/butikk/left"} <= set(requested)
    names = {observation.name for read in found.reads for observation in read.observations}
    assert "answered" in names


#: How pages go elsewhere by themselves; {} is where.
WAYS = {
    "inline": "<script>location.replace('{}')</script>",
    "slow": "<img src='/slow'><script>location = '{}'</script>",
    "later": "<script>setTimeout(() => { location = '{}' }, 1500)</script>",
    "refresh": "<meta http-equiv='refresh' content='0;url={}'><img src='/slow'>",
    "click": "<img src='/slow'><a id='a' href='{}'>x</a><script>a.click()</script>",
    "get": "<img src='/slow'><form id='f' action='{}'></form><script>f.submit()</script>",
    "post": "<form id='f' method='post' action='{}'></form><script>f.submit()</script>",
    "itself": "<script>open('{}', '_self')</script>",
    "frame": '<iframe srcdoc="<script>top.location = &quot;{}&quot;</script>"></iframe>',
    "others": '<iframe sandbox="allow-scripts allow-top-navigation"'
    ' srcdoc="<script>top.location = &quot;{}&quot;</script>"></iframe>',
    "redirect": "<img src='/slow'><script>location = '/go?{}'</script>",
    "listens": "<script>onnavigate = navigation.onnavigate = (e) => e.stopImmediatePropagation();"
    "confirm = () => 0 / 0; location = '{}'</script>",
    "reopened": "<script>document.open(); document.write('<p>x');"
    "document.close(); setTimeout(() => open('{}', '_self'), 99)</script>",
    "sandbox": "<img src='/slow'><script>location = '{}'</script>",
}
ELSEWHERE = "https://elsewhere.example/"


async def _going(request):
    way = request.path_params["way"]
    policy = {"Content-Security-Policy": "sandbox allow-scripts"} if way == "sandbox" else {}
    return HTMLResponse(
        "<!doctype html>" + WAYS[way].replace("{}", ELSEWHERE + way), headers=policy
    )


async def _slow(_):
    await anyio.sleep(0.3)
    return PlainTextResponse("")


@pytest.fixture
def leading_away(requested):
    async def start(_):
        return HTMLResponse("".join(f'<a href="/by/{way}">{way}</a> ' for way in WAYS))

    async def go(request):
        return RedirectResponse(request.url.query)

    async def elsewhere(request):
        requested.append(request.url.path)
        return HTMLResponse("here", headers={"Set-Cookie": "elsewhere=1"})

    routes = [Route("/", start), Route("/by/{way}", _going), Route("/go", go)]
    shop = Starlette(routes=[*routes, Route("/slow", _slow)])
    other = Starlette(routes=[Route("/{path:path}", elsewhere, methods=["GET", "POST"])])
    with serve({"www.gate.example": shop, "elsewhere.example": other}) as loopback:
        yield loopback


async def test_no_way_leads_a_page_out_of_the_site(leading_away, requested):
    site = Site(key="butikk", url="https://www.gate.example/", max_pages=len(WAYS) + 1)
    resolution = Resolution.parse(leading_away.resolve)
    options = Options(states=(State.BEFORE,))

    async with open_browser(resolution=resolution, insecure=True) as browser:
        found = await crawl(site, options=options, browser=browser)

    assert requested in ([], ["/others"])  # what nothing tells of may be on its way before us
    assert [read.visit.status for read in found.reads] == [200] * (len(WAYS) + 1)
    assert {urlsplit(read.visit.final_url).hostname for read in found.reads} == {"www.gate.example"}


class Spoken:
    """A session that keeps what is posted, and lets a test say what the browser would."""

    def __init__(self):
        self.posted = []
        self.listeners = {}

    def on(self, method, listener):
        self.listeners.setdefault(method, []).append(listener)

    def post(self, method, **params):
        self.posted.append((method, params))

    async def says(self, method, **params):
        """Return the methods that are posted upon it."""
        del self.posted[:]
        for listener in self.listeners[method]:
            listener(params)
        await anyio.wait_all_tasks_blocked()
        return [method for method, _ in self.posted]

    async def pauses(self, url, *, request="1", **answer):
        """Let a document of the main frame be held up: its request, or its answer."""
        paused = {"requestId": request, "resourceType": "Document", "frameId": "main"}
        asked = {"url": url, "method": "GET", "headers": {}}
        return await self.says("Fetch.requestPaused", **paused, request=asked, **answer)

    async def asks(self, url, **more):
        return await self.says("Network.requestWillBeSent", request={"url": url}, **more)


PAGE_URL = "https://www.gate.example/"
CAME = {"responseStatusCode": 200, "responseHeaders": []}


@pytest.fixture
def session():
    return Spoken()


@pytest.fixture
def gate():
    return AsyncMock(return_value=None)


@pytest.fixture
def refused():
    return Mock()


@pytest.fixture
async def barrier(session, gate, refused):
    """One that has seen the first page, and now goes to the second."""
    barrier = Barrier(session, frame="main", gate=gate, refused=refused, known=Known())
    barrier.begin()
    barrier.begin()
    await session.pauses(PAGE_URL)
    return barrier


async def test_rests_when_the_document_came_until_the_page_goes_on(session, barrier, gate):
    gate.assert_awaited_once_with(PAGE_URL)
    assert session.posted[0][1] == {"requestId": "1", "interceptResponse": True}
    assert await session.pauses(PAGE_URL, **CAME) == ["Fetch.disable"]

    barrier.close()

    assert [method for method, _ in session.posted] == ["Fetch.disable", "Fetch.enable"]


async def test_does_not_rest_on_the_first_page(session, gate, refused):
    barrier = Barrier(session, frame="main", gate=gate, refused=refused, known=Known())
    barrier.begin()

    await session.pauses(PAGE_URL)

    assert session.posted == [("Fetch.continueRequest", {"requestId": "1"})]
    assert await session.pauses(PAGE_URL, **CAME) == ["Fetch.continueRequest"]


@pytest.mark.parametrize("answer", [
    {"responseStatusCode": 302, "responseHeaders": [{"name": "Location", "value": "/two"}]},
    {**CAME, "responseHeaders": [{"name": "Content-Security-Policy", "value": "sandbox"}]},
])  # fmt: skip
async def test_does_not_rest_where_the_document_is_yet_to_come_or_cannot_speak(
    session, barrier, answer
):
    assert await session.pauses(PAGE_URL, **answer) == ["Fetch.continueRequest"]


async def test_does_not_rest_while_the_page_goes_on(session, barrier):
    barrier.close()  # the page that is left went elsewhere meanwhile

    assert await session.pauses(PAGE_URL, **CAME) == ["Fetch.continueRequest"]


async def test_does_not_rest_while_the_page_is_pressed_on(session, barrier):
    barrier.held = True

    assert await session.pauses(PAGE_URL, **CAME) == ["Fetch.continueRequest"]


async def test_rests_no_more_where_our_own_banner_is(session, barrier):
    await session.pauses(PAGE_URL, **CAME)

    assert await session.asks("https://samtykke.gate.example/w/butikk.js") == ["Fetch.enable"]
    barrier.begin()
    await session.pauses(PAGE_URL, request="2")
    assert await session.pauses(PAGE_URL, request="2", **CAME) == ["Fetch.continueRequest"]


async def test_stops_a_page_that_went_elsewhere_without_a_word(session, barrier, gate, refused):
    await session.pauses(PAGE_URL, **CAME)
    gate.return_value = said("elsewhere", host="elsewhere.example")

    posted = await session.asks(ELSEWHERE, type="Document", frameId="main")

    assert posted == ["Fetch.enable", "Page.stopLoading"]
    refused.assert_called_once_with(gate.return_value)
    assert barrier.slipped
    barrier.begin()
    await session.pauses(PAGE_URL, request="3")
    assert not barrier.slipped
    assert await session.pauses(PAGE_URL, request="3", **CAME) == ["Fetch.continueRequest"]


async def test_rests_no_more_where_a_page_was_led_on_without_a_word(session, gate, refused):
    barrier = Barrier(session, frame="main", gate=gate, refused=refused, known=Known())
    barrier.begin()
    await session.pauses(PAGE_URL)

    await session.pauses(PAGE_URL + "two", request="2")  # the first page was watched all the time

    barrier.begin()
    await session.pauses(PAGE_URL, request="3")
    assert await session.pauses(PAGE_URL, request="3", **CAME) == ["Fetch.continueRequest"]


async def test_a_page_that_says_that_it_goes_on_is_not_watched_all_the_time(session, barrier):
    await session.pauses(PAGE_URL, **CAME)
    barrier.expect()
    await session.pauses(PAGE_URL + "old", request="2")
    await session.pauses(PAGE_URL + "old", request="2", responseStatusCode=301)
    await session.pauses(PAGE_URL + "new", request="3", redirectedRequestId="2")

    assert await session.pauses(PAGE_URL + "new", request="3", **CAME) == ["Fetch.disable"]


async def test_never_rests_where_requests_get_a_header(session, gate, refused):
    badge = Badge(host="www.gate.example", headers={"X-Test": "1"})
    barrier = Barrier(session, frame="main", gate=gate, refused=refused, badge=badge, known=Known())
    barrier.begin()
    barrier.begin()

    await session.pauses(PAGE_URL)

    assert "interceptResponse" not in session.posted[-1][1]
