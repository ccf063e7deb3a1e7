"""What is known of a banner by now, and what was pressed in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog
from playwright.async_api import Error

from scanner.addresses import without_query
from scanner.answer.look import script
from scanner.answer.platforms import OWN
from scanner.model import BannerAnswer, Press, said
from scanner.redaction import redacted_text, redacted_url

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from playwright.async_api import ElementHandle, Frame, Page

    from scanner.answer.autoconsent import Pressed
    from scanner.answer.control import Control
    from scanner.answer.layer import Layer, Screen
    from scanner.model import Category, Statement

PICTURE_TIMEOUT = 3000  # milliseconds that a picture of the page may take

#: What is said of what may hide a banner, or be one.
_IN_THE_WAY: dict[Screen, str] = {"age": "age_door", "picture": "painted_banner"}

log = structlog.get_logger()


@dataclass
class Record:
    """The talk with one banner, as far as it has come."""

    pictures: Path | None = None  # folder for PNG files; None: none are taken
    found: bool | None = None
    platform: str | None = None
    method: Literal["rule", "heuristic", "own"] | None = None
    accepted: bool | None = None
    rejected: bool | None = None
    withdrawn: bool | None = None
    offers: set[Category] = field(default_factory=set)
    presses: list[Press] = field(default_factory=list)
    doubts: list[Statement] = field(default_factory=list)

    @property
    def outcome(self) -> BannerAnswer:
        """The value that a scan keeps."""
        return BannerAnswer(
            found=self.found,
            platform=self.platform,
            accepted=self.accepted,
            rejected=self.rejected,
            withdrawn=self.withdrawn,
            method=self.method,
            offers=tuple(sorted(self.offers)),
            presses=tuple(self.presses),
            doubts=tuple(self.doubts),
        )

    def saw(self, layer: Layer) -> None:
        """Note a layer of the banner."""
        self.found = True
        self.offers |= layer.offers
        self.platform = layer.platform or self.platform
        if self.method is None:
            self.knew(ruled=self.platform is not None)

    def unsure(self, screens: Collection[Screen]) -> None:
        """Note that it cannot be told whether there is a banner, and what is in the way."""
        self.found = None
        self.doubts += [said(_IN_THE_WAY[screen]) for screen in sorted(screens)]

    def cut_short(self) -> None:
        """Note that the time ran out: that there is no way to say no was not found then."""
        self.rejected = self.rejected or None
        self.withdrawn = self.withdrawn or None

    def knew(self, *, ruled: bool) -> None:
        """Note how the banner is being answered."""
        if self.platform == OWN:
            self.method = "own"
        else:
            self.method = "rule" if ruled else "heuristic"

    async def pressing(
        self, control: Control, element: ElementHandle, frame: Frame, *, meaning: str | None = None
    ) -> None:
        """Note a press that is about to happen, with a picture if one is wanted."""
        ruled = control.ruled is not None or control.platform is not None
        label = redacted_text(control.label or control.name)
        press = Press(
            label=label,
            meaning=meaning or control.meaning.value,
            rule=f"rule:{control.platform or self.platform}" if ruled else "words",
            frame=redacted_url(without_query(frame.url)),
            box=await _box(element),
            picture=await self.picture(frame.page),
        )
        log.info("banner pressed", label=press.label, meaning=press.meaning, rule=press.rule)
        self.presses.append(press)

    async def handing_over(self, rule: str, meaning: str, page: Page) -> None:
        """Note that a further rule is about to press what it knows."""
        log.info("banner handed over", rule=rule, meaning=meaning)
        self.presses.append(
            Press(
                label="",
                meaning=meaning,
                rule=f"autoconsent:{rule}",
                frame=redacted_url(without_query(page.url)),
                picture=await self.picture(page),
            )
        )

    def handed_over(self, pressed: Sequence[Pressed]) -> None:
        """Note what the further rule pressed, in the place of what it was asked to do."""
        asked = self.presses.pop()
        for number, (label, box) in enumerate(pressed):
            picture = None if number else asked.picture
            told = redacted_text(label)
            press = msgspec.structs.replace(asked, label=told, box=box, picture=picture)
            self.presses.append(press)
        if not pressed:  # it spoke to the platform itself, or closed what it found
            self.presses.append(asked)

    async def picture(self, page: Page) -> str | None:
        """Keep a picture of what *page* shows; return its SHA-256, None: there is no picture."""
        if self.pictures is None:
            return None
        try:
            png = await page.screenshot(timeout=PICTURE_TIMEOUT, animations="disabled", scale="css")
            digest = hashlib.sha256(png).hexdigest()
            self.pictures.mkdir(parents=True, exist_ok=True)
            (self.pictures / f"{digest}.png").write_bytes(png)
        except Error as exc:
            log.info("no picture of the banner", reason=exc.message.splitlines()[0])
            return None
        except OSError as exc:
            log.warning("no picture of the banner", reason=str(exc))
            return None
        return digest


async def _box(element: ElementHandle) -> tuple[int, int, int, int] | None:
    """Bring *element* into the window; return where it is then; None: nowhere, or it is gone."""
    try:
        await element.evaluate(script("into_view.js"))
        box = await element.bounding_box()
    except Error:
        return None
    if box is None:
        return None
    return (round(box["x"]), round(box["y"]), round(box["width"]), round(box["height"]))
