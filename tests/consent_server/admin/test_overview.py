"""The first page: the sites that one may read, each with its light and what it is due."""

import re

from consent_server.admin.model import Role
from scanner.store import Store
from tests.consent_server.admin.conftest import PASSWORD, Somebody
from tests.consent_server.admin.found import BEFORE, NEWEST
from tests.consent_server.conftest import opened


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
    assert f"Last scan {NEWEST.started_at:%-d %b %Y %H:%M}" in told
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


def test_one_of_many_sites_is_found_by_name_or_address(tmp_path):
    sites_file = tmp_path / "sites.yaml"
    many = [f"  site-{n}: {{url: 'https://www.number{n}.example/'}}\n" for n in range(20)]
    sites_file.write_text("sites:\n" + "".join(many))
    with opened(str(tmp_path / "kapsel.db"), sites_file) as client:
        client.app.state.accounts.add("kari", roles={"*": Role.READER}, password=PASSWORD)
        kari = Somebody(client)
        kari.sign_in("kari")

        everything, one = kari.get("/admin").text, kari.get("/admin", q="NUMBER17").text
        none = kari.get("/admin", q='"><script>').text

    assert everything.count('<li class="card edge') == 20
    assert one.count('<li class="card edge') == 1
    assert "site-17" in one
    assert "None of your 20 sites is called so." in none
    assert "<script>" not in none.replace('<script src="/admin/static/admin.js" defer>', "")


def test_an_address_that_is_none_is_a_page_too(client, enter):
    kari = enter("kari", shop="reader")

    assert kari.get("/admin/shop/nothing/here").status_code == 404
    assert "There is no such page" in kari.get("/admin/shop/nothing/here").text
    assert kari.get("/admin/").headers["location"] == "/admin"
    assert kari.get("/admin/shop/log/").headers["location"] == "/admin/shop/log"
    assert Somebody(client).get("/admin/shop/nothing").status_code == 401
