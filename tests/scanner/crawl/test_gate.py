import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Site, State
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
