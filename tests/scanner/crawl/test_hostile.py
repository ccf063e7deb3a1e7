"""Pages that try to break us: each ends within its time, as a visit with a reason."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.crawl.visit import Reader
from scanner.model import Kind, Site, State
from scanner.resolve import Resolution
from tests.sites.hostile import ANSWERS, RAW, SCRIPTS, Hostile, talking
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

ENDLESS = "its scripts ran on without a pause"
LADEN = "it is more than the browser can show in time"
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
    "abroad": "it leads to no address of the web (ERR_UNKNOWN_URL_SCHEME)",
    "short": "the answer breaks off (ERR_CONTENT_LENGTH_MISMATCH)",
    "chunks": "the answer is not valid HTTP (ERR_INVALID_CHUNKED_ENCODING)",
    "closed": "the server sent nothing (ERR_EMPTY_RESPONSE)",
    "twice": "the answer is not valid HTTP (ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH)",
}
#: What a slow machine, or an unlucky moment, may make of any page.
SLOW = {ENDLESS, LADEN, LATE, "no answer in time"}


@pytest.fixture
def brief(monkeypatch):
    """Budgets for people in a hurry."""
    monkeypatch.setattr("scanner.crawl.visit.GOTO_LIMIT", 5.0)
    monkeypatch.setattr("scanner.crawl.settle.LOAD_LIMIT", 4.0)
    monkeypatch.setattr("scanner.crawl.settle.BUDGET_LIMIT", 0.8)
    monkeypatch.setattr("scanner.crawl.settle.RUNAWAY_LIMIT", 1.0)
    monkeypatch.setattr("scanner.browser.tab.PULSE_LIMIT", 0.8)
    monkeypatch.setattr("scanner.browser.tab.EVALUATE_LIMIT", 2.0)


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
    setters = {o.name: o.set_by.url for read in found.reads for o in read.observations if o.set_by}
    assert len(told) >= 80
    assert told.keys() >= {*SCRIPTS, *ANSWERS, *RAW}
    for name, failure in told.items():
        assert failure in {CERTAIN.get(name), *SLOW}, name
    assert found.status == "partial"
    written = {"spin", "frozen", "tampered", "prototypes", "document", "ok", "control", "halves"}
    written |= {"iterators", "inherited"}
    assert cookies >= {name for name in written if told[name] == CERTAIN.get(name)}
    for name in ("inherited", "frozen"):
        assert setters[name] == f"https://www.shop.example/{name}"


class Doomed(Host):
    """A site whose page /doom calls *strike* when it is asked for, *times* times."""

    def __init__(self, strike, *, times):
        pages = {f"/p{n}": f"<script>document.cookie = 'c{n}=1'</script>" for n in range(6)}
        links = "".join(f"<a href={path}>x</a>" for path in (*pages, "/doom"))
        pages |= {"/": links, "/doom": "<script>document.cookie = 'doom=1'</script>"}
        super().__init__(pages)
        self.left = times
        self._strike = strike

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/doom" and self.left:
            self.left -= 1
            self._strike()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await super().__call__(scope, receive, send)


def browsers():
    """The processes that lead a group of their own and were started by this one: the browsers."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in map(int, children) if os.getpgid(pid) == pid]


def end_the_browser():
    for pid in browsers():
        os.killpg(pid, signal.SIGKILL)


