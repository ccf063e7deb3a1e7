"""Hosts with a fault of their own cost the scan their pages, and nothing else."""

import contextlib

import pytest

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Site, State
from scanner.resolve import Resolution
from tests.sites.faulty import EXPIRED, Endless, Together, certified
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

FAULTS = {"expired": {"not_after": EXPIRED, "not_before": EXPIRED.replace(year=2019)},
          "wrong": {}, "stranger": {}}  # fmt: skip


@contextlib.contextmanager
def untrusted(folder):
    """Yield what leads to hosts with each fault of a certificate."""
    with contextlib.ExitStack() as stack:
        rules = []
        for name, options in FAULTS.items():
            own = f"{name}.shop.example" if name != "wrong" else "somebody.else.example"
            port = stack.enter_context(certified(own, folder=folder, **options))
            rules.append(f"{name}.shop.example=127.0.0.1:{port}")
        yield rules


@pytest.mark.parametrize("ignore_robots", [True, False])
async def test_a_host_whose_certificate_nobody_trusts_is_a_visit_with_that_reason(
    tmp_path, ignore_robots
):
    links = "".join(f"<a href=https://{name}.shop.example/>x</a>" for name in FAULTS)
    shop = Host(
        {
            "/": f"<title>x</title>{links}<a href=/more>x</a>",
            "/more": Answer("x", cookies=("more=1",)),
        }
    )

    with untrusted(tmp_path) as rules, serve({"www.shop.example": shop}, tls=False) as server:
        resolution = Resolution.parse((*server.resolve, *rules))
        async with open_browser(resolution=resolution) as browser:
            found = await crawl(
                Site(key="shop", url="http://www.shop.example/"),
                options=Options(states=(State.BEFORE,), ignore_robots=ignore_robots),
                browser=browser,
            )

    told = {read.visit.url: read.visit.failure for read in found.reads}
    cookies = {o.name for read in found.reads for o in read.observations}
    for name in FAULTS:
        failure = told.pop(f"https://{name}.shop.example/")
        assert "certificate" in failure.lower()
        assert "--insecure" in failure
    assert set(told.values()) == {None}
    assert "more" in cookies


async def test_files_without_end_are_read_as_far_as_they_count(look):
    found = await look({"www.shop.example": Endless()})

    assert {visit.url.rsplit("/", 1)[1] for visit in found.visits} == {"", "yes"}
    assert found.cookies().keys() == {"yes"}
    assert found.crawl.status == "complete"


async def test_the_hosts_of_a_site_are_asked_for_their_rules_at_once(look):
    hosts = [f"h{n}.shop.example" for n in range(8)]
    site = Together(hosts)

    found = await look(dict.fromkeys(("www.shop.example", *hosts), site))

    assert [visit.failure for visit in found.visits] == [None] * 9


class Bombed(Host):
    """A site that cannot read the cookies that it has set."""

    async def __call__(self, scope, receive, send):
        if len(dict(scope["headers"]).get(b"cookie", b"")) > 8000:
            refused = {"type": "http.response.start", "status": 431, "headers": []}
            await send(refused)
            await send({"type": "http.response.body", "body": b"Request Header Fields Too Large"})
            return
        await super().__call__(scope, receive, send)


async def test_a_site_that_locks_its_visitors_out_by_its_cookies_says_so_in_each_visit(look):
    bomb = "for (let n = 0; n < 12; n += 1) document.cookie = `bomb${n}=${'x'.repeat(1000)}`"
    links = "".join(f"<a href=/{n}>x</a>" for n in range(3))
    pages = {f"/{n}": "<title>x</title>" for n in range(3)}
    shop = Bombed({"/": f"<title>x</title><script>{bomb}</script>{links}", **pages})

    found = await look({"www.shop.example": shop})

    start, *others = found.visits
    assert start.failure is None
    assert {visit.status for visit in others} == {431}
    assert all("cookies" in visit.failure for visit in others)
    assert len(found.cookies()) == 12
    assert found.crawl.status == "partial"


async def test_redirects_from_host_to_host_without_end_are_given_up(look):
    class Wandering:
        async def __call__(self, scope, receive, send):
            host = dict(scope["headers"])[b"host"].decode().split(":")[0]
            number = int(host.split(".")[0].removeprefix("h")) if host[0] == "h" else 0
            to = f"https://h{number + 1}.shop.example/go".encode()
            head = (
                [(b"location", to)] if scope["path"] == "/go" else [(b"content-type", b"text/html")]
            )
            await send(
                {
                    "type": "http.response.start",
                    "status": 302 if scope["path"] == "/go" else 200,
                    "headers": head,
                }
            )
            await send({"type": "http.response.body", "body": b"<a href=/go>x</a>"})

    found = await look({"www.shop.example": Wandering(), "*.shop.example": Wandering()})

    go = next(visit for visit in found.visits if visit.url.endswith("/go"))
    assert go.failure == "it redirects in circles (ERR_TOO_MANY_REDIRECTS)"
