"""The receipt and the form for requests in a real browser: readable, usable, without a script."""

import json

import httpx2
import pytest
from playwright.sync_api import expect

from tests.consent_server.conftest import ORIGIN, decision, serving

SITES = """\
sites:
  shop:
    url: https://www.shop.example/
    languages: [nb, en, ar, fi, de]
    controller: {name: Butikken AS, contact: personvern@shop.example}
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visitor")
    (folder / "sites.yaml").write_text(SITES)
    with serving(folder / "kapsel.db", folder / "sites.yaml", "--api-token", "secret") as server:
        yield server.url


@pytest.fixture(scope="module")
def receipt(url):
    httpx2.post(
        f"{url}/w/shop/consents",
        content=json.dumps(decision(1)),
        headers={"Content-Type": "text/plain", "Origin": ORIGIN},
        timeout=60,
    ).raise_for_status()
    return f"{url}/w/shop/consents/{decision(1)['id']}"


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("fi", "light", 1000), ("de", "dark", 320), ("ar", "light", 320)],
)
def test_axe_finds_nothing_and_nothing_sticks_out(page, url, receipt, language, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    problems = {}
    for address in (receipt, f"{url}/w/shop/requests"):
        page.goto(f"{address}?lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        problems[address] = Axe().run(page).violations_count
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert set(problems.values()) == {0}


def test_a_visitor_reads_her_answer_and_erases_it(page, url):
    key = decision(7)["id"]
    httpx2.post(
        f"{url}/w/shop/consents",
        content=json.dumps(decision(7)),
        headers={"Content-Type": "text/plain", "Origin": ORIGIN},
        timeout=60,
    ).raise_for_status()

    page.goto(f"{url}/w/shop/consents/{key}?lang=en")
    expect(page.get_by_text("Functional: allowed")).to_be_visible()
    expect(page.get_by_text("Marketing: refused")).to_be_visible()
    page.get_by_text("Erase …").click()
    page.get_by_role("button", name="Erase for good").click()

    page.get_by_text("The record was erased.").wait_for()
    assert httpx2.get(f"{url}/w/shop/consents/{key}", timeout=60).status_code == 404


def test_a_visitor_asks_by_keyboard_and_sees_how_far_it_is(page, receipt):
    page.goto(f"{receipt}?lang=en")
    page.get_by_role("link", name="Ask for something else about your data").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Choose what you ask for.").wait_for()

    page.get_by_label("Erasure").press("Space")
    page.get_by_label("Your e-mail address, for the answer").fill("kari@example.no")
    page.keyboard.press("Enter")

    page.get_by_text("Butikken AS answers by").wait_for()
    expect(page.get_by_text("Received, not yet answered")).to_be_visible()


def test_the_pages_obey_their_own_policy(page, receipt):
    said = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{receipt}?lang=nb")
    page.get_by_role("link", name="English").click()

    page.get_by_role("heading", name="Your answer on www.shop.example").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('dl')).display") == "grid"
    assert said == []
