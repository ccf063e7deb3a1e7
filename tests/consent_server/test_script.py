"""The script and its facts: from memory, cacheable, and new when the site is."""

import datetime as dt

import pytest

from scanner.model import BannerAnswer, Scan
from scanner.store import Store
from tests.consent_server.conftest import SITES, decision, send

SCANNED = Scan(
    site="shop",
    url="https://www.shop.example/",
    started_at=dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC),
    finished_at=dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC),
    status="complete",
    visits=(),
    banner=BannerAnswer(),
    entries=(),
)


def test_the_script_is_sent_compressed_and_once(client):
    first = client.get("/w/shop.js", headers={"Accept-Encoding": "br"})
    again = client.get(
        "/w/shop.js",
        headers={"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]},
    )
    plain = client.get("/w/shop.js", headers={"Accept-Encoding": "identity"})

    assert first.status_code == 200
    assert first.headers["content-encoding"] == "br"
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "max-age=300" in first.headers["cache-control"]
    assert first.headers["vary"] == "Accept-Encoding"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != first.headers["etag"]
    assert '"site":"shop"' in plain.text


@pytest.mark.parametrize("path", ["/w/shop.js", "/w/shop.json"])
def test_nothing_is_stored_in_the_visitors_browser_by_fetching(client, path):
    answer = client.get(path)

    assert "set-cookie" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_facts_are_those_of_the_site(client):
    facts = client.get("/w/shop.json").json()

    assert facts["site"] == "shop"
    assert facts["categories"] == ["functional", "statistics", "marketing"]
    assert {"revision", "items", "texts", "languages", "banner", "controller"} <= set(facts)


def test_there_is_no_script_for_a_site_that_is_not_listed(client):
    assert client.get("/w/nobody.js").status_code == 404
    assert client.get("/w/nobody.json").json() == {"error": "there is no such site"}


def test_a_new_scan_and_a_changed_list_are_followed(client, sites_file, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 0.0)
    before = client.get("/w/shop.json")

    Store(client.app.state.engine).save(SCANNED)
    after = client.get("/w/shop.json")
    sites_file.write_text(SITES + "  third:\n    url: https://third.example/\n")
    third = client.get("/w/third.json")
    sites_file.write_text("sites: [wrong]")
    still = client.get("/w/shop.json")

    assert before.json()["scanned_at"] is None
    assert after.json()["scanned_at"] == "2026-11-22T03:00:00Z"
    assert after.json()["categories"] == []
    assert after.headers["etag"] != before.headers["etag"]
    assert third.json()["site"] == "third"
    assert still.content == after.content


def test_what_was_shown_before_a_new_scan_is_known_after_it(client, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 0.0)
    before = client.get("/w/shop.json").json()["revision"]

    Store(client.app.state.engine).save(SCANNED)

    assert client.get("/w/shop.json").json()["revision"] != before
    assert send(client, decision(1, revision=before)).json()["flags"] == []


def test_a_site_is_served_as_it_was_while_the_database_fails(client, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 0.0)
    before = client.get("/w/shop.js")
    with client.app.state.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE scan RENAME TO elsewhere")

    during = client.get("/w/shop.js")
    new = client.get("/w/other.js")
    with client.app.state.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO scan")

    assert (during.status_code, during.content) == (200, before.content)
    assert new.status_code == 503
    assert new.headers["retry-after"] == "2"
    assert client.get("/w/other.js").status_code == 200
