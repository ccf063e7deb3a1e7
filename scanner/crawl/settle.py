"""Wait until a page has done what it does by itself: not too short, not for ever.

In *virtual* time the browser lets seconds of timers pass in milliseconds, whenever nothing is on
its way over the network. In *real* time we wait as long as a patient visitor would; it is the
choice for pages that behave oddly in virtual time, and for pages that are to be used afterwards:
a page that has lived in virtual time stands still until its next budget.
"""

from __future__ import annotations

import asyncio
import enum
import time
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.browser.tab import heard

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scanner.browser.tab import Tab


T = TypeVar("T")


class Clock(enum.StrEnum):
    """By which time a page is let settle."""

    VIRTUAL = "virtual"
    REAL = "real"


LOAD_LIMIT = 15.0  # seconds from the first byte until the load event is no longer waited for
QUIET = 0.5  # seconds without traffic that count as quiet
LINGER = 3.0  # seconds after load that are always waited: tags set cookies on timers of 2 s
BUSY_LIMIT = 8.0  # seconds after load until traffic is no longer waited for
GREETING = 0.6  # seconds after load, before a banner is looked for (which waits for it, too)
SCROLL_LINGER = 0.5  # seconds that a scrolled page is given
AWAKE = 0.05  # seconds of a page's time that are given it until it has answered a question
WORKER_LINGER = 0.4  # seconds: workers live in real time always
WORKER_BREATH = 0.1  # seconds for what a worker does when its timer has run out
WORKER_START = 1.5  # seconds until a service worker that a page registers is waited for
HUSH = 0.05  # seconds of silence after which a page has sent what it sends at its end
HUSH_LIMIT = 1.0  # seconds that this may take
BUDGET_LIMIT = 3.0  # real seconds that a budget may take, before open requests are ignored
RUNAWAY_LIMIT = 2.0  # real seconds that it may take then
STALL_LIMIT = 0.2  # real seconds without progress: an answer that the page never reads to its end
SLICE = 0.5  # seconds of a page's time between two breaths
FINE_SLICE = 0.125  # likewise, of a page that keeps databases: each answer waits for a breath
BREATH = 0.015  # real seconds for a slice: databases, workers and frames come in real time
MORE = 3.0  # seconds that a page gets at the most which still speaks with servers at the end
STORING = 0.2  # real seconds without another item after which a page has stored its databases
MOMENT = 0.001  # seconds of a page's time that are given it meanwhile, again and again
STORING_LIMIT = 15.0  # real seconds that a page gets which stores more and more of them
_STARVATION = 1000  # tasks that may run before a page's endless messages count as time


async def arrived(tab: Tab, *, clock: Clock) -> bool:
    """
    Let a page that has just come load, and do what it does in its first seconds.

    Returns:
        Whether it loaded in time. A page that never falls silent is left alone after a while.
    """
    if clock == Clock.REAL:
        return await _real(tab, linger=LINGER, busy_limit=BUSY_LIMIT)
    loading = asyncio.create_task(tab.wait_loaded(LOAD_LIMIT))
    try:
        # Two budgets, one after the other: the first is for what the load itself waits for.
        await _spend(tab, 2.0)
        while not loading.done() and not tab.over and not tab.endless:
            await _spend(tab, 1.0)
            await asyncio.wait([loading], timeout=0.02)
        if tab.endless:
            return False
        loaded = await loading
    finally:
        loading.cancel()
    await _linger(tab)
    if tab.evidence.has_workers:
        await _workers(tab)
    if tab.evidence.has_databases:
        await _storing(tab)
    return loaded and not tab.endless


async def _workers(tab: Tab) -> None:
    """
    Let workers come to the end of what they do, in real time, and of their timers.

    These have LINGER from when the last worker began, which a busy machine does late.
    """
    start = time.monotonic()
    await _real(tab, linger=WORKER_LINGER, busy_limit=2 * WORKER_LINGER)
    while not tab.over and (now := time.monotonic()) < start + 2 * LINGER:
        limit = min(max(start, tab.evidence.worker_began), start + LINGER) + LINGER
        left = min(tab.evidence.waits_until, limit) - now
        if left <= 0 and tab.evidence.expects_worker and now < start + WORKER_START:
            left = WORKER_BREATH
        if left <= 0:
            return
        await _real(tab, linger=left + WORKER_BREATH, busy_limit=left + WORKER_LINGER)


