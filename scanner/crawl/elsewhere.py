"""A banner that the start page does not show, but a further page does: where it may be."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from scanner.answer.look import asks, mention, survey
from scanner.browser.devtools import DevToolsError

if TYPE_CHECKING:
    from scanner.browser.tab import Tab

MOST_GLANCES = 5  # pages that are glanced at for a banner before anything is pressed
MOST_TRIED = 3  # pages on which a banner is looked for that the start page has not shown

_LINKS = resources.files("scanner.collectors").joinpath("links.js").read_text(encoding="utf-8")


async def shown(tab: Tab) -> bool:
    """Tell whether the page in *tab* shows what may be a consent banner, in any of its frames."""
    try:
        if True not in (await tab.frames.ask_all(mention())).values():
            return False
        reports = await tab.frames.ask_all(survey())
    except (DevToolsError, TimeoutError):  # it is gone, or too busy
        return False
    return any(asks(report) for report in reports.values() if report is not None)


async def linked(tab: Tab) -> tuple[str, ...]:
    """Return where the links of the page in *tab* lead, in their order."""
    try:
        told = await tab.frames.ask_main(f"({_LINKS})()")
    except (DevToolsError, TimeoutError):
        return ()
    return tuple(dict.fromkeys(told["links"])) if told else ()
