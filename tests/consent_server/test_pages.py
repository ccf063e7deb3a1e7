"""The log page in a real browser: signed in by a form, readable by all, in any width."""

import json

import httpx2
import pytest

from tests.consent_server.conftest import ORIGIN, TOKEN, decision, serving


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    (folder / "sites.yaml").write_text("sites: {shop: {url: 'https://www.shop.example/'}}")
    with serving(folder / "kapsel.db", folder / "sites.yaml", "--api-token", TOKEN) as server:
        for n in range(120):
            granted = n % 3 == 0
            httpx2.post(
                f"{server.url}/w/shop/consents",
                content=json.dumps(decision(n, choices={"marketing": granted})),
                headers={"Content-Type": "text/plain", "Origin": ORIGIN},
            ).raise_for_status()
        yield server.url


@pytest.fixture
def signed_in(page, url):
    page.goto(url)
    page.get_by_label("API token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Consent log").wait_for()
    return page


def test_the_log_is_asked_by_its_form_and_read_page_by_page(signed_in):
    rows = signed_in.locator("tbody tr")
    assert rows.count() == 100
    signed_in.get_by_role("link", name="Older decisions").click()
    assert rows.count() == 20

    signed_in.get_by_label("Category", exact=True).select_option("marketing")
    signed_in.get_by_label("That category was").select_option("false")
    signed_in.get_by_role("button", name="Ask").click()

    assert "80 decisions" in signed_in.locator("caption").inner_text()
    assert rows.count() == 80


def test_leaving_closes_the_log(signed_in, url):
    signed_in.get_by_role("button", name="Sign out").click()
    signed_in.goto(f"{url}/admin")

    assert signed_in.get_by_label("API token").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_finds_nothing_and_nothing_sticks_out(signed_in, url, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    signed_in.emulate_media(color_scheme=scheme)
    signed_in.set_viewport_size({"width": width, "height": 800})

    for path in ("/admin", "/admin?from=x"):
        signed_in.goto(url + path)
        results = Axe().run(signed_in)
        assert results.violations_count == 0, results.generate_report()
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
    signed_in.get_by_role("button", name="Sign out").click()
    assert Axe().run(signed_in).violations_count == 0
