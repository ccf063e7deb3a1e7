"""Look at a page as a visitor does: all frames, all layers, which of them is the banner."""

from __future__ import annotations

import asyncio
import functools
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from playwright.async_api import Error

from scanner.answer import words
from scanner.answer.layer import Layer, Report, Screen, banners
from scanner.answer.plan import asks_too
from scanner.answer.platforms import rules
from scanner.redaction import redacted_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import ElementHandle, Frame, JSHandle, Page

    from scanner.answer.control import Control
    from scanner.model import Press

MOST_FRAMES = 40  # of a page that are looked at
FRAME_PATIENCE = 3.0  # seconds that a frame's script may take; a page can be too busy to answer
LEAST_LOOKS = 4  # before something is taken for not there: a slow machine sees little in a second

#: A frame that speaks of consent in its address is one, wherever it stands.
_FRAME_HINT = re.compile(r"cookie|consent|gdpr|cmp|privacy", re.IGNORECASE)


@dataclass(frozen=True)
class Sight:
    """A layer, in the frame where it was seen."""

    frame: Frame
    layer: Layer
    elements: JSHandle

    async def element(self, place: int) -> ElementHandle | None:
        """Return the element at *place* of the survey; None: the page has changed."""
        return await _at(self.elements, place)


@dataclass(frozen=True)
class Door:
    """A control outside all layers that may show the banner again."""

    frame: Frame
    control: Control
    elements: JSHandle

    async def element(self) -> ElementHandle | None:
        """Return the element to press; None: the page has changed."""
        return await _at(self.elements, self.control.element)


@dataclass(frozen=True)
class View:
    """All that was seen of a page at one moment."""

    banners: tuple[Sight, ...]  # the likeliest first
    doors: tuple[Door, ...]
    platforms: frozenset[str]  # that are there, whether or not they show something
    blind: bool = False  # whether the page itself did not answer: nothing is known then
    riddles: bool = False  # whether something may be a banner whose words are not understood
    screens: frozenset[Screen] = frozenset()  # what may hide a banner, or be one

    @property
    def banner(self) -> Sight | None:
        """The likeliest banner."""
        return self.banners[0] if self.banners else None


async def _at(elements: JSHandle, place: int) -> ElementHandle | None:
    try:
        return (await elements.get_property(str(place))).as_element()
    except Error:  # the document went with its elements
        return None


async def look(page: Page) -> View:
    """Return what is seen of *page* now. A frame that cannot be asked is passed over."""
    surveys = await asyncio.gather(*(_survey(frame) for frame in page.frames[:MOST_FRAMES]))
    seen: list[Sight] = []
    doors: list[Door] = []
    present: set[str] = set()
    riddles = False
    screens: set[Screen] = set()
    for survey in surveys:
        if survey is None:
            continue
        frame, report, elements = survey
        present.update(report.platforms)
        screens.update(report.screens)
        riddles = riddles or any(layer.is_riddle for layer in report.layers)
        doors += [Door(frame, control, elements) for control in report.doors]
        seen += [
            Sight(frame, layer, elements)
            for layer in banners(report.layers)
            if layer.kind != "frame" or await _floats(frame, layer)
        ]
    seen.sort(key=lambda sight: sight.layer.rank)
    blind = not surveys or surveys[0] is None
    return View(
        *(tuple(seen), tuple(doors), frozenset(present)),
        blind=blind,
        riddles=riddles,
        screens=frozenset(screens),
    )


async def _survey(frame: Frame) -> tuple[Frame, Report, JSHandle] | None:
    argument = {"words": _patterns(), "rules": rules(), "top": frame.parent_frame is None}
    try:
        async with asyncio.timeout(FRAME_PATIENCE):
            found = await frame.evaluate_handle(script("survey.js"), argument)
            report = await (await found.get_property("report")).json_value()
            elements = await found.get_property("elements")
    except (Error, TimeoutError):  # gone, navigating, or too busy: others may answer
        return None
    return frame, msgspec.convert(report, Report), elements


def survey() -> str:
    """Return a page script that answers the report of a document, for `shows_banner`."""
    argument = msgspec.json.encode({"words": _patterns(), "rules": rules()}).decode()
    return f"({script('survey.js')})(Object.assign({{top: self === top}}, {argument})).report"


def mention() -> str:
    """Return a page script that tells whether a survey may find a banner; far quicker than one."""
    return f"({script('mentions.js')})({msgspec.json.encode(words.stems('subject')).decode()})"


def shows_banner(report: Any) -> bool:
    """Whether what `survey` answered has what could be a banner, or what could yet show one."""
    told = msgspec.convert(report, Report)
    return bool(told.platforms or banners(told.layers))


def asks(report: Any) -> bool:
    """Whether what `survey` answered has what could be a banner that is on the screen."""
    return bool(banners(msgspec.convert(report, Report).layers))


def asks_again(report: Any, press: Press) -> bool:
    """Whether what `survey` answered has a banner that asks, or that in which *press* was first."""
    return any(
        asks_too(layer)
        or (
            not layer.is_form
            and any(
                control.meaning == press.meaning
                and redacted_text(control.label or control.name) == press.label
                for control in layer.controls
            )
        )
        for layer in banners(msgspec.convert(report, Report).layers)
    )


async def _floats(frame: Frame, layer: Layer) -> bool:
    """Whether a banner that fills a *frame* lies over the page, or says what it is."""
    if layer.hint:
        return True
    for around in _outwards(frame):
        if _FRAME_HINT.search(around.url) or _FRAME_HINT.search(around.name):
            return True
        try:
            owner = await around.frame_element()
            if await owner.evaluate(script("floats.js")):
                return True
        except Error:
            return False
    return False


def _outwards(frame: Frame) -> Iterator[Frame]:
    """Yield *frame* and the frames that it lies in, the page itself left out."""
    at: Frame | None = frame
    while at is not None and at.parent_frame is not None:
        yield at
        at = at.parent_frame


async def spoken_by(control: ElementHandle) -> str | None:
    """Return what *control* says now; empty: it sleeps; None: it went with its document."""
    try:
        return str(await control.evaluate(script("said.js")))
    except Error:
        return None


@functools.cache
def script(name: str) -> str:
    """Return the page script in the file *name* beside this module."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@functools.cache
def _patterns() -> dict[str, Any]:
    """Return the words that a page script needs, as sources of JavaScript patterns."""
    return {
        "subject": words.stems("subject"),
        "talk": words.stems("talk"),
        "revisit": words.stems("revisit", "withdraw"),
        "door": words.stems("door", "statement"),
        "age": words.stems("age"),
    }
