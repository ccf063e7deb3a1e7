"""Press what a visitor would press."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog
from playwright.async_api import Error

from scanner.answer import words
from scanner.answer.layer import ANSWERS
from scanner.answer.look import script, spoken_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Dialog, ElementHandle, Page

    from scanner.answer.look import Sight
    from scanner.answer.plan import Step

log = structlog.get_logger()

#: Milliseconds that a control may take to hold still and be uncovered.
CLICK_PATIENCE = 1200

#: Milliseconds that the click itself may take on a busy page.
PRESS_PATIENCE = 5000


#: Seconds that the page may take to follow the mouse.
STIR_PATIENCE = 1.0

#: Where the mouse comes to lie, and how far the page is scrolled: CSS pixels.
STIR_PLACE = (240, 180)
STIR_WAY = 640  # nearly a window: some banners wait for 400 or 500

#: Where the mouse goes at last: out at the top, as on its way to another tab.
STIR_EXIT = (240, -1)


async def stir(page: Page) -> None:
    """Move the mouse, scroll, and turn to leave, as a reader does: some banners come only then."""
    try:
        async with asyncio.timeout(STIR_PATIENCE):
            await page.mouse.move(*STIR_PLACE)
            await page.mouse.wheel(0, STIR_WAY)
            await page.mouse.move(*STIR_EXIT)
    except (Error, TimeoutError):  # gone, or too busy to see the mouse
        log.info("the page was not stirred")


async def press(element: ElementHandle) -> bool:
    """
    Click *element* with the mouse; if something lies over it, let the page's own click do.

    One whose words turn under the mouse into those of another answer is not pressed: somebody has
    to read it again.

    Once the mouse is on its way the press is not repeated: a page that is slow to answer would
    hear it twice.

    Returns:
        Whether it was pressed: False if it left the page meanwhile, or says something else.
    """
    try:
        spoke = await spoken_by(element)
        await element.hover(timeout=CLICK_PATIENCE)
        frame = await element.owner_frame()
        if _turned(spoke, await spoken_by(element)):
            return False
    except Error:
        frame = None
    if frame is None:
        return await _told(element)
    with _meaning_it(frame.page):
        try:
            await element.click(timeout=PRESS_PATIENCE)
        except Error as exc:
            log.info("a press was not confirmed", reason=exc.message.splitlines()[0])
    return True


def _turned(before: str | None, after: str | None) -> bool:
    """Whether what a control says is another answer than *before*."""
    meaning = words.meaning(after or "")
    return meaning in ANSWERS and meaning is not words.meaning(before or "")


@contextlib.contextmanager
def _meaning_it(page: Page) -> Iterator[None]:
    """Say yes where the browser asks on behalf of the *page*: "are you sure?"."""
    page.on("dialog", _mean_it)
    try:
        yield
    finally:
        page.remove_listener("dialog", _mean_it)


async def _mean_it(dialog: Dialog) -> None:
    with contextlib.suppress(Error):  # the page may be gone, or answered already
        await (dialog.accept() if dialog.type == "confirm" else dialog.dismiss())


async def _told(element: ElementHandle) -> bool:
    """Let the page press *element*; return whether it was there."""
    try:
        await element.evaluate(script("click.js"))
    except Error:
        return False
    return True


async def take(step: Step, sight: Sight) -> bool:
    """
    Turn the switches of *step*, then press its control, in the layer of *sight*.

    Returns:
        Whether all of it could be done; a switch that does not turn stops the press, because
        the wrong answer would be saved.
    """
    turns = [(switch, switch.radio is not None or not switch.allows) for switch in step.turn]
    for switch, yes in turns + [(switch, True) for switch in step.keep]:
        element = await sight.element(switch.element)
        if element is None or not await _turn(element, wanted=yes is not switch.inverse):
            return False
    element = await sight.element(step.press.element)
    return element is not None and await press(element)


async def _turn(element: ElementHandle, *, wanted: bool) -> bool:
    """Turn a switch, on if *wanted*; return whether it then says so."""
    try:
        if await element.evaluate(script("turn.js"), wanted):
            return True
        await press(element)
        return bool(await element.evaluate(script("is_on.js"))) is wanted
    except Error:
        return False
