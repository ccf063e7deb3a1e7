"""A site with the banner on it, and a server that notes what it is sent."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import widget
from consent_server import hidden
from consent_server.banner import config
from consent_server.demo import loopback
from consent_server.model import Declaration, Item
from scanner.model import OPTIONAL_CATEGORIES, Banner, Category, Controller, Kind, Party
from widget.enforce import EnforcedASGI, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHOP = "www.shop.example"
CONSENT = "consent.agency.example"
OWN_CONSENT = "consent.shop.example"
TRACKER = "tracker.example"

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


def item(name, category, *, kind=Kind.COOKIE, vendor=None, country=None, party=Party.FIRST):
    return Item(
        kind=kind,
        name=name,
        domain=".shop.example" if party is Party.FIRST else TRACKER,
        party=party,
        category=category,
        vendor=vendor,
        country=country,
        policy=None,
        set_by=None,
        purpose={},
        lifetime=None,
    )


ITEMS = (
    item("basket", Category.NECESSARY),
    item("_ga", Category.STATISTICS, vendor="Google Analytics", country="US"),
    item("_ga_*", Category.STATISTICS, vendor="Google Analytics", country="US"),
    item("visits", Category.STATISTICS, kind=Kind.LOCAL_STORAGE),
    item("tab", Category.STATISTICS, kind=Kind.SESSION_STORAGE),
    item("_fbp", Category.MARKETING, vendor="Meta", country="US"),
    item("uid", Category.MARKETING, party=Party.THIRD),
    item("lang", Category.FUNCTIONAL),
)


def hidden_item(name, category):
    """Return a cookie that no script can see."""
    return msgspec.structs.replace(item(name, category), http_only=True)


DECLARATION = Declaration(
    site="shop",
    revision="r1",
    url="https://www.shop.example/",
    languages=("nb", "en"),
    controller=Controller(
        name="Eksempel AS",
        contact="personvern@shop.example",
        policy="https://www.shop.example/personvern",
    ),
    banner=Banner(),
    cookie_domains=("shop.example",),
    scanned_at=None,
    categories=OPTIONAL_CATEGORIES,
    items=ITEMS,
)


@dataclass
class World:
    """What the test's site serves, and what has happened to it."""

    declaration: Declaration = DECLARATION
    head: str = ""  # HTML before the tag
    body: str = "<h1>Shop</h1><p>Things to buy.</p>"
    tag: str = ""  # attributes of the tag
    loading: str = "async"
    script_host: str = CONSENT
    html: str = '<html lang="en">'
    headers: dict[str, str] = field(default_factory=dict)
    answer: int = 201  # status of POST …/consents
    asked: list[str] = field(default_factory=list)  # host and path of all requests
    queries: list[str] = field(default_factory=list)  # of requests to the tracker
    decisions: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[tuple[dict[str, str], str]] = field(default_factory=list)  # headers and body
    change_script: Callable[[bytes], bytes] = bytes
    rules: Rules | None = None  # the shop enforces them
    port: int = 0

    def url(self, path="/", host=SHOP):
        return f"https://{host}:{self.port}{path}"

    def declare(self, **changes):
        self.declaration = msgspec.structs.replace(self.declaration, **changes)

    def script(self):
        return self.change_script(widget.compose(msgspec.json.encode(config(self.declaration))))

    def page(self):
        src = self.url("/w/shop.js", self.script_host)
        return (
            f"<!doctype html>{self.html}<head><meta charset=utf-8><title>Shop</title>"
            "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"
            f"{self.head}<script {self.loading} src='{src}' {self.tag}></script></head>"
            f"<body><main>{self.body}</main></body></html>"
        )

    domains = frozenset({"shop.example"})

    async def get(self, site):
        """Return what the consent server is asked for: this world has the rules and domains."""
        return self

    def asked_of(self, host):
        return [address for address in self.asked if address.startswith(host)]


class _Enforcing:
    """The shop, behind the middleware where the world has rules for it."""

    def __init__(self, world: World, app: Starlette) -> None:
        self._world = world
        self._plain = app
        self._enforced = EnforcedASGI(app, self)

    def rules(self) -> Rules:
        assert self._world.rules is not None, "nobody else asks"
        return self._world.rules

    async def __call__(self, scope, receive, send) -> None:
        app = self._plain if self._world.rules is None else self._enforced
        await app(scope, receive, send)


