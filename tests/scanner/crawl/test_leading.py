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
