"""The log of a site: asked by a form, taken along, each record as it was shown, erased."""

import re

import pytest

from scanner.model import Category
from scanner.store import Store
from tests.consent_server.admin.found import NEWEST, entry, scan
from tests.consent_server.admin.test_overview import words
from tests.consent_server.conftest import decision, send

LOG, RECORD = "/admin/shop/log", "/admin/shop/log/record"
ERASE = f"{RECORD}/erase"
ONE, TWO = (decision(n)["id"] for n in (1, 2))


@pytest.fixture
def logged(client):
    """Two decisions at the shop, of which the server has shown the banner; one elsewhere."""
    Store(client.app.state.engine).save(NEWEST)
    revision = client.get("/w/shop.json").json()["revision"]
    choices = {"statistics": False, "marketing": False}
    for n, changes in ((1, {"revision": revision}), (2, {"choices": choices, "language": "en"})):
        assert send(client, decision(n, **changes)).status_code == 201
    elsewhere = decision(3, page="https://www.other.example/")
    assert send(client, elsewhere, site="other", origin="https://www.other.example").is_success
    return client


def test_the_log_of_one_site_is_asked_by_its_form(logged, enter):
    kari = enter("kari", shop="reader")

    everything = kari.get(LOG).text
    assert "2 decisions, the newest first" in everything
    assert decision(3)["id"] not in everything
    some = kari.get(LOG, category="statistics", granted="false", language="en", action="").text
    assert "1 decision, the newest first" in some
    assert TWO in some
    nothing = kari.get(LOG, revision="none").text
    assert "No decision answers to this." in nothing
    assert "<table" not in nothing  # on a phone its sentence would be cut off


@pytest.mark.parametrize("query", [{"from": "x"}, {"site": "other"}, {"cursor": "x"}, {"no": "1"}])
def test_a_question_that_makes_no_sense_is_said(logged, enter, query):
    answer = enter("kari", shop="reader").get(LOG, **query)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert decision(3)["id"] not in answer.text


@pytest.mark.parametrize("query", [{"from": "x"}, {"to": "9999-12-31"}])
def test_an_export_of_days_that_are_none_says_which(logged, enter, query):
    answer = enter("kari", shop="reader").get(f"{LOG}/export", **query)

    assert answer.status_code == 400
    assert next(iter(query)) in answer.text


def test_the_export_holds_what_was_asked_for_and_is_written_down(logged, enter):
    kari = enter("kari", shop="reader")
    page = kari.get(LOG, language="en").text
    link = re.search(r'href="(/admin/shop/log/export\?[^"]+csv)"', page)[1].replace("&amp;", "&")

    answer = kari.get(link)

    assert answer.headers["content-disposition"] == 'attachment; filename="shop.csv"'
    assert TWO in answer.text
    assert ONE not in answer.text
    lines = kari.get(f"{LOG}/export", format="jsonl").text.splitlines()
    assert len(lines) == 2
    assert kari.get(f"{LOG}/export", format="pdf").status_code == 400
    assert kari.get(f"{LOG}/export", site="other").status_code == 400
    details = [deed.detail for deed in logged.app.state.trail.page(sites={"shop"})]
    assert details == ["jsonl", "csv language=en"]


def test_a_record_is_shown_with_the_banner_as_it_was(logged, enter):
    kari = enter("kari", shop="reader")

    page = kari.get(RECORD, id=ONE).text
    told = words(page)

    assert "Butikken AS" in told
    assert "Functional granted" in told
    assert "mystery_77" in told
    assert "Skiller besøkende fra hverandre." in told
    assert f"{RECORD}/banner?id={ONE}" in page
    assert f"/w/shop/consents/{ONE}" in page
    assert "Erase" not in told

    banner = kari.get(f"{RECORD}/banner", id=ONE)
    policy = banner.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    assert "Butikken AS" in banner.text


def test_a_record_of_an_unknown_revision_is_shown_without_its_banner(logged, enter):
    kari = enter("kari", shop="reader")

    assert "never showed the revision" in kari.get(RECORD, id=TWO).text
    assert kari.get(f"{RECORD}/banner", id=TWO).status_code == 404
    assert kari.get(RECORD, id="no").status_code == 404
    assert kari.get(RECORD, id="a\x00").status_code == 404


def test_a_decision_of_another_site_is_not_there(logged, enter):
    kari = enter("kari", shop="owner")
    foreign = decision(3)["id"]

    assert kari.get(RECORD, id=foreign).status_code == 404
    assert kari.get(f"{RECORD}/banner", id=foreign).status_code == 404
    assert kari.get(ERASE, id=foreign).status_code == 404
    assert kari.post(ERASE, form={"sure": "yes"}, id=foreign).status_code == 404


def test_an_editor_erases_after_saying_so_twice(logged, enter):
    kari, reader = enter("kari", shop="editor"), enter("ola", shop="reader")

    assert reader.get(ERASE, id=ONE).status_code == 403
    assert reader.post(ERASE, form={"sure": "yes"}, id=ONE).status_code == 403
    assert "It cannot be undone." in kari.get(ERASE, id=ONE).text
    assert kari.post(ERASE, id=ONE).status_code == 200
    assert kari.get(RECORD, id=ONE).status_code == 200

    assert kari.post(ERASE, form={"sure": "yes"}, id=ONE).status_code == 303

    assert kari.get(RECORD, id=ONE).status_code == 404
    assert ONE not in kari.get(LOG).text
    deeds = logged.app.state.trail.page(sites={"shop"})
    assert [deed.action for deed in deeds] == ["erased a decision"]
    assert ONE not in str(deeds)


def test_what_a_visitor_sent_cannot_act_on_the_pages(client, enter):
    page = "https://www.shop.example/<script>alert(1)</script>"
    send(client, decision(1, page=page))
    kari = enter("kari", shop="reader")

    for path in (LOG, f"{RECORD}?id={ONE}"):
        text = kari.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_what_a_service_was_answered_is_asked_for_and_shown(client, enter):
    found = entry("_ga", Category.STATISTICS, vendor="Google Analytics")
    Store(client.app.state.engine).save(scan(found))
    client.portal.call(client.app.state.shelf.look_again, "shop")
    revision = client.get("/w/shop.json").json()["revision"]
    kept = send(client, decision(1, revision=revision)).json()
    kari = enter("kari", shop="reader")

    log = kari.get("/admin/shop/log", service="Google Analytics", granted="false").text
    record = kari.get("/admin/shop/log/record", id=kept["id"]).text
    receipt = client.get(f"/w/shop/consents/{kept['id']}").json()

    assert '<option value="Google Analytics" selected>Google Analytics</option>' in log
    assert kept["id"] in log
    assert kept["id"] not in kari.get("/admin/shop/log", service="Google Analytics").text
    assert "Google Analytics: refused" in record
    assert (receipt["services"], receipt["answered"]) == ({}, {"Google Analytics": False})