def _apps(world: World):
    async def shop(request):
        world.asked.append(f"{SHOP}{request.url.path}")
        if request.url.path.endswith(".js"):
            code = f"(window.ran = window.ran || []).push({request.url.path!r})"
            return Response(code, media_type="text/javascript")
        return HTMLResponse(world.page(), headers=world.headers)

    async def script(request):
        world.asked.append(f"{CONSENT}{request.url.path}")
        return Response(world.script(), media_type="text/javascript")

    async def facts(request):
        world.asked.append(f"{CONSENT}{request.url.path}")
        items = msgspec.to_builtins(world.declaration.items)
        return JSONResponse({"items": items}, headers={"Access-Control-Allow-Origin": "*"})

    async def consents(request):
        world.asked.append(f"{CONSENT}{request.url.path}")
        body = await request.body()
        decision = json.loads(body)
        if world.answer < 300 and decision["id"] not in {d["id"] for d in world.decisions}:
            world.decisions.append(decision)  # one that comes twice is stored once
        return JSONResponse(
            {}, status_code=world.answer, headers={"Access-Control-Allow-Origin": "*"}
        )

    async def ignored(request):
        body = (await request.body()).decode()
        world.asked.append(f"{CONSENT}{request.url.path}")
        world.ignored.append((dict(request.headers), body))
        return Response(status_code=204, headers={"Access-Control-Allow-Origin": "*"})

    async def tracker(request):
        world.asked.append(f"{TRACKER}{request.url.path}")
        world.queries.append(request.url.query)
        if request.url.path.endswith(".js"):
            code = f"(window.ran = window.ran || []).push({request.url.path!r})"
            return Response(
                code, media_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
            )
        return HTMLResponse("<title>Tracker</title>")

    own = Starlette(
        routes=[
            Route("/w/shop.js", script),
            Route("/w/shop/consents", consents, methods=["POST"]),
            *hidden.ROUTES,
        ]
    )
    own.state.shelf = world
    return {
        OWN_CONSENT: own,
        "*.shop.example": _Enforcing(world, Starlette(routes=[Route("/{path:path}", shop)])),
        "*.b.shop.example": _Enforcing(world, Starlette(routes=[Route("/{path:path}", shop)])),
        CONSENT: Starlette(
            routes=[
                Route("/w/shop.js", script),
                Route("/w/shop.json", facts),
                Route("/w/shop/consents", consents, methods=["POST"]),
                Route("/w/shop/ignored", ignored, methods=["POST"]),
            ]
        ),
        TRACKER: Starlette(routes=[Route("/{path:path}", tracker, methods=["GET", "POST"])]),
    }


@pytest.fixture(scope="session")
def _served() -> Iterator[tuple[World, int]]:
    world = World()
    with loopback.serve(_apps(world)) as server:
        yield world, server.port


def _hear_out(port):
    """Have what an earlier test's page sent at last answered before what asks now."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    with TRUSTING.wrap_socket(line) as asked:
        asked.sendall(b"GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n")
        assert asked.recv(12) == b"HTTP/1.1 421"


@pytest.fixture
def world(_served) -> World:
    world, port = _served
    _hear_out(port)
    fresh = World(port=port)
    for name, value in vars(fresh).items():
        setattr(world, name, value)
    return world


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "ignore_https_errors": True, "locale": "en-GB"}


@pytest.fixture
def shop(page, world, until):
    """Open a page of the shop; any error of a script fails the test."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def visit(path="/", host=SHOP, *, banner=True):
        page.goto(world.url(path, host))
        until(lambda: page.evaluate("!!window.kapsel?.has"))
        if banner:
            page.get_by_role("region", name="Cookies and consent").wait_for()
        return page

    yield visit
    assert errors == []


@pytest.fixture
def until(page):
    """Wait until a question to the test's own side is answered with yes."""

    def wait(question):
        for _ in range(1200):
            if question():
                return
            page.wait_for_timeout(50)
        raise AssertionError("it did not happen within a minute")

    return wait
