"""The tabs of a walk: taken, given back, and made anew."""

import asyncio

import pytest

from scanner.browser.devtools import DevToolsError
from scanner.crawl.tabs import MOST_PAGES, Tabs

pytestmark = pytest.mark.anyio


class Page:
    """A tab."""

    def __init__(self) -> None:
        self.over = False
        self.visits = 0


class Visitor:
    """A profile that opens such tabs, until it is *gone*."""

    def __init__(self) -> None:
        self.opened: list[Page] = []
        self.closed: list[Page] = []
        self.gone = False

    async def open_tab(self) -> Page:
        if self.gone:
            raise DevToolsError("the browser is gone")
        self.opened.append(Page())
        return self.opened[-1]

    async def close_tab(self, tab: Page) -> None:
        self.closed.append(tab)


async def _settled() -> None:
    """Let all that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_tab_is_used_again_and_the_last_one_first():
    visitor = Visitor()
    tabs = Tabs(visitor, most=2)
    first = await tabs.take()

    await tabs.give_back(first, spent=False)

    assert await tabs.take() is first
    assert visitor.closed == []


@pytest.mark.parametrize(
    "change", [{"spent": True}, {"over": True}, {"visits": MOST_PAGES}], ids=str
)
async def test_a_tab_that_is_spent_makes_room_for_another(change):
    visitor = Visitor()
    tabs = Tabs(visitor, most=1)
    tab = await tabs.take()
    tab.over = change.get("over", False)
    tab.visits = change.get("visits", 0)

    await tabs.give_back(tab, spent=change.get("spent", False))

    assert visitor.closed == [tab]
    assert await tabs.take() is not tab


async def test_who_asks_waits_until_one_is_free():
    tabs = Tabs(Visitor(), most=1)
    tab = await tabs.take()
    waiting = asyncio.create_task(tabs.take())
    await _settled()
    waited = not waiting.done()

    await tabs.give_back(tab, spent=False)

    assert waited
    assert await waiting is tab


async def test_a_tab_that_could_not_be_opened_takes_no_place():
    visitor = Visitor()
    tabs = Tabs(visitor, most=1)
    visitor.gone = True

    with pytest.raises(DevToolsError):
        await tabs.take()
    visitor.gone = False

    assert await tabs.take() is visitor.opened[0]


async def test_the_tabs_are_never_large_all_at_once():
    visitor = Visitor()
    tabs = Tabs(visitor, most=4)
    largest = 0

    for _ in range(40):
        for tab in [await tabs.take() for _ in range(4)]:
            tab.visits += 1
            shown = [each.visits for each in visitor.opened if each not in visitor.closed]
            largest = max(largest, sum(shown))
            await tabs.give_back(tab, spent=False)

    assert largest <= MOST_PAGES + 2 * 4  # the largest may come last, and be the first next time
    assert len(visitor.closed) <= 11  # some 15 pages each


async def test_only_the_tab_that_has_shown_most_makes_room():
    visitor = Visitor()
    tabs = Tabs(visitor, most=2)
    small, large = await tabs.take(), await tabs.take()
    small.visits, large.visits = 1, MOST_PAGES

    await tabs.give_back(small, spent=False)
    await tabs.give_back(large, spent=False)

    assert visitor.closed == [large]


async def test_a_tab_that_could_not_be_renewed_is_given_back_all_the_same():
    visitor = Visitor()
    tabs = Tabs(visitor, most=1)
    tab = await tabs.take()
    visitor.gone = True

    with pytest.raises(DevToolsError):
        await tabs.renewed(tab)
    tab.over = True
    await tabs.give_back(tab, spent=True)
    visitor.gone = False

    assert await tabs.take() is not tab
