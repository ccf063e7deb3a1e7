"""Log in as sites.yaml says, before the pages are read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import structlog
from playwright.async_api import Error

from scanner.crawl import settle
from scanner.model import said
from scanner.redaction import redacted_url

if TYPE_CHECKING:
    import playwright.async_api as pw

    from scanner.browser.tab import Tab
    from scanner.model import LoginStep, Site, Statement

STEP_LIMIT = 10.0  # seconds for one step
LOGIN_LIMIT = 60.0  # seconds for all of them
REST = 0.5  # seconds for a page to act on what was done

log = structlog.get_logger()


async def login(tab: Tab, page: pw.Page, site: Site) -> Statement | None:
    """
    Do the steps of *site* in *tab*, by *page*; return what went wrong, without secrets.

    What the pages of the login store counts for the site as everything else does.
    """
    for number, step in enumerate(site.login, 1):
        try:
            async with asyncio.timeout(LOGIN_LIMIT / len(site.login) + STEP_LIMIT):
                fault = await _do(tab, page, step, site.url)
        except TimeoutError:
            fault = said("login_slow")
        except Error:  # its text would show what was filled in
            fault = said("login_undone", seconds=f"{STEP_LIMIT:.0f}")
        if fault is not None:
            return said(
                "not_logged_in",
                number=number,
                action=step.action,
                target=redacted_url(step.target),
                fault=fault,
            )
    log.info("logged in", site=site.key, steps=len(site.login))
    return None


async def _do(tab: Tab, page: pw.Page, step: LoginStep, home: str) -> Statement | None:
    """Do one step; return what went wrong."""
    limit = STEP_LIMIT * 1000
    if step.action == "open":
        way = await tab.goto(urljoin(home, step.target), timeout=STEP_LIMIT)
        if way.timed_out or way.error is not None:
            return said("login_unreached")
        await settle.rest(tab, REST)
    elif step.action == "fill":
        await page.locator(step.target).first.fill(step.text or "", timeout=limit)
    elif step.action == "press":
        await page.locator(step.target).first.click(timeout=limit)
        await settle.rest(tab, REST)
    else:
        await _wait(page, step.target, home, limit)
    return None


async def _wait(page: pw.Page, target: str, home: str, limit: float) -> None:
    """Wait for the address *target*, or for what the selector *target* finds to be seen."""
    if target.startswith(("/", "https://", "http://")):
        wanted = urljoin(home, target)
        await page.wait_for_url(lambda url: url.split("#")[0].startswith(wanted), timeout=limit)
    else:
        await page.locator(target).first.wait_for(timeout=limit)
