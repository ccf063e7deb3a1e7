import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Site, State
from scanner.resolve import Resolution

pytestmark = pytest.mark.anyio

PAGES = {
    "/": "<script>open('/window')</script><a href='/two'>Two</a>",
    "/window": """<script>
alert("Velkommen"); document.cookie = "first=1";
document.cookie = "sure=" + confirm("Er du sikker?");
while (true) alert("igjen");
</script>""",
    "/two": "<script>document.cookie = 'second=1'</script>",
}


@pytest.fixture
def loopback():
    async def page(request):
        return HTMLResponse(PAGES[request.url.path])

    with serve({"www.dialog.example": Starlette(routes=[Route(p, page) for p in PAGES])}) as served:
        yield served


async def test_a_window_that_asks_keeps_nobody_waiting(loopback):
    site = Site(key="dialog", url="https://www.dialog.example/", max_pages=2)
    resolution = Resolution.parse(loopback.resolve)

    async with open_browser(resolution=resolution, insecure=True) as browser:
        found = await crawl(site, options=Options(states=(State.BEFORE,)), browser=browser)

    start, two = found.reads
    assert {"first", "sure"} <= {seen.name for seen in start.observations}
    assert not start.visit.timed_out
    assert "second" in {seen.name for seen in two.observations}
