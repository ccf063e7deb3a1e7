"""How long a page has asked for nothing: one that still loads may yet show its banner."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.async_api import Page, Request


_EVENTS: tuple[Literal["request", "requestfinished", "requestfailed"], ...] = (
    "request",
    "requestfinished",
    "requestfailed",
)


@contextlib.contextmanager
def silence(page: Page) -> Iterator[Callable[[], float]]:
    """Listen to *page*; the value tells the seconds since a request began or ended."""
    clock = asyncio.get_running_loop().time
    last = clock()

    def note(_request: Request) -> None:
        nonlocal last
        last = clock()

    for event in _EVENTS:
        page.on(event, note)
    try:
        yield lambda: clock() - last
    finally:
        for event in _EVENTS:
            page.remove_listener(event, note)
