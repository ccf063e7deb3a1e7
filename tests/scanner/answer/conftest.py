"""The banner pages, served under two host names, and a browser that finds them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import widget
from consent_server.banner import config
from consent_server.demo.loopback import serve
from consent_server.model import Declaration
from scanner.answer.bundle import Pin
from scanner.model import OPTIONAL_CATEGORIES, Banner

PAGES = Path(__file__).parents[2] / "sites" / "banners"


DECLARATION = Declaration(
    site="shop",
    revision="r1",
    url="https://shop.example/",
    languages=("nb",),
    controller=None,
    banner=Banner(),
    cookie_domains=("shop.example",),
    scanned_at=None,
    categories=OPTIONAL_CATEGORIES,
    items=(),
)


async def own_widget(_request):
    script = widget.compose(msgspec.json.encode(config(DECLARATION)))
    return Response(script, media_type="text/javascript")


@pytest.fixture(autouse=True)
def _no_further_rules(monkeypatch, tmp_path):
    """What a developer has installed does not change what is tested."""
    monkeypatch.setenv("KAPSEL_BANNER_RULES", str(tmp_path / "banner-rules"))


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def chromium(anyio_backend):
    """A browser in which shop.example and cmp.example lead to the banner pages."""
    executable = os.environ.get("KAPSEL_BROWSER", "/usr/bin/chromium-headless-shell")
    pages = Starlette(
        routes=[Route("/w/shop.js", own_widget), Mount("/", StaticFiles(directory=PAGES))]
    )
    with serve({"shop.example": pages, "cmp.example": pages}) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=executable,
                args=[f"--host-resolver-rules=MAP *.example:443 127.0.0.1:{server.port}"],
            )
            yield browser
            await browser.close()


@pytest.fixture
async def visit(chromium):
    """Open a banner page in a fresh profile; returns Playwright's page."""
    contexts = []

    async def open_page(name):
        context = await chromium.new_context(ignore_https_errors=True)
        contexts.append(context)
        page = await context.new_page()
        await page.goto(f"https://shop.example/{name}.html")
        return page

    yield open_page
    for context in contexts:
        await context.close()


RULES = {
    "autoconsent": [
        {"name": "riddle", "detectCmp": "#riddle", "optIn": ".up", "optOut": "!riddle.refuse()"},
        {
            "name": "far",
            "detectCmp": "body",
            "runContext": {"urlPattern": "^https://far\\.example/"},
        },
    ]
}


@pytest.fixture
def archive(tmp_path):
    """A package of rules with an engine of our own, and the pin that lets it in."""
    files = {
        "package/dist/autoconsent.playwright.js": Path(__file__)
        .with_name("engine.js")
        .read_bytes(),
        "package/rules/rules.json": json.dumps(RULES).encode(),
        "package/LICENSE": b"Free to use in tests.",
        "package/package.json": b'{"version": "1.0.0"}',
    }
    path = tmp_path / "rules.tgz"
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    checksum = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    return path, Pin(version="1.0.0", integrity=f"sha512-{checksum}")
