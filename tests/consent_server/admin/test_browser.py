"""The pages in a real browser: for all eyes, in any width, with and without JavaScript."""

import functools
import itertools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from playwright.sync_api import expect

from consent_server.admin.accounts import open_accounts
from consent_server.admin.model import Role
from scanner.store import open_store
from tests.consent_server.admin.conftest import PASSWORD
from tests.consent_server.admin.found import BEFORE, NEWEST
from tests.consent_server.conftest import ORIGIN, TOKEN, decision, serving

PATIENCE = 120_000  # milliseconds: a scan on a slow machine

ITEM = "/admin/shop/catalogue/item?kind=cookie&item=mystery_77&domain=.shop.example&path=/"
RECORD = f"/admin/shop/log/record?id={decision(1)['id']}"
PAGES = (
    *("/admin", "/admin/account", "/admin/tokens", "/admin/trail", "/admin/accounts"),
    "/admin/accounts/change?name=kari",
    *("/admin/shop/catalogue", ITEM, "/admin/other/catalogue"),
    *("/admin/shop/findings", "/admin/shop/findings/rule?id=pre-consent-cookie"),
    *("/admin/shop/rates", "/admin/shop/rates?by=language", "/admin/shop/rates?from=x"),
    *("/admin/shop/log", "/admin/shop/log?from=x", RECORD, RECORD.replace("?", "/erase?")),
    *("/admin/shop/scans", "/admin/nowhere/log"),
)


#: In which the pages are read, one after the other: each is seen in two of them.
LANGUAGES = {"light": ("en", "fi", "nb", "de"), "dark": ("de", "en", "fi", "nb")}


@pytest.fixture(scope="module")
def small_site(tmp_path_factory):
    """A site of one page, on loopback."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(
        "<!doctype html><title>x</title><script>document.cookie = 'visit=1'</script>"
    )
    handler = functools.partial(SimpleHTTPRequestHandler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.func.log_message = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def url(tmp_path_factory, small_site):
    folder = tmp_path_factory.mktemp("pages")
    database = str(folder / "kapsel.db")
    (folder / "sites.yaml").write_text(
        "sites:\n"
        "  shop: {url: 'https://www.shop.example/', languages: [nb, en]}\n"
        f"  other: {{url: '{small_site}', max_pages: 1, states: [before]}}\n"
    )
    with open_accounts(database) as (accounts, _):
        accounts.add("kari", roles={"*": Role.OWNER}, password=PASSWORD)
    with open_store(database) as store:
        store.save(BEFORE)
        store.save(NEWEST)
    with serving(database, folder / "sites.yaml", "--api-token", TOKEN) as server:
        revision = httpx2.get(f"{server.url}/w/shop.json", timeout=60).json()["revision"]
        for n in range(1, 4):
            httpx2.post(
                f"{server.url}/w/shop/consents",
                content=json.dumps(decision(n, revision=revision)),
                headers={"Content-Type": "text/plain", "Origin": ORIGIN},
                timeout=60,
            ).raise_for_status()
        yield server.url


def sign_in(page, url):
    page.goto(f"{url}/admin")
    page.get_by_label("Name").fill("kari")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Sites").wait_for()


@pytest.fixture
def signed_in(page, url):
    sign_in(page, url)
    return page


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_nothing_sticks_out_and_the_policy_is_kept(signed_in, url, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    signed_in.emulate_media(color_scheme=scheme)
    signed_in.set_viewport_size({"width": width, "height": 800})
    said = []
    signed_in.on("console", lambda message: said.append(message.text))

    for path, language in zip(PAGES, itertools.cycle(LANGUAGES[scheme])):
        signed_in.set_extra_http_headers({"Accept-Language": language})
        signed_in.goto(url + path)
        expect(signed_in.locator("html")).to_have_attribute("lang", language)
        results = Axe().run(signed_in, options={"iframes": False})
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [text for text in said if "Content Security Policy" in text] == []
    signed_in.set_extra_http_headers({"Accept-Language": "en"})
    signed_in.goto(f"{url}/admin")
    signed_in.get_by_role("button", name="Sign out").click()
    signed_in.get_by_role("heading", name="Sign in").wait_for()
    assert Axe().run(signed_in).violations_count == 0


def test_the_banner_of_a_record_stands_as_it_stood(signed_in, url):
    signed_in.goto(url + RECORD)

    frame = signed_in.frame_locator("iframe")

    frame.get_by_role("button", name="Avvis alle").wait_for()
    expect(frame.get_by_role("button", name="Godta alle")).to_be_visible()


def test_a_scan_is_started_and_watched_to_its_end(signed_in, url):
    signed_in.goto(f"{url}/admin/other/scans")
    signed_in.get_by_role("button", name="Start a scan").click()
    signed_in.get_by_role("progressbar").wait_for()

    signed_in.get_by_text("is done").wait_for(timeout=PATIENCE)

    signed_in.get_by_role("link", name="catalogue", exact=True).click()
    signed_in.get_by_text("visit", exact=True).wait_for(timeout=PATIENCE)


def test_everything_is_read_without_javascript(browser, url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, url)

    for path, words in (
        ("/admin/shop/catalogue", "mystery_77"),
        ("/admin/shop/findings", "Potential breach"),
        ("/admin/shop/rates", "Decisions"),
        ("/admin/shop/log", "3 decisions"),
        (RECORD, "Informasjonskapsler og samtykke"),
        ("/admin/shop/scans", "complete"),
    ):
        page.goto(url + path)
        assert words in page.locator("main").inner_text(), path
    context.close()