async def _storing(tab: Tab) -> None:
    """
    Let a page go on that stores more and more; its clock hardly moves meanwhile.

    Of one that has not done with it in the end, that is noted.
    """
    start = time.monotonic()
    while not tab.over and not tab.endless and time.monotonic() < start + STORING_LIMIT:
        if time.monotonic() - tab.evidence.last_stored > STORING:
            return
        await _spend(tab, MOMENT)
    tab.evidence.hoarding = not (tab.over or tab.endless)


async def scrolled(tab: Tab, *, clock: Clock) -> None:
    """Let a page do what it does when it is scrolled."""
    if clock == Clock.REAL:
        await _real(tab, linger=SCROLL_LINGER, busy_limit=4 * SCROLL_LINGER)
    else:
        await _spend(tab, SCROLL_LINGER)


async def awake(tab: Tab, question: Coroutine[Any, Any, T], *, clock: Clock) -> T:
    """Return the answer to *question*, for which the page must not stand still."""
    asking = asyncio.create_task(question)
    try:
        while clock == Clock.VIRTUAL and not asking.done() and not tab.over and not tab.endless:
            await _spend(tab, AWAKE)
            await asyncio.wait([asking], timeout=0.005)
        return await asking
    finally:
        asking.cancel()


async def rest(tab: Tab, seconds: float) -> bool:
    """Give a page *seconds* of real time, and some more while it is busy; tell if it loaded."""
    await _real(tab, linger=seconds, busy_limit=3 * seconds)
    return await tab.wait_loaded(0)


async def hush(tab: Tab) -> None:
    """Wait until what a page sent at its end is answered."""
    start = time.monotonic()
    while not tab.over and time.monotonic() - start < HUSH_LIMIT:
        if tab.traffic.quiet_for() >= HUSH:
            return
        await asyncio.sleep(0.01)


async def _real(tab: Tab, *, linger: float, busy_limit: float) -> bool:
    loaded = await tab.wait_loaded(LOAD_LIMIT)
    if await tab.unstick():
        return False
    start = time.monotonic()
    while not tab.over:
        waited = time.monotonic() - start
        if waited >= linger and tab.traffic.quiet_for() >= min(QUIET, linger):
            break
        if waited >= busy_limit:
            break
        await asyncio.sleep(0.02)
    return loaded


async def waited(tab: Tab, seconds: float) -> None:
    """Let *seconds* of the page's own time pass, and what it does then come to its end."""
    await _linger(tab, seconds)


async def _linger(tab: Tab, seconds: float = LINGER) -> None:
    """
    Let a loaded page do what it does on timers for *seconds*, and what that leads to.

    What is no traffic, such as the answer of a database, does not stop the page's clock: so its
    time is given in slices, with a breath after each, in which such answers come.
    """
    passed = 0.0
    while passed < seconds + MORE and not tab.over and not tab.endless:
        slice_ = FINE_SLICE if tab.evidence.has_databases else SLICE
        began = time.monotonic()
        await _spend(tab, slice_)
        await asyncio.sleep(BREATH)
        passed += slice_
        busy = tab.traffic.waits or tab.traffic.changed_at > began
        if passed >= seconds and not busy:
            return


async def _spend(tab: Tab, seconds: float) -> None:
    """
    Let *seconds* of the page's own time pass, then stop its clock.

    The clock waits for the network; after a while it does not any more, since long polls are
    never answered. It is the same budget then: of two, the end of the first would end the second
    too, and that of the second the next.
    """
    tab.spent.clear()
    budget: dict[str, float] = {"budget": seconds * 1000}
    for policy, limit in (
        ("pauseIfNetworkFetchesPending", BUDGET_LIMIT),
        ("advance", RUNAWAY_LIMIT),
    ):
        tab.session.post(
            "Emulation.setVirtualTimePolicy",
            policy=policy,
            maxVirtualTimeTaskStarvationCount=_STARVATION,
            **budget,
        )
        budget = {}
        if await _spent(tab, limit=limit, patient=policy == "advance"):
            return
        if await tab.unstick():
            return


async def _spent(tab: Tab, *, limit: float, patient: bool) -> bool:
    """
    Wait until the budget is spent, or nothing more is to be waited for.

    Args:
        limit: In real seconds.
        patient: Wait even if nothing moves.

    Returns:
        Whether there is no need for another way.
    """
    start = time.monotonic()
    while not tab.spent.is_set() and not tab.over:
        waited = time.monotonic() - start
        stalled = min(waited, tab.traffic.answered_for()) >= STALL_LIMIT
        if waited >= limit or (stalled and not patient):
            return False
        await heard(tab.spent, within=STALL_LIMIT / 4)
    return True
