"""A visitor in front of the site's banner: what is pressed for a state, and what came of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import structlog

from scanner.answer import Memory
from scanner.collectors.page_script import page_script
from scanner.crawl.elsewhere import MOST_GLANCES, shown_again
from scanner.crawl.settle import Clock
from scanner.model import BannerAnswer, Category, State, said
from scanner.redaction import redacted_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scanner.browser.profile import Profile
    from scanner.browser.tab import Tab
    from scanner.crawl.tour import Tour

log = structlog.get_logger()

ANSWER_LIMIT = 20.0  # seconds to find and press the banner's buttons

_TOP = page_script("top")

#: What has to be pressed for a state, in this order.
_PRESSES: dict[State, tuple[State, ...]] = {
    State.ACCEPT: (State.ACCEPT,),
    State.REJECT: (State.REJECT,),
    State.WITHDRAW: (State.ACCEPT, State.WITHDRAW),
    **{state: (State.ACCEPT,) for state in State if state.only is not None},
}


class Answering:
    """
    Answers as the visitor of *state* does.

    Args:
        patience: Seconds for a banner to come; None: as usual.
        scout: Tells whether it is certain that none comes.
    """

    def __init__(
        self,
        tour: Tour,
        state: State,
        *,
        patience: float | None,
        scout: Callable[[], Awaitable[bool]],
    ) -> None:
        self._tour = tour
        self._state = state
        self._patience = patience
        self._scout = scout
        self.presses = _PRESSES.get(state, ())  # what has to be pressed, in this order
        self.banner = BannerAnswer()  # what was found of it so far
        self._memory = Memory()
        self._glances = 0  # at further pages

    async def press(
        self, profile: Profile, tab: Tab, wanted: State, *, elsewhere: bool = False
    ) -> bool:
        """
        Answer the banner of the page in *tab*; tell whether the site understood.

        Args:
            elsewhere: It is not the start page, which has shown none.
        """
        given = await self._asked(profile, tab, wanted, patient=not elsewhere)
        if elsewhere and given.found:
            page = redacted_url(tab.traffic.url or "")
            given = msgspec.structs.replace(given, page=page)
        self.banner = merged(self.banner, self._told(given))
        return _took(given, wanted, only=self._state.only)

    async def see_whether_it_stands(self, tab: Tab, wanted: State) -> None:
        """
        Note if the page now in *tab* asks anew what was answered as *wanted*.

        Such a banner has not gone, whatever the site keeps. What a visitor has refused on it is
        refused all the same.
        """
        given = [press for press in self.banner.presses if press.label]
        if any(doubt.code == "asks_again" for doubt in self.banner.doubts):
            return
        if wanted is State.WITHDRAW or not given or not await shown_again(tab, given[0]):
            return
        log.info("banner asks again", site=self._tour.site.key, state=self._state)
        one = {State.ACCEPT: "accepted", State.REJECT: "rejected"}[wanted]
        only = self._state.only
        changed: dict[str, Any] = {one: None} if only is None else {"chosen": {}}
        doubts = (*self.banner.doubts, said("asks_again"))
        self.banner = msgspec.structs.replace(self.banner, **changed, doubts=doubts)

    async def goes_on(self, tab: Tab) -> None:
        """Note if a further page, now in *tab*, asks anew; the first few are looked at."""
        if self._glances >= MOST_GLANCES or self.presses != (self._state,):
            return
        self._glances += 1
        await self.see_whether_it_stands(tab, self._state)

    async def picture(self, tab: Tab, moment: Literal["arrived", "answered"]) -> None:
        """Keep a picture of what a visitor sees now, if evidence is wanted."""
        dossier = self._tour.dossier
        if dossier is None or tab.over or tab.traffic.status is None:
            return
        if moment == "arrived":
            await tab.frames.ask_all(_TOP)
        if png := await tab.picture():
            url = redacted_url(tab.traffic.url or "")
            dossier.picture(png, state=self._state, moment=moment, url=url)

    async def _asked(
        self, profile: Profile, tab: Tab, wanted: State, *, patient: bool
    ) -> BannerAnswer:
        """Answer the banner of the page; a banner that breaks us counts as not answered."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT + 15), profile.lend(tab) as page:
                more: dict[str, Any] = {"only": self._state.only} if self._state.only else {}
                if State.WITHDRAW in self.presses:
                    more["memory"] = self._memory
                waits = patient and wanted is not State.WITHDRAW
                if waits and self._patience is not None:
                    more["patience"] = self._patience
                    if self._tour.clock == Clock.VIRTUAL and not self._tour.site.login:
                        more["scout"] = self._scout
                given = await self._tour.answer(page, wanted, timeout=ANSWER_LIMIT, **more)
        except Exception:
            log.exception("banner not answered", site=self._tour.site.key, state=wanted)
            return BannerAnswer()
        state, dossier = self._state, self._tour.dossier
        url = redacted_url(tab.traffic.url or "")
        for press in given.presses:
            if dossier is not None and press.picture is not None:
                dossier.pressed(press.picture, state=state, url=url)
        presses = tuple(msgspec.structs.replace(press, state=state) for press in given.presses)
        return msgspec.structs.replace(given, presses=presses)

    def _told(self, given: BannerAnswer) -> BannerAnswer:
        """Return *given* as it counts for the whole site: one category is not all of them."""
        only = self._state.only
        if only is None:
            return given
        missing = given.accepted is False and only not in given.offers
        sure = bool(given.found) and (given.accepted is True or missing)
        chosen = {only: given.accepted is True} if sure else {}
        return msgspec.structs.replace(given, accepted=None, chosen=chosen)


def _took(given: BannerAnswer, wanted: State, *, only: Category | None = None) -> bool:
    """Tell whether the site understood. To refuse, we must be sure: a guess would accuse it."""
    if only is not None:
        return bool(given.found) and given.accepted is True
    if wanted is State.ACCEPT:
        return bool(given.found) and given.accepted is not False
    taken = given.rejected if wanted is State.REJECT else given.withdrawn
    return bool(given.found) and taken is True


def merged(one: BannerAnswer, other: BannerAnswer) -> BannerAnswer:
    """Return what both together tell of the banner; a no counts more than not knowing."""
    return BannerAnswer(
        found=_either(one.found, other.found),
        platform=one.platform or other.platform,
        accepted=_either(one.accepted, other.accepted),
        rejected=_either(one.rejected, other.rejected),
        withdrawn=_either(one.withdrawn, other.withdrawn),
        method=one.method or other.method,
        offers=tuple(sorted({*one.offers, *other.offers})),
        chosen=one.chosen | other.chosen,
        page=one.page or other.page,
        presses=one.presses + other.presses,
        doubts=(*one.doubts, *(doubt for doubt in other.doubts if doubt not in one.doubts)),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one is None or other is None:
        return other if one is None else one
    return one or other
