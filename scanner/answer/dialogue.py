"""The talk between a visitor and a consent banner: wait for it, and give it an answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from scanner.answer import words
from scanner.answer.autoconsent import HEURISTIC, Autoconsent
from scanner.answer.closed import open_closed
from scanner.answer.effect import PAUSE, RESULTS, Effect, Pressed, gone, watch
from scanner.answer.given import Memory
from scanner.answer.look import LEAST_LOOKS, look, spoken_by
from scanner.answer.plan import accepts_chosen, asks_too, label, plan
from scanner.answer.press import press, stir, take
from scanner.answer.silence import silence
from scanner.answer.traces import read_traces
from scanner.answer.words import Meaning
from scanner.model import Category, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator

    from playwright.async_api import Page

    from scanner.answer.bundle import Bundle
    from scanner.answer.control import Control
    from scanner.answer.look import Sight, View
    from scanner.answer.plan import Answer, Step
    from scanner.answer.record import Record
    from scanner.answer.traces import Traces

    #: Tells whether it is certain that no banner is to come.
    Scout = Callable[[], Awaitable[bool]]

PATIENCE = 3.0  # seconds that a page without any sign of a banner is watched for a late one
SCOUTED_PATIENCE = 2.0  # seconds that it gets at least of which a scout says that none is to come
SCOUT_START = 1.0  # seconds without a banner after which a scout is sent: most show it sooner
LOADING_PATIENCE = 6.0  # seconds that a page gets which has not come to rest
STIR_START = 1.2  # seconds without a banner after which a page sees the mouse move
STIRRED_PATIENCE = 1.0  # seconds that it then gets at least
CLOSED_PAUSE = 0.8  # seconds between two looks into closed shadow roots
QUIET = 1.0  # seconds without a request after which a page is at rest
ANNOUNCED_PATIENCE = 8.0  # seconds that a page gets whose consent platform is still loading
FORM_PATIENCE = 1.5  # seconds that a page with settings of consent gets to show a banner, too
LAYER_PATIENCE = 1.5  # seconds until a further layer must have opened
SECOND_LOOK = 0.6  # seconds that a banner without the wanted button gets to show it
RULE_START = 0.5  # seconds without a banner after which further rules are asked
RULE_PATIENCE = 0.4  # seconds for a further rule to recognise the banner
MOST_BANNERS = 3  # that ask at the same time
MOST_STEPS = 6  # presses in one banner; more would be wandering about


@contextlib.contextmanager
def scouting(scout: Scout | None) -> Iterator[Callable[[], bool]]:
    """Send *scout* when it is asked of first; the value tells whether it is back and says none."""
    sent: list[asyncio.Future[bool]] = []

    def none_comes() -> bool:
        if scout is not None and not sent:
            sent.append(asyncio.ensure_future(scout()))
        return any(back.done() and not back.exception() and back.result() for back in sent)

    try:
        yield none_comes
    finally:
        for back in sent:
            back.cancel()


class Dialogue:
    """One visitor's talk with the banner of *page*; the record knows at any time how it stands."""

    def __init__(
        self,
        page: Page,
        record: Record,
        *,
        bundle: Bundle | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.page = page
        self.record = record
        self.memory = memory or Memory()
        self.form_stays = False  # a page with settings has no banner that goes
        self._bundle = bundle
        self._rules: Autoconsent | None = None
        self._others = 0  # banners beside the one that is being answered
        self._veiled = False  # whether an "accept" beside switches may have been the way to refuse
        self._unread = False  # whether a button was there whose words are not understood
        self._unseen = False  # whether settings save something, but no switch was made out in them
        self._baffled = False  # whether the banner may take the answer in a way not made out
        self._stays = False  # whether the layer that was answered is still there
        self._shown: frozenset[str] = frozenset()  # what the banners said when they were seen last
        self._dead = False  # whether settings were asked for, and did not come
        self._ready = False  # whether the switches were set on a layer that saves nothing

    async def hold(
        self,
        wanted: State,
        *,
        only: Category | None,
        deadline: float,
        patience: float = PATIENCE,
        scout: Scout | None = None,
    ) -> None:
        """
        Find the banner and tell it what a visitor in the state *wanted* would.

        Args:
            wanted: ACCEPT or REJECT; anything else only looks.
            only: The one category that is accepted; None: all.
            deadline: Time of the event loop until which a banner that is announced may come.
            patience: Seconds for a banner that nothing announces.
            scout: Makes it shorter, where it is certain that none is to come.
        """
        await self.arrival(deadline, patience=patience, scout=scout)
        if not self.record.found:
            return
        before = await read_traces(self.page)
        if wanted is State.ACCEPT:
            self.record.accepted = False  # until the effect is seen
            self.record.accepted = await self._answer_all(only or "yes", before)
            self.memory.gave(before, await read_traces(self.page))
        elif wanted is State.REJECT:
            self.record.rejected = False
            self.record.rejected = await self._answer_all("no", before)

    async def leave(self) -> None:
        """Let go of the page."""
        if self._rules is not None:
            await self._rules.leave()

    async def arrival(
        self,
        deadline: float,
        *,
        patience: float = PATIENCE,
        longer: bool = True,
        scout: Scout | None = None,
    ) -> View:
        """
        Wait for a banner, for *patience* seconds at least.

        If *longer*, it waits more while the page still loads, and most if a platform is there
        that has no answer yet; and less if *scout* says that there is nothing to wait for. The
        page also sees the mouse move then: some load their banner at the first sign of a visitor.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        stirred = None if longer else started
        looks = 1  # into closed shadow roots
        seeing = 0  # looks to which the page answered
        with silence(self.page) as silent, scouting(scout) as none_comes:
            while True:
                view = await self.see()
                seeing += not view.blind
                form = view.banner is not None and view.banner.layer.is_form
                # a banner may yet come over it
                waits = form and clock() - started < min(FORM_PATIENCE, patience)
                if view.banner is not None and not waits:
                    return view
                if await self._known(clock() - started):
                    return view
                if clock() - started > looks * CLOSED_PAUSE:
                    looks += 1
                    await open_closed(self.page)
                if stirred is None and clock() - started > STIR_START:
                    await stir(self.page)
                    stirred = clock()
                none = clock() - started > SCOUT_START and none_comes()
                limit = min(patience, SCOUTED_PATIENCE) if none else patience
                limit = max(limit, (stirred or started) - started + STIRRED_PATIENCE)
                if longer:
                    limit = max(limit, LOADING_PATIENCE) if silent() < QUIET else limit
                    announced = await self._unanswered(view)
                    limit = max(limit, ANNOUNCED_PATIENCE) if announced else limit
                if clock() >= deadline - PAUSE or (
                    clock() >= started + limit and seeing >= LEAST_LOOKS
                ):
                    if view.banner is None:
                        self.record.found = False if seeing else None
                        if seeing and (view.riddles or view.screens):
                            self.record.unsure(view.screens)
                    return view
                await asyncio.sleep(PAUSE)

    async def see(self) -> View:
        """Return what is on the screen, and note it."""
        view = await look(self.page)
        if view.banner is not None:
            self.record.saw(view.banner.layer)
        elif self.record.platform is None and len(view.platforms) == 1:
            self.record.platform = min(view.platforms)
        return view

    async def _answer_all(self, answer: Answer, before: Traces) -> bool | None:
        """Give all banners that ask the same *answer*; return what `answer` does, of all."""
        result = await self.answer(answer, before)
        for _ in range(MOST_BANNERS - 1):
            if result is not True or self._stays:
                break
            more = [sight for sight in (await self.see()).banners if asks_too(sight.layer)]
            if not more:
                break
            result = await self.answer(answer, await read_traces(self.page)) or None
        return result

    async def answer(self, answer: Answer, before: Traces) -> bool | None:
        """
        Give the banner its *answer*, through as many layers as it takes.

        Returns:
            True: the effect was seen. False: there is no way, or it had no effect. None: the
            banner went, but nothing shows that the site has understood; or the site keeps
            something, and asks on.
        """
        self._stays = False
        effect = await self._hand_over(answer, before)
        if effect != "none":
            return RESULTS[effect]
        pressed: set[str] = set()
        #: What was pressed, and what stood there: a page that wakes up may miss the first press.
        in_vain: dict[str, frozenset[str]] = {}
        asks = sets = False
        for _ in range(MOST_STEPS):
            found = await self._next(answer, pressed, opened=in_vain)
            if found is None:
                result = await self._last_resort(answer, before)
                unsure = asks or sets or self._veiled or self._unread or self._unseen
                unsure = unsure or self._baffled or self._dead
                return None if unsure and not result else result
            sight, step = found
            effect = await self._take(sight, step, answer, before)
            self._stays = effect == "open" or sight.layer.is_form
            if effect == "open":
                await self._close(sight)
            if effect not in ("none", "asks", "kept"):
                return None if step.closes else RESULTS[effect]
            asks = asks or effect in ("asks", "kept")
            self._ready = step.sets
            sets = sets or step.sets
            if effect == "asks":  # of something else, perhaps with the same words
                continue
            if label(step.press) in in_vain:
                same = in_vain[label(step.press)] == self._shown
                self._dead = self._dead or (same and not step.final)
                pressed.add(label(step.press))
            in_vain[label(step.press)] = self._shown
        return None if asks else False

    async def _known(self, waited: float) -> bool:
        """Whether a further rule sees the banner that we do not; asked after a moment."""
        rules = await self._enter() if waited > RULE_START else None
        name = None if rules is None else await rules.found(within=0)
        if name is not None:
            self._ruled(name)
        return name is not None

    async def _unanswered(self, view: View) -> bool:
        """Whether a platform is there that keeps no answer: it will ask."""
        if not view.platforms:
            return False
        traces = await read_traces(self.page)
        return any(traces.record_of(name) is None for name in view.platforms)

    async def _take(self, sight: Sight, step: Step, answer: Answer, before: Traces) -> Effect:
        """Press, and see what comes of it; a step to a further layer has no effect yet."""
        self.record.knew(ruled=step.press.ruled is not None)
        self.record.offers |= sight.layer.offers
        root = await sight.element(sight.layer.root)
        element = await sight.element(step.press.element)
        if element is None:
            return "none"
        for control in step.choose:
            if not await self._press(sight, control):
                return "none"
        await self.record.pressing(step.press, element, sight.frame)
        spoke = await spoken_by(element)
        if not await take(step, sight) or not step.final:
            return "none"
        named = self.form_stays and sight.layer.kind in ("named", "edge") and sight.layer.switches
        form = bool(named) or sight.layer.is_form
        return await self._watch(Pressed(root, element, form, spoke), answer, before)

    async def _press(self, sight: Sight, control: Control) -> bool:
        """Press *control* of the layer in *sight*, and note it; return whether it was there."""
        element = await sight.element(control.element)
        if element is None:
            return False
        await self.record.pressing(control, element, sight.frame)
        return await press(element)

    async def _watch(self, pressed: Pressed, answer: Answer, before: Traces) -> Effect:
        name, others = self.record.platform, self._others
        return await watch(self.page, pressed, answer, before, name=name, others=others)

    async def _next(
        self, answer: Answer, pressed: set[str], *, opened: Collection[str]
    ) -> tuple[Sight, Step] | None:
        """Return the next step in the likeliest banner, when there is one; wait a little for it."""
        clock = asyncio.get_running_loop().time
        until = clock() + (LAYER_PATIENCE if opened else SECOND_LOOK)
        looks = 0
        while True:
            looks += 1
            seen = (await self.see()).banners
            self._others = max(0, len(seen) - 1)
            self._shown = frozenset(sight.layer.text for sight in seen)
            self._veiled = answer == "no" and any(accepts_chosen(s.layer) for s in seen)
            one = isinstance(answer, Category)
            layers = [sight.layer for sight in seen if not (one and sight.layer.offers)]
            lost = bool(opened) and not seen  # its settings speak of nothing that we know
            self._baffled = lost or any(layer.baffles(pressed) for layer in layers)
            self._unread = self._unread or any(sight.layer.unsaid for sight in seen)
            if not opened:
                self._unread = any(sight.layer.unread for sight in seen)
                self._unseen = False
            elif answer != "yes":
                self._unseen = self._unseen or any(sight.layer.saves_unseen for sight in seen)
            steps = [
                (sight, step)
                for sight in seen
                if (step := plan(sight.layer, answer, pressed, ready=self._ready, opened=opened))
            ]
            final = [found for found in steps if found[1].final]
            if final:  # a layer that asks "are you sure?" comes before a second try
                return next((f for f in final if label(f[1].press) not in opened), final[0])
            fallback = steps[0] if steps else None
            patient = clock() < until or looks < LEAST_LOOKS
            if not patient or (fallback is not None and not opened):
                return fallback
            await asyncio.sleep(PAUSE)

    async def _close(self, sight: Sight) -> None:
        """Close a layer that has its answer and stays."""
        for meaning in (Meaning.SAVE, Meaning.CLOSE):
            for control in sight.layer.means(meaning)[:1]:
                if not await gone(await sight.element(control.element)):
                    await self._press(sight, control)
                return

    # --- further rules ------------------------------------------------------------------------

    async def _enter(self) -> Autoconsent | None:
        """Start the further rules, if there are any, once."""
        if self._rules is None and self._bundle is not None:
            self._rules = await Autoconsent.enter(self.page, self._bundle)
        return self._rules

    async def _hand_over(self, answer: Answer, before: Traces) -> Effect:
        """Let a further rule answer, where one knows the banner and none of our own does."""
        if self._bundle is None or answer not in ("yes", "no"):
            return "none"
        banner = (await self.see()).banner
        step = None if banner is None else plan(banner.layer, answer, ())
        if step is not None and step.press.ruled is not None:
            return "none"
        rules = await self._enter()
        name = None if rules is None else await rules.found(within=RULE_PATIENCE)
        if rules is None or name is None or name == HEURISTIC:
            return "none"
        return await self._let(rules, name, answer, before)

    async def _last_resort(self, answer: Answer, before: Traces) -> bool | None:
        """Let the further rules try what words did not find; they never accept to refuse."""
        name = None if self._rules is None else await self._rules.found(within=0)
        if self._rules is None or name is None or (name == HEURISTIC and answer != "no"):
            return False
        return RESULTS[await self._let(self._rules, name, answer, before)]

    async def _let(self, rules: Autoconsent, name: str, answer: Answer, before: Traces) -> Effect:
        banner = (await self.see()).banner
        root = None if banner is None else await banner.element(banner.layer.root)
        meaning = Meaning.ACCEPT if answer == "yes" else Meaning.REJECT
        await self.record.handing_over(name, meaning.value, self.page)
        told = await rules.tell(accept=answer == "yes")
        self.record.handed_over(rules.presses)
        if not told:
            return "none"
        self._ruled(name)
        return await self._watch(Pressed(root), answer, before)

    def _ruled(self, rule: str) -> None:
        """Note which further rule knows the banner."""
        self.record.found = True
        self.record.platform = self.record.platform or "-".join(words.normal(rule).split())
        self.record.method = "rule"
