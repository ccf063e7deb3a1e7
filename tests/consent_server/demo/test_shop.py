"""The shop in a real browser, without any of our scanner: it does what the truth says."""

import contextlib
import shutil
import time

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from consent_server.demo.shop.opening import on_ports, under_names
from consent_server.demo.shop.site import CUSTOMER, PASSWORD, Dress
from tests.sites import truth

pytestmark = pytest.mark.anyio

SLACK = 60  # seconds between a cookie being set and being read here


@contextlib.asynccontextmanager
async def visitor(resolve=(), **options):
    rules = ", ".join("MAP " + rule.replace("=", " ") for rule in resolve)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"),
            args=[f"--host-resolver-rules={rules}"],
        )
        context = await browser.new_context(ignore_https_errors=True, **options)
        try:
            yield context
        finally:
            await browser.close()


async def walk(context, url, paths=truth.PAGES):
    page = await context.new_page()
    for path in sorted(paths):
        await page.goto(url.rstrip("/") + path)
    return page


async def test_as_found_it_sets_every_cookie_of_the_truth_at_once():
    with under_names(Dress.AS_FOUND) as shop:
        async with visitor(shop.resolve) as context:
            await walk(context, shop.url)
            jar = {cookie["name"]: cookie for cookie in await context.cookies()}

    expected = {stored.name: stored for stored in truth.COOKIES if stored.as_found}
    assert jar.keys() == expected.keys()
    for name, stored in expected.items():
        cookie = jar[name]
        expires = None if stored.lifetime is None else time.time() + stored.lifetime
        assert cookie["domain"] == stored.domain
        assert cookie["httpOnly"] == stored.http_only
        assert cookie["secure"] == stored.secure
        assert cookie["sameSite"] == (stored.same_site or "Lax")  # what Chromium makes of none
        assert (cookie["expires"] == -1) == (expires is None)
        assert expires is None or cookie["expires"] == pytest.approx(expires, abs=SLACK)


async def test_as_found_it_fills_the_storage_of_the_truth():
    with under_names(Dress.AS_FOUND) as shop:
        async with visitor(shop.resolve) as context:
            page = await walk(context, shop.url)
            keys = "Object.keys({})"
            found = {
                ("local_storage", key) for key in await page.evaluate(keys.format("localStorage"))
            } | {
                ("session_storage", key)
                for key in await page.evaluate(keys.format("sessionStorage"))
            }
            await page.goto(shop.url + "kontakt")
            (map_frame,) = page.frames[1:]
            found |= {
                ("local_storage", key)
                for key in await map_frame.evaluate(keys.format("localStorage"))
            }

    assert found == {(stored.kind, stored.name) for stored in truth.STORAGE}


async def test_with_kapsel_but_no_answer_it_sets_only_what_the_truth_calls_necessary():
    with under_names(Dress.WITH_KAPSEL) as shop:
        async with visitor(shop.resolve) as context:
            page = await walk(context, shop.url)
            jar = {cookie["name"] for cookie in await context.cookies()}
            stored = await page.evaluate("localStorage.length + sessionStorage.length")

    assert jar == {s.name for s in truth.COOKIES if "before" in s.with_kapsel}
    assert stored == 0
    assert not {request.split("/")[0] for request in shop.requests} & truth.THIRD_PARTIES


@pytest.mark.parametrize(("remember", "lifetime"), [(False, None), (True, 30 * truth.MINUTE)])
async def test_a_customer_who_logs_in_gets_aspxauth_and_loses_it_when_she_leaves(
    remember, lifetime
):
    with under_names(Dress.WITH_KAPSEL) as shop:
        async with visitor(shop.resolve) as context:
            page = await context.new_page()
            await page.goto(shop.url + "logg-inn")
            await page.get_by_label("E-post").fill(CUSTOMER)
            await page.get_by_label("Passord").fill(PASSWORD)
            await page.get_by_label("Husk meg").set_checked(remember)
            await page.get_by_role("button", name="Logg inn").click()
            await page.get_by_text("Hei, Kari!").wait_for()
            jar = {cookie["name"]: cookie for cookie in await context.cookies()}
            await page.get_by_role("button", name="Logg ut").click()
            await page.get_by_role("heading", name="Utstyr som tåler turen").wait_for()
            after = {cookie["name"] for cookie in await context.cookies()}

    assert jar[".ASPXAUTH"]["httpOnly"]
    if lifetime is None:
        assert jar[".ASPXAUTH"]["expires"] == -1
    else:
        expected = time.time() + lifetime
        assert jar[".ASPXAUTH"]["expires"] == pytest.approx(expected, abs=SLACK)
    assert ".ASPXAUTH" not in after


async def test_a_wrong_password_is_refused_in_words():
    with under_names(Dress.WITH_KAPSEL) as shop:
        async with visitor(shop.resolve) as context:
            page = await context.new_page()
            await page.goto(shop.url + "logg-inn")
            await page.get_by_label("E-post").fill(CUSTOMER)
            await page.get_by_label("Passord").fill("feil")
            await page.get_by_role("button", name="Logg inn").click()

            alert = await page.get_by_role("alert").inner_text()

    assert alert == "E-post og passord hører ikke sammen. Prøv en gang til."


async def test_what_is_put_into_the_cart_stays_there():
    with under_names(Dress.WITH_KAPSEL) as shop:
        async with visitor(shop.resolve) as context:
            page = await context.new_page()
            for slug in ("tindra-2", "tindra-2", "dagstur-22"):
                await page.goto(f"{shop.url}vare/{slug}")
                await page.get_by_role("button", name="Legg i handlekurven").click()
            rows = await page.get_by_role("row").all_inner_texts()

    assert [row.replace("\N{NBSP}", " ").split("\t") for row in rows] == [
        ["Vare", "Antall", "Pris"],
        ["Tindra 2", "2", "8 580 kr"],
        ["Dagstur 22", "1", "890 kr"],
        ["I alt", "9 470 kr"],
    ]


async def test_on_ports_the_others_are_third_parties_and_the_dresses_share_nothing():
    with on_ports(0, consent="http://localhost:9") as shop:
        async with visitor() as context:
            await walk(context, shop.as_found)
            found = {(c["name"], c["domain"]) for c in await context.cookies()}
            await context.clear_cookies()
            await walk(context, shop.with_kapsel)
            kapsel = {(c["name"], c["domain"]) for c in await context.cookies()}

    assert ("__utma", "127.0.0.1") in found
    assert ("nord_uid", "localhost") in found
    assert ("vindkast", "127.0.0.1") in found
    assert kapsel == {
        ("ASP.NET_SessionId", "localhost"),
        (".ASPXANONYMOUS", "localhost"),
    }


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("dress", Dress)
async def test_its_pages_have_no_barriers_that_axe_knows(dress, colours):
    size = {"width": 320, "height": 640}
    with under_names(dress) as shop:
        async with visitor(shop.resolve, viewport=size, color_scheme=colours) as context:
            page = await context.new_page()
            for path in sorted(truth.PAGES | {"/kasse", "/finnes-ikke"}):
                await page.goto(shop.url.rstrip("/") + path)

                found = await Axe().run(page)

                assert found.response["violations"] == [], path
                assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
