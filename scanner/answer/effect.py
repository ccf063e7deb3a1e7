"""See what comes of a press: has the banner gone, and does the site show that it knows?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from playwright.async_api import Error

from scanner.answer.look import LEAST_LOOKS, look, script
from scanner.answer.platforms import platform
from scanner.answer.traces import read_traces
from scanner.model import Category

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Page

    from scanner.answer.plan import Answer
    from scanner.answer.traces import Traces

PAUSE = 0.1  # seconds between two looks
EFFECT_PATIENCE = 2.5  # seconds until a press must have shown its effect
DEAF_PATIENCE = 1.2  # seconds after which a press that changed nothing is repeated
STAY_PATIENCE = 0.6  # seconds that a layer may stay after the site has kept the answer

#: seen: the banner went, and the site shows that it knows. open: the platform has kept the
#: answer, but the layer stays. contrary: it has kept the other answer. unsure: the banner went
#: and left no trace. none: nothing happened.
Effect = Literal["seen", "open", "contrary", "unsure", "none"]

#: What an effect means for the answer that was given.
RESULTS: dict[Effect, bool | None] = {
    "seen": True,
    "open": True,
    "contrary": False,
    "unsure": None,
    "none": False,
}


async def watch(
    page: Page,
    root: ElementHandle | None,
    answer: Answer,
    before: Traces,
    *,
    name: str | None,
    others: int,
) -> Effect:
    """
    Return what came of a press.

    Args:
        page: Where it was pressed.
        root: The layer that ought to go.
        answer: What was pressed. Of a single category no platform's record is expected.
        before: The traces that there were earlier.
        others: How many more banners there were, which may stay.
        name: The platform whose record is read; None: whichever changed.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    looks = 0
    while True:
        looks += 1
        gone = await _gone(root) and len((await look(page)).banners) <= others
        after = await read_traces(page)
        heard = None if isinstance(answer, Category) else after.heard(platform(name), before)
        differ = after.differ(before)
        if gone and differ and heard in (answer, None):
            return "seen"
        waited = clock() - started
        if not gone and differ and heard == answer and waited > STAY_PATIENCE:
            return "open"
        deaf = not gone and not differ and waited > DEAF_PATIENCE
        if looks >= LEAST_LOOKS and (waited > EFFECT_PATIENCE or deaf):
            break
        await asyncio.sleep(PAUSE)
    if gone and differ:
        return "contrary"
    return "unsure" if gone else "none"


async def _gone(root: ElementHandle | None) -> bool:
    """Whether the layer *root* has left the screen; a page that navigated has no such layer."""
    if root is None:
        return True
    try:
        return bool(await root.evaluate(script("gone.js")))
    except Error:
        return True
