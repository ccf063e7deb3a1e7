"""Pages that try to break us: each ends within its time, as a visit with a reason."""

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Kind, Site, State
from scanner.resolve import Resolution
from tests.sites.hostile import ANSWERS, RAW, SCRIPTS, Hostile, talking

pytestmark = pytest.mark.anyio

ENDLESS = "its scripts do not end"
CIRCLES = "the page loads itself, or others, without end"
ALERTS = "the page shows alerts without end"
LATE = "the page did not finish loading in time"
ABORTED = "it is no page (nothing was shown) (ERR_ABORTED)"

#: What is to be said of a page; of the others, nothing.
CERTAIN = {
    "spin": ENDLESS,
    "late": ENDLESS,
    "microtasks": ENDLESS,
    "mutating": ENDLESS,
    "synchronous": ENDLESS,
    "reload": CIRCLES,
    "refresh": CIRCLES,
    "alerts": ALERTS,
    "confirms": ALERTS,
    "drip": LATE,
    "silence": "no answer in time",
    "robot": "a check that keeps robots out was shown in the page's place: "
    "it is not what visitors get",
    "auth": "the server answered HTTP 401",
    "odd": "the server answered HTTP 418",
    "broken": "the server answered HTTP 500",
    "nothing": ABORTED,
    "reset": ABORTED,
    "running": ABORTED,
    "download": "it is a download, not a page",
    "zero": "it is a download, not a page",
    "garbled": "the answer cannot be unpacked (ERR_CONTENT_DECODING_FAILED)",
    "giant": "the answer's headers are too long for a browser (ERR_RESPONSE_HEADERS_TOO_BIG)",
    "hop": "it redirects in circles (ERR_TOO_MANY_REDIRECTS)",
    "nowhere": "it redirects to what is no address (ERR_INVALID_REDIRECT)",
    "inwards": "it redirects to what a browser refuses (ERR_UNSAFE_REDIRECT)",
    "short": "the answer breaks off (ERR_CONTENT_LENGTH_MISMATCH)",
    "chunks": "the answer is not valid HTTP (ERR_INVALID_CHUNKED_ENCODING)",
    "closed": "the server sent nothing (ERR_EMPTY_RESPONSE)",
    "twice": "the answer is not valid HTTP (ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH)",
}
#: What a slow machine, or an unlucky moment, may make of any page.
SLOW = {ENDLESS, LATE, "no answer in time"}


@pytest.fixture
def brief(monkeypatch):
    """Budgets for people in a hurry."""
    monkeypatch.setattr("scanner.crawl.visit.GOTO_LIMIT", 5.0)
    monkeypatch.setattr("scanner.crawl.settle.LOAD_LIMIT", 4.0)
    monkeypatch.setattr("scanner.crawl.settle.BUDGET_LIMIT", 1.5)
    monkeypatch.setattr("scanner.browser.tab.PULSE_LIMIT", 1.5)


async def test_each_page_that_tries_to_break_us_is_a_visit_with_its_reason(brief):
    with talking() as port:
        site = Hostile(port)
        with serve({"www.shop.example": site}) as server:
            resolution = Resolution.parse((*server.resolve, f"raw.shop.example=127.0.0.1:{port}"))
            async with open_browser(resolution=resolution, insecure=True) as browser:
                found = await crawl(
                    Site(key="shop", url="https://www.shop.example/"),
                    options=Options(states=(State.BEFORE,), max_pages=200),
                    browser=browser,
                )

    told = {read.visit.url.split(".example/")[1]: read.visit.failure for read in found.reads}
    cookies = {o.name for read in found.reads for o in read.observations if o.kind is Kind.COOKIE}
    assert len(told) >= 80
    assert told.keys() >= {*SCRIPTS, *ANSWERS, *RAW}
    for name, failure in told.items():
        assert failure in {CERTAIN.get(name), *SLOW}, name
    assert found.status == "partial"
    assert cookies >= {"spin", "frozen", "tampered", "prototypes", "document", "ok", "control"}
