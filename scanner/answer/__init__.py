"""Answer a site's consent banner as a visitor would, and see whether the site understood.

Own banner, known platforms, and any other by its words, roles and layout::

    look ─ View(banners, doors) ─ plan ─ Step ─ press ─ traces before and after ─ BannerAnswer
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scanner.answer.bundle import load
from scanner.answer.dialogue import Dialogue

if TYPE_CHECKING:
    from playwright.async_api import Page

    from scanner.model import BannerAnswer, State

__all__ = ["answer"]


async def answer(page: Page, wanted: State, *, timeout: float) -> BannerAnswer:  # noqa: ASYNC109
    """
    Find the consent banner of *page* and give it the answer of the state *wanted*.

    A page without a banner is watched for three seconds. Nothing outside a consent banner is
    pressed, and "accept" is never pressed in order to refuse.

    Args:
        page: Has settled; its timers must run (not frozen in virtual time).
        wanted: ACCEPT and REJECT answer; WITHDRAW takes a consent back by the site's own
            control, after giving it if a banner still asks; BEFORE and GPC only look.
        timeout: Seconds that all of this may take; what is known by then is returned.

    Returns:
        ``accepted``, ``rejected`` and ``withdrawn`` are True only if the effect was seen: the
        banner went, and the site keeps or signals something new. False: tried in vain, or
        there is no way to; None: not asked, or not sure.
    """
    dialogue = Dialogue(page, bundle=load())
    deadline = asyncio.get_running_loop().time() + timeout
    try:
        async with asyncio.timeout_at(deadline):
            await dialogue.hold(wanted, deadline=deadline)
    except TimeoutError:
        pass
    finally:
        await dialogue.leave()
    return dialogue.outcome
