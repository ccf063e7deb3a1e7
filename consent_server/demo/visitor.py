"""A visitor of the shop: opens a page in a real browser and answers its banner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError as PlaywrightTimeout

from scanner.errors import KapselError
from scanner.languages import texts

if TYPE_CHECKING:
    from playwright.async_api import Page, Response

    from scanner.browser import Browser

PATIENCE = 15_000  # milliseconds for a page, its banner and the server's answer, each


async def decide(browser: Browser, url: str, *, accept: bool) -> str:
    """
    Answer the banner of the page at *url* as a new visitor; return the decision's id.

    The answer is pressed as a person does it, in Norwegian; the id is returned once the consent
    server has acknowledged the decision.

    Raises:
        KapselError: If there is no banner, or the server did not take the decision.
    """
    word = texts("nb")["banner"]["accept" if accept else "reject"]
    try:
        async with browser.visitor(languages=("nb", "en")) as context:
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            return await _pressed(page, url, word)
    except PlaywrightTimeout as exc:
        raise KapselError(f"the visitor waited in vain on {url} for '{word}'") from exc


async def _pressed(page: Page, url: str, word: str) -> str:
    await page.goto(url)
    async with page.expect_response(_takes_decision) as answered:
        await page.get_by_role("button", name=word, exact=True).click()
    response = await answered.value
    if response.status != 201:
        raise KapselError(f"the consent server answered {response.status} to the decision '{word}'")
    decision = json.loads(response.request.post_data or "{}")
    return str(decision["id"])


def _takes_decision(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/consents")
