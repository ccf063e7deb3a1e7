"""The machine: is there a browser that can scan, and are its rules there?"""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
from typing import TYPE_CHECKING

from consent_server.doctor.check import Check, bad, good, note
from scanner.errors import BannerRulesUnusable, KapselError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def machine(browser: Path | None) -> Iterator[Check]:
    """Look at Python, at the browser (it is started once) and at the rules for banners."""
    version = importlib.metadata.version("kapsel")
    yield good("kapsel", f"version {version}, Python {platform.python_version()}")
    yield asyncio.run(_browser(browser))
    yield _rules()


async def _browser(path: Path | None) -> Check:
    from scanner.browser import open_browser

    try:
        async with open_browser(path) as browser:
            return good("browser", f"{browser.version} at {browser.path} keeps all cookies")
    except KapselError as exc:
        return bad("browser", str(exc), "kapsel browser install, or name one with KAPSEL_BROWSER")


def _rules() -> Check:
    from scanner.answer import bundle

    try:
        found = bundle.load()
    except BannerRulesUnusable as exc:
        return bad("banner rules", str(exc), "kapsel banners install")
    if found is None:
        said = f"{bundle.PACKAGE} is not installed: more banners are answered with it"
        return note("banner rules", said, "kapsel banners install")
    return good("banner rules", f"{bundle.PACKAGE} {found.version}, {len(found.rules)} rules")
