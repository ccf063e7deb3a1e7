"""The first page: the sites that one may read, each with its light and what it is due."""

import re

from scanner.store import Store
from tests.consent_server.admin.found import BEFORE, NEWEST


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_each_site_is_told_at_a_glance(client, enter):
    store = Store(client.app.state.engine)
    store.save(BEFORE)
    store.save(NEWEST)

    page = enter("eier", everywhere="reader").get("/admin").text

    assert page.count('class="card edge red"') == 1
    assert page.count('class="card edge grey"') == 1
    told = words(page)
    assert "Act now" in told
    assert "2 items to sort." in told
    assert "potential breach" in told
    assert f"Last scan {NEWEST.started_at:%Y-%m-%d %H:%M}" in told
    assert "Next scan when asked" in told
    assert "Items 4 , 2 new, 1 gone" in told
    assert "Never scanned." in told


def test_a_new_scan_is_seen_at_once(client, enter):
    kari = enter("kari", shop="reader")
    assert "Never scanned." in kari.get("/admin").text

    Store(client.app.state.engine).save(NEWEST)

    assert "Never scanned." not in kari.get("/admin").text


def test_only_the_sites_that_one_may_read_are_told(enter):
    assert "other" not in enter("kari", shop="owner").get("/admin").text
    assert "No site is yours to see." in enter("ola").get("/admin").text


def test_mistakes_in_sites_yaml_are_told_and_the_sites_stay(enter, sites_file):
    kari = enter("kari", shop="reader")
    sites_file.write_text("sites:\n  shop: {url: 'https://www.shop.example/', max_page: 3}\n")

    page = kari.get("/admin").text

    assert "sites.yaml has mistakes" in page
    assert "max_page" in page
    assert "/admin/shop/catalogue" in page
