"""Answer a site's consent banner as a visitor would, and see whether the site understood.

Own banner, known platforms, and any other by its words, roles and layout::

    look ─ View(banners, doors) ─ plan ─ Step ─ press ─ traces before and after ─ BannerAnswer
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from scanner.answer.bundle import load
from scanner.answer.dialogue import PATIENCE, Dialogue
from scanner.answer.given import Memory
from scanner.answer.record import Record
from scanner.answer.withdrawal import withdraw
from scanner.errors import BannerRulesUnusable
from scanner.model import State

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from scanner.answer.bundle import Bundle
    from scanner.answer.dialogue import Scout
    from scanner.model import BannerAnswer, Category

__all__ = ["Memory", "answer"]

log = structlog.get_logger()


async def answer(
    page: Page,
    wanted: State,
    *,
    timeout: float,  # noqa: ASYNC109
    only: Category | None = None,
    patience: float = PATIENCE,
    scout: Scout | None = None,
    memory: Memory | None = None,
    pictures: Path | None = None,
) -> BannerAnswer:
    """
    Find the consent banner of *page* and give it the answer of the state *wanted*.

    A page without a banner is watched for *patience*, longer while it loads. Nothing outside a
    consent banner is pressed, and "accept" is never pressed in order to refuse.

    Args:
        page: Has settled; its timers must run (not frozen in virtual time).
        wanted: ACCEPT and REJECT answer; WITHDRAW takes a consent back by the site's own
            control, after giving it if a banner still asks; BEFORE and GPC only look.
        timeout: Seconds that all of this may take; what is known by then is returned.
        only: With ACCEPT: the one category that is accepted, where the banner lets one choose.
        patience: Seconds for a banner that nothing announces.
        scout: Tells sooner, if it can, that no banner is to come.
        memory: What the same visitor remembers of the answers before, and will of this one.
        pictures: Folder for a picture of the page before each press; None: no pictures.

    Returns:
        ``accepted``, ``rejected`` and ``withdrawn`` are True only if the effect was seen: the
        banner went, and the site keeps or signals something new. False: tried in vain, or
        there is no way to; None: not asked, not sure, or (of a no) cut short.
    """
    record = Record(pictures=pictures)
    dialogue = Dialogue(page, record, bundle=_further_rules(), memory=memory)
    deadline = asyncio.get_running_loop().time() + timeout
    try:
        async with asyncio.timeout_at(deadline):
            if wanted is State.WITHDRAW:
                await withdraw(dialogue)
            else:
                await dialogue.hold(
                    wanted, only=only, deadline=deadline, patience=patience, scout=scout
                )
    except TimeoutError:
        record.cut_short()
    finally:
        await dialogue.leave()
    return record.outcome


def _further_rules() -> Bundle | None:
    """Return the rules that were installed; a damaged set is left out, and said so."""
    try:
        return load()
    except BannerRulesUnusable as exc:
        log.warning("further banner rules are not used", reason=str(exc))
        return None
