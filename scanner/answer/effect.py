"""See what comes of a press: has the banner gone, and does the site show that it knows?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, NamedTuple

from playwright.async_api import Error

from scanner.answer.look import FRAME_PATIENCE, LEAST_LOOKS, look, script, spoken_by
from scanner.answer.platforms import platform
from scanner.answer.traces import read_traces
from scanner.answer.words import Meaning
from scanner.model import Category

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Page

    from scanner.answer.look import Sight
    from scanner.answer.plan import Answer
    from scanner.answer.traces import Traces

PAUSE = 0.1  # seconds between two looks
EFFECT_PATIENCE = 2.5  # seconds until a press must have shown its effect
DEAF_PATIENCE = 1.2  # seconds after which a press that changed nothing is repeated
YOUNG = 0.8  # seconds that a page gets to show its banner again, where a press loads it anew
LOADING_PATIENCE = 6.0  # seconds that such a page may take to come
WORKING_PATIENCE = 8.0  # seconds for a press whose control says that it is being worked on
STAY_PATIENCE = 0.6  # seconds that a layer may stay after the site has kept the answer

#: What a control means that still asks for an answer.
ASKING = (Meaning.ACCEPT, Meaning.REJECT, Meaning.NECESSARY, Meaning.SAVE)

#: seen: the banner went, and the site shows that it knows. open: the site has kept the answer,
#: but the layer stays, or thanks for it. contrary: it has kept the other answer. unsure: the
#: banner went and left no trace, or one that speaks of another answer. asks: the site has kept
#: something, and asks on in another layer. kept: it has kept something after a refusal, and asks
#: on in the same layer. none: nothing happened.
Effect = Literal["seen", "open", "contrary", "unsure", "asks", "kept", "none"]

#: What the site keeps of an answer.
Told = Literal["same", "alike", "other", "doubtful"]

#: What it may keep where it has understood; None: that cannot be read.
FITTING: tuple[Told | None, ...] = ("same", "alike", None)

#: What an effect means for the answer that was given.
RESULTS: dict[Effect, bool | None] = {
    "seen": True,
    "open": True,
    "contrary": False,
    "unsure": None,
    "asks": None,
    "kept": None,
    "none": False,
}


class Pressed(NamedTuple):
    """What was pressed, and what ought to go then."""

    layer: ElementHandle | None
    control: ElementHandle | None = None
    form: bool = False  # a form of the page, which stays where it is
    spoke: str | None = None  # what the control said before


async def watch(
    page: Page,
    pressed: Pressed,
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
        pressed: The control, and its layer.
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
        coming = await _coming(page)
        view = await look(page)
        seen = view.banners
        here = not coming and not view.blind
        left = here and await gone(pressed.layer) and len(seen) <= others
        after = await read_traces(page)
        told = _told(after, answer, before, name=name)
        differ = after.differ(before)
        if left and differ and told in FITTING:
            return "seen"
        waited = clock() - started
        stays = here and not left and differ and waited > STAY_PATIENCE
        alone = told == "alike" and isinstance(answer, Category)
        if stays and (told == "same" or alone or await _thanks(pressed, told, seen, others)):
            return "seen" if pressed.form else "open"
        deaf = here and not left and not differ and waited > DEAF_PATIENCE
        late = waited > (EFFECT_PATIENCE if here else LOADING_PATIENCE)
        if (late or deaf) and waited <= WORKING_PATIENCE and await _works(pressed):
            deaf = late = False
        if looks >= LEAST_LOOKS and (late or deaf):
            break
        await asyncio.sleep(PAUSE)
    if differ and not left and pressed.form and told in FITTING:
        return "seen"
    if left:
        return "contrary" if differ and told == "other" else "unsure"
    if differ and pressed.layer and await gone(pressed.layer):
        return "asks"
    return "kept" if differ and answer != "yes" else "none"


def _told(after: Traces, answer: Answer, before: Traces, *, name: str | None) -> Told | None:
    """
    Return what the site keeps of an *answer*; None: that cannot be read.

    A known platform's record can say that it is the same, or another; one that is read by its
    words alone can be alike, or make it doubtful.
    """
    heard = None if isinstance(answer, Category) else after.heard(platform(name), before)
    if heard is not None:
        return "same" if heard == answer else "other"
    kept = after.kept(answer, before)
    return None if kept is None else "alike" if kept else "doubtful"


async def _thanks(
    pressed: Pressed, told: Told | None, seen: tuple[Sight, ...], others: int
) -> bool:
    """Whether a layer stays only to say what was chosen: nothing in it asks any more."""
    asking = [sight for sight in seen if sight.layer.means(*ASKING)]
    known = pressed.control is not None and told in (None, "alike")
    return known and len(asking) <= others and await gone(pressed.control)


async def _works(pressed: Pressed) -> bool:
    """Whether the control has changed since it was pressed: "One moment…", or it sleeps."""
    control = pressed.control
    if control is None or pressed.spoke is None or await gone(control):
        return False
    return await spoken_by(control) not in (pressed.spoke, None)


async def _coming(page: Page) -> bool:
    """Whether *page* is being loaded, or has just come: its banner may not be there yet."""
    try:
        async with asyncio.timeout(FRAME_PATIENCE):
            return float(await page.evaluate(script("age.js"))) < YOUNG
    except (Error, TimeoutError):  # between two documents
        return True


async def gone(element: ElementHandle | None) -> bool:
    """Whether *element* has left the screen; a page that navigated has no such element."""
    if element is None:
        return True
    try:
        return bool(await element.evaluate(script("gone.js")))
    except Error:
        return True
