"""A banner that the start page does not show, but a further page does: where it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.answer.look import asks, asks_again, mention, survey
from scanner.browser.devtools import DevToolsError
from scanner.crawl.frontier import Frontier
from scanner.crawl.links import LINKS

if TYPE_CHECKING:
    from scanner.browser.tab import Tab
    from scanner.crawl.tour import Tour
    from scanner.model import Press

MOST_GLANCES = 5  # pages that are glanced at for a banner: before anything is pressed, and after
MOST_TRIED = 3  # pages on which a banner is looked for that the start page has not shown


class Elsewhere:
    """
    The pages, in one walk of *tour*, on which a banner may be that the start page does not show.

    *known* showed one to an earlier visitor; None: find out.
    """

    def __init__(self, tour: Tour, known: tuple[str, ...] | None) -> None:
        self._tour = tour
        self._known = known
        self._glances = 0
        self.showing: set[str] = set()  # pages that seem to ask for consent

    async def glance(self, tab: Tab, url: str) -> None:
        """Note whether the page in *tab* asks for consent, until one is known that does."""
        if self.showing or self._glances >= MOST_GLANCES or tab.traffic.status is None:
            return
        self._glances += 1
        if await shown(tab):
            self.showing.add(url)

    async def pages(self, tab: Tab) -> list[str]:
        """Return where a visitor of the start page, which is in *tab*, may come upon a banner."""
        pages = await self._next(tab) if self._known is None else list(self._known)
        return pages[:MOST_TRIED]

    async def _next(self, tab: Tab) -> list[str]:
        site = self._tour.site
        ahead = Frontier(site, max_pages=MOST_TRIED + 1)
        ahead.begin(site.url)
        here = tab.traffic.url or site.url
        ahead.widen(here)
        ahead.visited(here)
        ahead.add(site.pages, asked=True)
        ahead.add(await linked(tab))
        refusal = self._tour.robots.refusal
        return [url for url in ahead.next_level() if await refusal(url) is None]


async def shown(tab: Tab) -> bool:
    """Tell whether the page in *tab* shows what may be a consent banner, in any of its frames."""
    return any(asks(report) for report in await _surveys(tab))


async def shown_again(tab: Tab, press: Press) -> bool:
    """Tell whether the page in *tab* shows the banner in which *press* was the first."""
    return any(asks_again(report, press) for report in await _surveys(tab))


async def _surveys(tab: Tab) -> list[Any]:
    """Return what the survey of each frame of *tab* answers, if one of them speaks of cookies."""
    try:
        if True not in (await tab.frames.ask_all(mention())).values():
            return []
        reports = await tab.frames.ask_all(survey())
    except (DevToolsError, TimeoutError):  # it is gone, or too busy
        return []
    return [report for report in reports.values() if report is not None]


async def linked(tab: Tab) -> tuple[str, ...]:
    """Return where the links of the page in *tab* lead, in their order."""
    try:
        told = await tab.frames.ask_main(f"({LINKS})()")
    except (DevToolsError, TimeoutError):
        return ()
    return tuple(dict.fromkeys(told["links"])) if told else ()
