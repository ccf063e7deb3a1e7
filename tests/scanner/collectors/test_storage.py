"""What a look at a frame tells of its storage, and when it opens the databases for it."""

import json
from importlib import resources

import pytest

from tests.scanner.conftest import browsing
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

STORAGE = resources.files("scanner.collectors").joinpath("storage.js").read_text(encoding="utf-8")
OPEN = """(name) => new Promise((done) => {
  const asked = indexedDB.open(name);
  asked.onupgradeneeded = () => asked.result.createObjectStore("x").put("y".repeat(100000), 1);
  asked.onsuccess = () => { asked.result.close(); done(); };
})"""


async def test_databases_are_opened_again_only_when_they_have_changed():
    shop = Host({"/": Answer("<p>Shop")})
    async with browsing({"www.shop.example": shop}) as browser, browser.visitor() as context:
        page = await context.new_page()
        await page.goto("https://www.shop.example/")
        await page.evaluate(OPEN, "first")
        await page.evaluate("localStorage.seen = 1")
        known = {}

        async def look():
            told = await page.evaluate(f"({STORAGE})({json.dumps(known)})")
            known[told["place"]] = told["size"]
            return {item["name"] for item in told["found"]}

        at_first = await look()
        unchanged = await look()
        await page.evaluate(OPEN, "second")
        changed = await look()

    assert at_first == {"seen", "first"}
    assert unchanged == {"seen"}
    assert changed == {"seen", "first", "second"}
