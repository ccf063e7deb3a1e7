"""The script and its facts: from memory, cacheable, and new when the site is."""

import datetime as dt
import hashlib

import msgspec
import pytest

from consent_server.log.releases import Releases
from scanner.model import BannerAnswer, Scan
from scanner.store import Store
from tests.consent_server.conftest import SITES, decision, opened, send
from tests.consent_server.test_declaration import entry

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


def test_a_vendor_that_has_gone_is_no_reason_to_ask_again(client, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 0.0)
    first, second = entry("_ga"), entry("_pk_id", vendor="Matomo", vendor_id="matomo")
    parts = []
    for days, entries in enumerate([(first, second), (first,), (first, second), (first,)]):
        start = SCANNED.started_at + dt.timedelta(days=days)
        scan = msgspec.structs.replace(SCANNED, started_at=start, entries=entries)
        Store(client.app.state.engine).save(scan)
        parts.append(client.get("/w/shop.json").json()["category_revisions"]["statistics"])

    assert " " not in parts[0]
    assert parts[1].split()[1:] == [parts[0]]
    assert parts[2:] == parts[:2]


def edition(client, site="shop"):
    """The address of today's script of *site* that is its own."""
    script = client.get(f"/w/{site}.js").content
    return f"/w/{site}.{hashlib.sha256(script).hexdigest()[:32]}.js"


def test_an_address_of_its_own_answers_the_same_bytes_for_ever(database, sites_file):
    with opened(database, sites_file) as client:
        address, first = edition(client), client.get("/w/shop.js").content
        at_hand = client.get(address)
    sites_file.write_text(SITES.replace("[nb, en]", "[de]"))
    with opened(database, sites_file) as client:
        newer = edition(client)
        kept = client.get(address)
        again = client.get(address, headers={"If-None-Match": kept.headers["etag"]})
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
    sites_file.write_text("sites: {third: {url: 'https://third.example/'}}")
    with opened(database, sites_file) as client:
        afterwards = client.get(address)

    assert newer != address
    assert at_hand.content == kept.content == plain.content == afterwards.content == first
    assert kept.headers == at_hand.headers
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-encoding"] == "br"
    assert kept.headers["access-control-allow-origin"] == "*"
    assert (again.status_code, again.content) == (304, b"")
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "name", ["0" * 32, "f" * 32, "0" * 31, "0" * 64, "F" * 32, "..%2f", "%00" * 32]
)
def test_a_script_that_was_never_served_is_no_other(client, name):
    answer = client.get(f"/w/shop.{name}.js")

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"]


def test_an_edition_is_of_one_site(client):
    of_shop = edition(client).removeprefix("/w/shop.")

    assert client.get(f"/w/other.{of_shop}").status_code == 404
    assert client.get(f"/w/sh%00op.{of_shop}").status_code == 404


def test_a_sites_key_may_hold_dots(client, sites_file, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 0.0)
    sites_file.write_text("sites: {www.shop.example: {url: 'https://www.shop.example/'}}")

    assert '"site":"www.shop.example"' in client.get("/w/www.shop.example.js").text
    assert '"site":"www.shop.example"' in client.get(edition(client, "www.shop.example")).text


def test_few_editions_are_held_in_memory(client, monkeypatch):
    monkeypatch.setattr("consent_server.editions._HELD", 2)
    releases = Releases(client.app.state.engine)
    scripts = [f"script {n}".encode() for n in range(4)]
    for script in scripts:
        releases.keep("shop", "r0", facts=b"{}", engine=b"", script=script)

    answers = [
        client.get(f"/w/shop.{hashlib.sha256(script).hexdigest()[:32]}.js").content
        for script in scripts + scripts
    ]

    assert answers == scripts + scripts
    assert len(client.app.state.editions._held) == 2


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
