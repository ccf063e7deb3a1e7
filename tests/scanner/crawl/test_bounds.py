"""A site leads a scan into no network that the owner has not named."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import chromium, open_browser
from scanner.crawl import Options, crawl
from scanner.crawl.bounds import Bounds, addresses_of, is_public
from scanner.crawl.fetch import Fetcher
from scanner.model import LoginStep, Site, State
from scanner.resolve import Resolution
from scanner.statements import in_english

pytestmark = pytest.mark.anyio

ADDRESSES = {
    "www.shop.example": ("93.184.216.34",),
    "metadata.shop.example": ("93.184.216.34", "169.254.169.254"),
    "router.example": ("192.168.1.1",),
    "169.254.169.254": ("169.254.169.254",),
    "intranet.example": ("10.0.0.5",),
}


async def lookup(host):
    return ADDRESSES.get(host, ())


def bounds(*, resolve=(), **facts):
    site = Site(key="shop", **({"url": "https://www.shop.example/"} | facts))
    return Bounds(site, resolution=Resolution.parse(resolve), lookup=lookup)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::127.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("fec0::1", False),
    ],
)
def test_what_can_be_reached_from_anywhere_is_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "https://metadata.shop.example/",
        "http://router.example./admin",
        "https://intranet.example:8443/",
    ],
)
async def test_a_public_site_leads_into_no_private_network(url):
    assert (await bounds().refusal(url)).code == "private_network"


async def test_an_address_is_told_once():
    said = await bounds().refusal("http://169.254.169.254/latest/meta-data/")

    assert said.code == "private_address"
    assert in_english(said).count("169.254.169.254") == 1


async def test_public_and_unknown_names_are_open():
    assert await bounds().refusal("https://www.shop.example/a") is None
    assert await bounds().refusal("https://nobody.example/") is None


async def test_the_owner_names_what_is_open_and_a_site_inside_may_stay_there():
    url = "https://intranet.example/a"

    assert await bounds(own_domains=("intranet.example",)).refusal(url) is None
    assert await bounds(pages=(url,)).refusal(url) is None
    step = LoginStep(action="open", target=url)
    assert await bounds(login=(step,)).refusal(url) is None
    assert await bounds(resolve=("intranet.example=10.0.0.6",)).refusal(url) is None
    assert await bounds(url="http://router.example/").refusal(url) is None
    moved = bounds(resolve=("www.shop.example=127.0.0.1",))
    assert (await moved.refusal(url)).code == "private_network"


async def test_names_are_looked_up_as_the_system_does():
    assert "127.0.0.1" in await addresses_of("127.0.0.1")
    assert await addresses_of("2130706433") == ("127.0.0.1",)
    assert await addresses_of("-nobody-.invalid") == ()


@pytest.fixture
def visited():
    return []


@pytest.fixture
def inside(visited):
    """What only this machine can reach."""

    async def receive(request):
        visited.append(request.url.path)
        return PlainTextResponse("secret", headers={"Access-Control-Allow-Origin": "*"})

    with serve({"127.0.0.1": Starlette(routes=[Route("/{path:path}", receive)])}) as served:
        yield served


def shop(inside):
    place = f"https://127.0.0.1:{inside.port}"
    page = f"""<!doctype html><title>Butikk</title><img src="{place}/image">
<iframe src="{place}/frame"></iframe><script src="{place}/script"></script>
<script>fetch("{place}/fetch", {{mode: "no-cors"}}).catch(() => 0);
navigator.sendBeacon("{place}/beacon", "x");</script>"""

    async def home(_):
        return HTMLResponse(page)

    async def away(_):
        return RedirectResponse(f"{place}/away")

    return Starlette(routes=[Route("/", home), Route("/away", away), Route("/robots.txt", away)])


async def test_a_small_file_is_not_fetched_through_a_redirect_into_it(inside, visited):
    site = Site(key="shop", url="https://www.bounds.example/")
    with serve({"www.bounds.example": shop(inside)}) as outside:
        resolution = Resolution.parse(outside.resolve)
        kept = Bounds(site, resolution=resolution)
        async with Fetcher(resolution=resolution, insecure=True, bounds=kept) as fetcher:
            fetched = await fetcher.get("https://www.bounds.example/robots.txt")

        async with Fetcher(resolution=resolution, insecure=True) as fetcher:
            control = await fetcher.get("https://www.bounds.example/robots.txt")

    assert "into a private network (127.0.0.1)" in fetched.failure
    assert (control.body, visited) == (b"secret", ["/away"])


async def test_a_name_is_asked_where_it_led_when_it_was_looked_up(monkeypatch):
    """Whoever answers for a name may say another address a moment later."""
    answers = iter([("127.0.0.1",), ("169.254.169.254",)])
    monkeypatch.setattr("scanner.crawl.bounds.is_public", lambda address: address == "127.0.0.1")

    async def changing(host):
        return () if host == "nobody.example" else next(answers)

    async def robots(_):
        return PlainTextResponse("here")

    site = Site(key="shop", url="https://www.bounds.example/")
    app = Starlette(routes=[Route("/robots.txt", robots)])
    with serve({"moving.example": app}) as outside:
        kept = Bounds(site, resolution=Resolution(), lookup=changing)
        async with Fetcher(resolution=Resolution(), insecure=True, bounds=kept) as fetcher:
            url = f"https://moving.example:{outside.port}/robots.txt"
            bodies = [(await fetcher.get(url)).body for _ in range(2)]
            nowhere = await fetcher.get("https://nobody.example/robots.txt")

    assert bodies == [b"here", b"here"]
    assert nowhere.failure == "the name nobody.example leads nowhere"


async def test_neither_a_redirect_nor_what_a_page_loads_gets_there(inside, visited, monkeypatch):
    with serve({"www.bounds.example": shop(inside)}) as outside:
        public = f"--ip-address-space-overrides=127.0.0.1:{outside.port}=public"
        monkeypatch.setattr(chromium, "_FLAGS", (*chromium._FLAGS, public))
        options = Options(states=(State.BEFORE,), ignore_robots=True)
        resolution = Resolution.parse(outside.resolve)
        async with open_browser(resolution=resolution, insecure=True) as browser:
            stays = Site(key="shop", url="https://www.bounds.example/")
            leads = Site(key="shop", url="https://www.bounds.example/away")
            read = await crawl(stays, options=options, browser=browser)
            sent = await crawl(leads, options=options, browser=browser)

    assert [page.visit.status for page in read.reads] == [200]
    assert "into a private network" in sent.reads[0].visit.failure
    assert visited == []
