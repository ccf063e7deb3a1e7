"""How long a page has asked for nothing: one that still loads may yet show its banner."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.async_api import Page, Request


@contextlib.contextmanager
def silence(page: Page) -> Iterator[Callable[[], float]]:
    """Listen to *page*; the value tells the seconds since its last request, or since now."""
    clock = asyncio.get_running_loop().time
    last = clock()

    def note(_request: Request) -> None:
        nonlocal last
        last = clock()

    page.on("request", note)
    try:
        yield lambda: clock() - last
    finally:
        page.remove_listener("request", note)
