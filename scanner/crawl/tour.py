"""What the walks through one site share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import msgspec

from scanner.browser import Browser
from scanner.collectors.validators import Cache
from scanner.crawl.bounds import Bounds
from scanner.crawl.fetch import Fetcher
from scanner.crawl.pace import Pace
from scanner.crawl.robots import Robots
from scanner.crawl.settle import Clock
from scanner.dossier import Dossier
from scanner.model import BannerAnswer, Site, State, Statement
from scanner.shape import Digester


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """What the walks through one site share."""

    site: Site
    browser: Browser
    fetcher: Fetcher
    robots: Robots
    bounds: Bounds
    pace: Pace
    digester: Digester
    cache: Cache  # what all profiles were given for theirs
    max_pages: int
    tabs: int  # pages that are open at once
    clock: Clock
    answer: Callable[..., Awaitable[BannerAnswer]]  # presses the banner's buttons
    dossier: Dossier | None = None  # where pictures and archives are kept
    har: bool = False  # whether the traffic is archived
    stop: asyncio.Event  # when set, the walk ends with what was found
    progress: Callable[[State, int, int, str], None]  # state, visited, known, URL

    async def turn(self, url: str) -> None:
        """Wait until the host of *url* may be asked again, at its robots.txt's pace or ours."""
        rules = await self.robots.rules(url)
        await self.pace.wait(urlsplit(url).hostname or "", delay=rules.delay)

    async def refusal(self, url: str) -> Statement | None:
        """Return why *url* is not visited; None: it may be."""
        return await self.bounds.refusal(url) or await self.robots.refusal(url)
