"""A visitor answers the banner, by mouse and by keyboard; the log has what she decided."""

import asyncio
import contextlib
import json
from urllib.parse import urljoin

import pytest

from consent_server.demo.shop.opening import on_ports
from tests.journeys.conftest import PATIENCE, TOKEN

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("scanned")]

OPTIONAL = {"functional", "statistics", "marketing"}
OWN = {"ASP.NET_SessionId", ".ASPXANONYMOUS"}  # what the shop's cart needs


@contextlib.asynccontextmanager
async def on_the_shop(kapsel, visitor, **options):
    """A visitor on the shop's front page, whose banner a real ``kapsel serve`` serves."""
    with kapsel.server() as server, on_ports(0, consent=server) as shop:
        async with visitor(**options) as context:
            page = await context.new_page()
            await page.goto(shop.with_kapsel)
            await banner(page).wait_for()
            yield page


def banner(page):
    return page.get_by_role("region", name="Informasjonskapsler og samtykke")


async def decides(page, act):
    """Return the decision that *act* leads to, once the server has it."""
    async with page.expect_response(lambda r: r.url.endswith("/w/fjellbua/consents")) as answered:
        await act()
    response = await answered.value
    assert response.status == 201
    return response.request.post_data_json


async def cookies(page):
    return {cookie["name"] for cookie in await page.context.cookies(page.url)}


def logged(kapsel):
    """The decisions in the log, oldest first, as the command prints them."""
    found = json.loads(kapsel.run("log", "find", "--format", "json").stdout)
    return found["records"][::-1]


async def test_she_accepts_and_what_was_held_back_runs(kapsel, visitor):
    async with on_the_shop(kapsel, visitor) as page:
        assert await cookies(page) == set()

        decision = await decides(page, page.get_by_role("button", name="Godta alle").click)
        await page.get_by_text("Prat med oss").wait_for()
        await page.wait_for_function("document.cookie.includes('__utma=')")
        await page.wait_for_function("document.cookie.includes('_fbp=')")

        assert {"kapsel_consent", "__utma", "_ga", "_fbp", "vindkast"} <= await cookies(page)
        (record,) = logged(kapsel)
    assert record["id"] == decision["id"]
    assert record["action"] == "accept-all"
    assert record["choices"] == dict.fromkeys(OPTIONAL, True)
    assert record["page"] == page.url
    assert record["surface"] == "banner"


async def test_she_refuses_and_nothing_more_is_ever_stored(kapsel, visitor):
    async with on_the_shop(kapsel, visitor) as page:
        await decides(page, page.get_by_role("button", name="Avvis alle").click)
        for path in ("/kontakt", "/vare/tindra-2", "/handlekurv"):
            await page.goto(urljoin(page.url, path))

            await page.wait_for_function("!!window.kapsel?.has")
            assert await banner(page).count() == 0

        assert await cookies(page) == OWN | {"kapsel_consent"}
        assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
        (record,) = logged(kapsel)
    assert record["action"] == "reject-all"
    assert record["choices"] == dict.fromkeys(OPTIONAL, False)


async def test_she_leaves_without_an_answer_and_is_one_of_a_number(kapsel, visitor):
    sites = kapsel.folder / "sites.yaml"
    listed = sites.read_text(encoding="utf-8")
    counting = listed.replace("\n    url:", "\n    banner: {unanswered: count}\n    url:", 1)
    sites.write_text(counting, encoding="utf-8")
    with kapsel.server() as server, on_ports(0, consent=server) as shop:
        async with visitor() as context:
            page = await context.new_page()
            await page.goto(shop.with_kapsel)
            await banner(page).wait_for()

            await page.goto("about:blank")
            days = await counted(context, server)

    assert [(day["ignored"], day["shown"], day["decisions"]) for day in days] == [(1, 1, 0)]


async def counted(context, server):
    """Return the days of the statistics, once there are any."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await context.request.get(f"{server}/api/v1/stats", headers=bearer)
            if days := (await answer.json())["days"]:
                return days
            await asyncio.sleep(0.1)


async def test_with_the_keyboard_alone_she_chooses_changes_and_withdraws(kapsel, visitor):
    async with on_the_shop(kapsel, visitor) as page:
        await press_on(page, "Velg selv")
        await press_on(page, "Statistikk", key="Space")
        await decides(page, lambda: press_on(page, "Lagre valg"))
        await page.wait_for_function("document.cookie.includes('__utma=')")
        chosen = await cookies(page)

        await press_on(page, "Endre samtykke")
        await press_on(page, "Markedsføring", key="Space")
        await decides(page, lambda: press_on(page, "Lagre valg"))
        await page.wait_for_function("document.cookie.includes('_fbp=')")

        await press_on(page, "Endre samtykke")
        await decides(page, lambda: press_on(page, "Trekk tilbake samtykke"))
        await page.reload()
        withdrawn = await cookies(page)
        records = logged(kapsel)

    assert "__utma" in chosen
    assert "_fbp" not in chosen
    assert withdrawn == {"kapsel_consent"}
    assert [(record["action"], record["choices"]) for record in records] == [
        ("save", {"functional": False, "statistics": True, "marketing": False}),
        ("save", {"functional": False, "statistics": True, "marketing": True}),
        ("withdraw", {"functional": False, "statistics": False, "marketing": False}),
    ]


async def press_on(page, name, *, key="Enter"):
    """Walk with the tab key to the control called *name*, and press *key* on it."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(FOCUSED) == name:
            await page.keyboard.press(key)
            return
    raise AssertionError(f"the tab key never reached {name}")


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.labels?.length ? at.labels[0].textContent.trim() : at?.textContent?.trim();
}"""


async def test_she_reads_and_erases_her_own_receipt(kapsel, visitor):
    async with on_the_shop(kapsel, visitor) as page:
        await decides(page, page.get_by_role("button", name="Godta alle").click)
        receipt = await page.evaluate("window.kapsel.receipt()")
        shown = await page.evaluate("url => fetch(url).then(r => r.json())", receipt["url"])
        erase = "url => fetch(url, {method: 'DELETE'}).then(r => r.status)"
        erased = await page.evaluate(erase, receipt["url"])
        after = logged(kapsel)

    assert shown["id"] == receipt["id"]
    assert shown["choices"] == dict.fromkeys(OPTIONAL, True)
    assert erased == 204
    assert after == []