def end_the_pages():
    """Do to the processes that run pages what a fault of their own would do."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            of_ours = os.getpgid(int(process.name)) in browsers()
            if of_ours and b"--type=renderer" in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


@contextlib.asynccontextmanager
async def opened(hosts):
    with serve(hosts) as server:
        resolution = Resolution.parse(server.resolve)
        async with open_browser(resolution=resolution, insecure=True) as browser:
            yield browser


async def crawled(browser, **options):
    return await crawl(
        Site(key="shop", url="https://www.shop.example/"),
        options=Options(**{"states": (State.BEFORE,), **options}),
        browser=browser,
    )


async def test_a_browser_that_ends_is_started_anew_and_the_crawl_goes_on():
    shop = Doomed(end_the_browser, times=1)

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser)

    cookies = {o.name for read in found.reads for o in read.observations if o.kind is Kind.COOKIE}
    assert found.status == "complete"
    assert [read.visit.failure for read in found.reads] == [None] * 8
    assert cookies == {"doom", *(f"c{n}" for n in range(6))}


async def test_a_page_that_ends_every_browser_is_given_up_and_no_other():
    shop = Doomed(end_the_browser, times=100)

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser)

    failures = {read.visit.url.rsplit("/", 1)[1]: read.visit.failure for read in found.reads}
    assert failures.pop("doom") == "the browser ended while it was read"
    assert set(failures.values()) == {None}
    assert len(failures) == 7
    assert found.status == "partial"


async def test_a_page_that_another_kept_from_loading_is_read_once_more(monkeypatch):
    monkeypatch.setattr("scanner.crawl.visit.GOTO_LIMIT", 4.0)
    monkeypatch.setattr("scanner.crawl.visit.Reader.crowded", lambda *_: True)
    shop = Doomed(lambda: None, times=1)
    shop.answers["/"] = "<a href=/doom>x</a>"

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser)

    (read,) = [read for read in found.reads if read.visit.url.endswith("/doom")]
    assert (read.visit.failure, [o.name for o in read.observations]) == (None, ["doom"])
    assert found.status == "complete"


def fragile(*, times):
    """A site one of whose pages crashes so many *times*, after it has stored something."""
    shop = Doomed(end_the_pages, times=times)
    shop.answers["/"] = "<a href=/fragile>x</a><a href=/p1>x</a>"
    shop.answers["/fragile"] = "<script>document.cookie = 'fragile=1'</script><img src=/doom>"
    return shop


@pytest.mark.parametrize(
    ("times", "failure", "status"),
    [(1, None, "complete"), (100, "the page crashed", "partial")],
)
async def test_a_page_that_crashes_is_read_once_more_then_it_is_a_visit_with_that_reason(
    times, failure, status
):
    shop = fragile(times=times)

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser, tabs=1)

    failures = {read.visit.url.rsplit("/", 1)[1]: read.visit.failure for read in found.reads}
    cookies = {o.name for read in found.reads for o in read.observations if o.kind is Kind.COOKIE}
    assert failures == {"": None, "fragile": failure, "p1": None}
    assert cookies >= {"fragile", "c1"}
    assert shop.paths.count("/fragile") == 2
    assert found.status == status


def asking(strike, *, times):
    """A site in which pressing "Accept all" has *strike* called so many *times*."""
    shop = Doomed(strike, times=times)
    shop.answers["/"] = """<a href=/p1>x</a>
        <div role=dialog style="position: fixed; bottom: 0; background: white">
          <p>We use cookies for statistics and marketing. Do you accept them?</p>
          <button onclick="answer('yes')">Accept all</button>
          <button onclick="answer('no')">Reject all</button>
        </div>
        <script>
          const banner = document.querySelector('div')
          const answer = word => {
            document.cookie = 'consent=' + word
            new Image().src = '/doom'
            banner.remove()
          }
          if (document.cookie.includes('consent=')) banner.remove()
        </script>"""
    return shop


@pytest.mark.parametrize("strike", [end_the_browser, end_the_pages])
async def test_a_banner_whose_page_was_lost_is_answered_once_more(strike):
    shop = asking(strike, times=1)

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser, states=(State.ACCEPT,))

    visits = [(read.visit.url.rsplit("/", 1)[1], read.visit.failure) for read in found.reads]
    cookies = {o.name for read in found.reads for o in read.observations if o.kind is Kind.COOKIE}
    assert visits == [("", None), ("p1", None)]
    assert cookies == {"consent", "c1"}
    assert found.banner.accepted
    assert found.status == "complete"


async def test_a_banner_whose_page_is_lost_each_time_is_no_complete_scan():
    shop = asking(end_the_pages, times=100)

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser, states=(State.ACCEPT,))

    (read,) = found.reads
    endings = {"the page crashed": "partial", "the browser ended while it was read": "failed"}
    assert found.status == endings[read.visit.failure]  # a browser may end with its pages


async def test_a_faulty_page_with_which_the_browser_hangs_is_not_tried_with_the_next(monkeypatch):
    depart, hung = Reader.depart, []

    async def hang(reader, tab, visit, *, clock):
        if visit.url.endswith("/broken") and not hung:
            hung.append(visit.url)
            raise TimeoutError
        return await depart(reader, tab, visit, clock=clock)

    monkeypatch.setattr(Reader, "depart", hang)
    pages = {"/": "<a href=/broken>x</a><a href=/p1>x</a>", "/p1": "p1"}
    shop = Host({**pages, "/broken": Answer("broken", status=500)})

    async with opened({"www.shop.example": shop}) as browser:
        found = await crawled(browser, tabs=1)

    failures = {read.visit.url.rsplit("/", 1)[1]: read.visit.failure for read in found.reads}
    assert hung
    assert failures == {"": None, "broken": "the server answered HTTP 500", "p1": None}
    assert shop.paths.count("/broken") == 1


async def test_the_scan_ends_when_its_minutes_are_over(brief):
    site = Hostile(None)

    with serve({"www.shop.example": site}) as server:
        resolution = Resolution.parse(server.resolve)
        async with open_browser(resolution=resolution, insecure=True) as browser:
            before = asyncio.get_running_loop().time()
            found = await crawl(
                Site(key="shop", url="https://www.shop.example/"),
                options=Options(
                    states=(State.BEFORE, State.GPC), max_pages=200, max_minutes=4 / 60
                ),
                browser=browser,
            )
            seconds = asyncio.get_running_loop().time() - before

    states = {read.visit.state for read in found.reads}
    assert found.status == "partial"
    assert states == {State.BEFORE, State.GPC}
    assert seconds < 60


@contextlib.asynccontextmanager
async def proxying(port):
    """A proxy that leads everything to loopback's *port*; yields its URL and what ends it."""
    writers = []

    async def pipe(reader, writer):
        with contextlib.suppress(OSError):
            while part := await reader.read(65536):
                writer.write(part)
                await writer.drain()
        writer.close()

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writers.extend((writer, back))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pipe(reader, back), pipe(there, writer))

    def end():
        server.close()
        for writer in writers:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", end
    finally:
        end()


async def test_a_proxy_that_dies_fails_the_pages_that_are_left_and_says_so():
    loop = asyncio.get_running_loop()
    shop = Doomed(lambda: loop.call_soon_threadsafe(end), times=1)
    shop.answers["/"] = "<a href=/doom>x</a>"
    shop.answers["/doom"] = "never"

    with serve({"www.shop.example": shop}) as server:
        resolution = Resolution.parse(server.resolve)
        async with (
            proxying(server.port) as (proxy, end),
            open_browser(resolution=resolution, insecure=True, proxy=proxy) as browser,
        ):
            found = await crawled(browser)

    start, doomed = (read.visit for read in found.reads)
    assert (start.status, start.failure) == (200, None)
    assert doomed.status is None
    assert doomed.failure.endswith(("(ERR_PROXY_CONNECTION_FAILED)", "(ERR_CONNECTION_CLOSED)",
                                    "(ERR_CONNECTION_RESET)", "(ERR_EMPTY_RESPONSE)",
                                    "(ERR_TUNNEL_CONNECTION_FAILED)"))  # fmt: skip
    assert found.status == "partial"
