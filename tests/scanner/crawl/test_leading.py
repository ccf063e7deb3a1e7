import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Site, State
from scanner.resolve import Resolution

pytestmark = pytest.mark.anyio

PAGES = {
    "/": "".join(f"<a href='{path}'>x</a>" for path in ("/mail", "/program")),
    "/mail": "<script>document.cookie = 'mail=1'; location = 'mailto:post@example.no'</script>",
    "/program": "<script>document.cookie = 'program=1'; location = 'ms-word:x'</script>",
}


@pytest.fixture
def loopback():
    async def page(request):
        return HTMLResponse("<!doctype html>" + PAGES[request.url.path])

    served = Starlette(routes=[Route(path, page) for path in PAGES])
    with serve({"www.lead.example": served}) as loopback:
        yield loopback


async def test_a_page_that_leads_to_another_program_has_come_to_its_end(loopback):
    site = Site(key="lead", url="https://www.lead.example/", max_pages=3)
    options = Options(states=(State.BEFORE,))
    resolution = Resolution.parse(loopback.resolve)

    async with open_browser(resolution=resolution, insecure=True) as browser:
        found = await crawl(site, options=options, browser=browser)

    assert [read.visit.final_url for read in found.reads] == [
        f"https://www.lead.example{path}" for path in PAGES
    ]
    assert not [read.visit.url for read in found.reads if read.visit.timed_out]
    stored = {seen.name for read in found.reads for seen in read.observations}
    assert {"mail", "program"} <= stored


async def test_a_page_that_was_read_keeps_no_connections_from_the_next():
    streams = "<script>for (let i = 0; i < 6; i++) new EventSource('/stream')</script>"

    async def start(_):
        return HTMLResponse(f"<!doctype html><a href='/two'>Two</a>{streams}")

    async def two(_):
        return HTMLResponse("<script>document.cookie = 'two=1'</script>")

    async def stream(_):
        async def lines():
            while True:
                yield ":\n\n"
                await anyio.sleep(0.1)

        return StreamingResponse(lines(), media_type="text/event-stream")

    routes = [Route("/", start), Route("/two", two), Route("/stream", stream)]
    site = Site(key="lead", url="https://www.lead.example/", max_pages=2)
    with serve({"www.lead.example": Starlette(routes=routes)}) as loopback:
        resolution = Resolution.parse(loopback.resolve)
        async with open_browser(resolution=resolution, insecure=True) as browser:
            found = await crawl(site, options=Options(states=(State.BEFORE,)), browser=browser)

    assert [read.visit.status for read in found.reads] == [200, 200]
    assert "two" in {seen.name for seen in found.reads[1].observations}
