"""The talk between a visitor and a consent banner: wait for it, answer it, see the effect."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import structlog
from playwright.async_api import Error

from scanner.answer import words
from scanner.answer.autoconsent import HEURISTIC, Autoconsent
from scanner.answer.doors import likeliest
from scanner.answer.look import look, script
from scanner.answer.plan import label, plan
from scanner.answer.platforms import OWN, platform
from scanner.answer.press import press, take
from scanner.answer.traces import read_traces
from scanner.answer.words import Meaning
from scanner.model import BannerAnswer, State

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Page

    from scanner.answer.bundle import Bundle
    from scanner.answer.look import Door, Sight, View
    from scanner.answer.plan import Step
    from scanner.answer.traces import Traces

PATIENCE = 3.0  # seconds that a page without any sign of a banner is watched for a late one
ANNOUNCED_PATIENCE = 8.0  # seconds that a page gets whose consent platform is still loading
SHORT_PATIENCE = 1.0  # seconds for a banner to come that has probably had its answer
EFFECT_PATIENCE = 2.5  # seconds until a press must have shown its effect
DEAF_PATIENCE = 1.2  # seconds after which a press that changed nothing is repeated
STAY_PATIENCE = 0.6  # seconds that a layer may stay after the site has kept the answer
LAYER_PATIENCE = 1.5  # seconds until a further layer must have opened
SECOND_LOOK = 0.6  # seconds that a banner without the wanted button gets to show it
RULE_PATIENCE = 0.4  # seconds for a further rule to recognise the banner
RULE_START = 0.5  # seconds without a banner after which further rules are asked
PAUSE = 0.1  # seconds between two looks
Effect = Literal["seen", "open", "contrary", "unsure", "none"]

MOST_STEPS = 6  # presses in one banner; more would be wandering about

#: What an effect means for the answer that was given.
_RESULTS = {"seen": True, "open": True, "contrary": False, "unsure": None}

log = structlog.get_logger()


class Dialogue:
    """One visitor's talk with the banner of *page*; it knows at any time what came of it."""

    def __init__(self, page: Page, *, bundle: Bundle | None = None) -> None:
        self._page = page
        self._bundle = bundle
        self._rules: Autoconsent | None = None
        self._found: bool | None = None
        self._platform: str | None = None
        self._method: Literal["rule", "heuristic", "own"] | None = None
        self._accepted: bool | None = None
        self._rejected: bool | None = None
        self._withdrawn: bool | None = None

    @property
    def outcome(self) -> BannerAnswer:
        """What is known by now."""
        return BannerAnswer(
            found=self._found,
            platform=self._platform,
            accepted=self._accepted,
            rejected=self._rejected,
            withdrawn=self._withdrawn,
            method=self._method,
        )

    async def leave(self) -> None:
        """Let go of the page."""
        if self._rules is not None:
            await self._rules.leave()

    async def _enter(self) -> Autoconsent | None:
        """Start the further rules, if there are any, once."""
        if self._rules is None and self._bundle is not None:
            self._rules = await Autoconsent.enter(self._page, self._bundle)
        return self._rules

    async def hold(self, wanted: State, *, deadline: float) -> None:
        """
        Find the banner and tell it what a visitor in the state *wanted* would.

        Args:
            wanted: BEFORE and GPC only look.
            deadline: Time of the event loop until which a banner that is announced may come.
        """
        if wanted is State.WITHDRAW:
            await self._withdraw()
            return
        await self._arrival(deadline)
        if not self._found:
            return
        if wanted is State.ACCEPT:
            self._accepted = False  # until the effect is seen
            self._accepted = await self._answer("yes", await read_traces(self._page))
        elif wanted is State.REJECT:
            self._rejected = False
            self._rejected = await self._answer("no", await read_traces(self._page))

    async def _arrival(self, deadline: float, *, patience: float = PATIENCE) -> View:
        """Wait for a banner; longer if a platform is there that has no answer yet."""
        clock = asyncio.get_running_loop().time
        started = clock()
        while True:
            view = await self._see()
            if view.banner is not None:
                return view
            announced = patience == PATIENCE and await self._unanswered(view)
            patience = ANNOUNCED_PATIENCE if announced else patience
            if clock() - started > RULE_START:
                await self._enter()
            if clock() >= min(started + patience, deadline - PAUSE):
                name = None if self._rules is None else await self._rules.found(within=0)
                if name is not None:
                    self._name(name)
                    return view
                self._found = False
                return view
            await asyncio.sleep(PAUSE)

    async def _unanswered(self, view: View) -> bool:
        """Whether a platform is there that keeps no answer: it will ask."""
        if not view.platforms:
            return False
        traces = await read_traces(self._page)
        return any(traces.heard(platform(name), traces) is None for name in view.platforms)

    async def _see(self) -> View:
        view = await look(self._page)
        if view.banner is not None:
            self._found = True
            self._platform = view.banner.layer.platform or self._platform
            if self._method is None:
                self._method = _method(self._platform, ruled=self._platform is not None)
        elif self._platform is None and len(view.platforms) == 1:
            self._platform = min(view.platforms)
        return view

    async def _answer(self, answer: Literal["yes", "no"], before: Traces) -> bool | None:
        """
        Give the banner its *answer*, through as many layers as it takes.

        Returns:
            True: the effect was seen. False: there is no way, or it had no effect. None: the
            banner went, but nothing shows that the site has understood.
        """
        handed = await self._hand_over(answer, before)
        if handed != "none":
            return _RESULTS[handed]
        pressed: set[str] = set()
        in_vain: set[str] = set()  # a page that is still waking up may miss the first press
        for _ in range(MOST_STEPS):
            found = await self._next(answer, pressed, again=bool(in_vain))
            if found is None:
                return await self._last_resort(answer, before)
            sight, step = found
            self._method = _method(sight.layer.platform, ruled=step.press.ruled is not None)
            root = await sight.element(sight.layer.root)
            log.info("banner pressed", label=label(step.press), meaning=step.press.meaning.value)
            done = await take(step, sight)
            if done and step.final:
                effect = await self._effect(root, answer, before)
                if effect == "open":
                    await self._close(sight)
                if effect != "none":
                    return _RESULTS[effect]
            if label(step.press) in in_vain:
                pressed.add(label(step.press))
            in_vain.add(label(step.press))
        return False

    async def _hand_over(self, answer: Literal["yes", "no"], before: Traces) -> Effect:
        """Let a further rule answer, where one knows the banner and none of our own does."""
        if self._bundle is None:
            return "none"
        banner = (await self._see()).banner
        step = None if banner is None else plan(banner.layer, answer, ())
        if step is not None and step.press.ruled is not None:
            return "none"
        rules = await self._enter()
        name = None if rules is None else await rules.found(within=RULE_PATIENCE)
        if rules is None or name is None or name == HEURISTIC:
            return "none"
        root = None if banner is None else await banner.element(banner.layer.root)
        if not await rules.tell(answer):
            return "none"
        self._name(name)
        return await self._effect(root, answer, before)

    async def _last_resort(self, answer: Literal["yes", "no"], before: Traces) -> bool | None:
        """Let the further rules try what words did not find; they never accept to refuse."""
        name = None if self._rules is None else await self._rules.found(within=0)
        if self._rules is None or name is None or (name == HEURISTIC and answer == "yes"):
            return False
        banner = (await self._see()).banner
        root = None if banner is None else await banner.element(banner.layer.root)
        if not await self._rules.tell(answer):
            return False
        effect = await self._effect(root, answer, before)
        return False if effect == "none" else _RESULTS[effect]

    def _name(self, rule: str) -> None:
        """Note which further rule knows the banner."""
        self._found = True
        self._platform = self._platform or "-".join(words.normal(rule).split())
        self._method = "rule"

    async def _next(
        self, answer: Literal["yes", "no"], pressed: set[str], *, again: bool
    ) -> tuple[Sight, Step] | None:
        """Return the next step in the likeliest banner, when there is one; wait a little for it."""
        clock = asyncio.get_running_loop().time
        until = clock() + (LAYER_PATIENCE if again else SECOND_LOOK)
        fallback: tuple[Sight, Step] | None = None
        while True:
            fallback = None
            for sight in (await self._see()).banners:
                step = plan(sight.layer, answer, pressed)
                if step is not None and step.final:
                    return sight, step
                fallback = fallback or (None if step is None else (sight, step))
            if clock() >= until or (fallback is not None and not again):
                return fallback
            await asyncio.sleep(PAUSE)

    async def _effect(
        self, root: ElementHandle | None, answer: Literal["yes", "no"], before: Traces
    ) -> Effect:
        """
        Watch what comes of a press.

        Returns:
            seen: the banner went, and the site shows that it knows. open: the platform has kept
            the answer, but the layer stays. contrary: it has kept the other answer. unsure: the
            banner went and left no trace. none: nothing happened.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        until = started + EFFECT_PATIENCE
        while True:
            gone = await _gone(root) and (await look(self._page)).banner is None
            after = await read_traces(self._page)
            heard = after.heard(platform(self._platform), before)
            differ = after.differ(before)
            if gone and differ and heard in (answer, None):
                return "seen"
            waited = clock() - started
            if not gone and heard == answer and differ and waited > STAY_PATIENCE:
                return "open"
            if clock() >= until or (not gone and not differ and waited > DEAF_PATIENCE):
                break
            await asyncio.sleep(PAUSE)
        if gone and heard is not None and heard != answer and differ:
            return "contrary"
        return "unsure" if gone else "none"

    async def _close(self, sight: Sight) -> None:
        """Close a layer that has its answer and stays."""
        for meaning in (Meaning.SAVE, Meaning.CLOSE):
            for control in sight.layer.means(meaning)[:1]:
                element = await sight.element(control.element)
                if element is not None:
                    await press(element)
                return

    async def _withdraw(self) -> None:
        """Take a consent back by the site's own control; give it first if nobody has."""
        deadline = asyncio.get_running_loop().time() + SHORT_PATIENCE
        view = await self._arrival(deadline, patience=SHORT_PATIENCE)
        if view.banner is None:
            self._found = None  # it may have had its answer
        else:
            self._accepted = False
            self._accepted = await self._answer("yes", await read_traces(self._page))
            if not self._accepted:
                return
        before = await read_traces(self._page)
        self._withdrawn = False
        tried: set[str] = set()
        for _ in range(MOST_STEPS):
            door = await self._door(tried)
            if door is None:
                return
            tried.add(label(door.control))
            element = await door.element()
            if element is None or not await press(element):
                continue
            self._found = True
            self._platform = door.control.platform or self._platform
            self._method = _method(self._platform, ruled=door.control.platform is not None)
            log.info("banner reopened", label=label(door.control))
            if await self._opened(door, before):
                self._withdrawn = await self._taken_back(before)
                if self._withdrawn is not False:
                    return

    async def _taken_back(self, before: Traces) -> bool | None:
        """Refuse in the layer that was opened; some sites need no more than the press before."""
        if (await look(self._page)).banner is None:
            return True
        return await self._answer("no", before)

    async def _door(self, tried: set[str]) -> Door | None:
        """Return the likeliest control that was not tried; wait a little for one."""
        clock = asyncio.get_running_loop().time
        until = clock() + LAYER_PATIENCE
        while True:
            found = likeliest((await look(self._page)).doors, tried)
            if found is not None or clock() >= until:
                return found
            await asyncio.sleep(PAUSE)

    async def _opened(self, door: Door, before: Traces) -> bool:
        """Whether the press on *door* brought a banner, or took the consent back by itself."""
        clock = asyncio.get_running_loop().time
        until = clock() + LAYER_PATIENCE
        while clock() < until:
            if (await self._see()).banner is not None:
                return True
            if door.control.meaning is Meaning.WITHDRAW:
                after = await read_traces(self._page)
                if after.differ(before):
                    return True
            await asyncio.sleep(PAUSE)
        return False


async def _gone(root: ElementHandle | None) -> bool:
    """Whether the layer *root* has left the screen; a page that navigated has no such layer."""
    if root is None:
        return True
    try:
        return bool(await root.evaluate(script("gone.js")))
    except Error:
        return True


def _method(name: str | None, *, ruled: bool) -> Literal["rule", "heuristic", "own"]:
    if name == OWN:
        return "own"
    return "rule" if ruled else "heuristic"
