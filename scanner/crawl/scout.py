"""See beforehand whether a site shows a banner late: a scout waits for it in the page's own time.

The scout is another fresh visitor. Its clock runs ahead wherever the page waits for nothing but
time, so that many seconds of patience pass in one or two. It can only say that no banner is to
come; one that it sees, or whatever it is not sure of, is waited for as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.answer.look import shows_banner, survey
from scanner.browser.devtools import DevToolsError
from scanner.crawl import settle
from scanner.crawl.settle import Clock

if TYPE_CHECKING:
    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab

ARRIVAL_LIMIT = 5.0  # seconds until the first bytes of the page


async def no_banner(profile: Profile, url: str, *, within: float) -> bool:
    """
    Tell whether it is certain that *url* shows *profile* no banner *within* so many seconds.

    Args:
        profile: Of a visitor who has not been there yet.
    """
    try:
        tab = await profile.open_tab()
        way = await tab.goto(url, timeout=ARRIVAL_LIMIT)
        if way.timed_out or way.error is not None or tab.refused is not None:
            return False
        if not await settle.arrived(tab, clock=Clock.VIRTUAL):
            return False
        await settle.waited(tab, within)
        return await _sees_none(tab)
    except (DevToolsError, TimeoutError):
        return False


async def _sees_none(tab: Tab) -> bool:
    """Tell whether all of the page is seen, without a banner; workers have a time of their own."""
    if tab.over or tab.endless or tab.evidence.workers or tab.traffic.open:
        return False
    page = await tab.in_page(survey())
    frames = await tab.frames.ask_all(survey())
    if page is None or None in frames.values():
        return False
    return not any(shows_banner(report) for report in (page, *frames.values()))
