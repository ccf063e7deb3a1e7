"""The banner pages, served under two host names, and a browser that finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consent_server.demo.loopback import serve

PAGES = Path(__file__).parents[2] / "sites" / "banners"


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def chromium(anyio_backend):
    """A browser in which shop.example and cmp.example lead to the banner pages."""
    executable = os.environ.get("KAPSEL_BROWSER", "/usr/bin/chromium-headless-shell")
    pages = Starlette(routes=[Mount("/", StaticFiles(directory=PAGES))])
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
