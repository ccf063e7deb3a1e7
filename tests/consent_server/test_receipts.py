"""What programs get at the address of a receipt, and who may erase it."""

import re

import pytest

from tests.consent_server.conftest import ORIGIN, decision, send

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def key(client):
    return send(client, decision(1)).json()["id"]


def test_a_browser_gets_a_page_and_a_program_gets_json(client, key):
    address = f"/w/shop/consents/{key}"

    page = client.get(address, headers=PAGE | {"Accept-Language": "nb"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-language"] == "nb"
    assert key in page.text
    assert client.get(address).json()["id"] == key
    assert client.get(address + "?format=json", headers=PAGE).json()["id"] == key
    assert "<html" in client.get(address + "?format=html").text


def test_the_time_is_told_in_the_zone_of_the_site(client, sites_file):
    zone = "languages: [nb, en]\n    time_zone: Europe/Oslo"
    sites_file.write_text(sites_file.read_text().replace("languages: [nb, en]", zone, 1))
    moment = {"decided_at": "2026-07-31T22:30:00Z"}
    key = send(client, decision(3, **moment)).json()["id"]

    page = client.get(f"/w/shop/consents/{key}?lang=en", headers=PAGE)

    assert 'datetime="2026-07-31T22:30:00+00:00"' in page.text
    assert re.search(r">August 1, 2026 12:30:00\sAM CEST<", page.text)


def test_a_page_that_is_not_there_says_so(client, key):
    missing = client.get(f"/w/shop/consents/{decision(2)['id']}", headers=PAGE)
    foreign = client.get(f"/w/other/consents/{key}", headers=PAGE)

    assert (missing.status_code, foreign.status_code) == (404, 404)
    assert (
        "There is no record at this address"
        in client.get(f"/w/other/consents/{key}?lang=en", headers=PAGE).text
    )


def test_the_record_is_given_as_iso_27560_structures_it(client, key):
    answer = client.get(f"/w/shop/consents/{key}.jsonld")

    receipt = answer.json()
    record = receipt["dpv:hasRecordOfActivity"]
    assert answer.headers["content-type"] == "application/ld+json"
    assert receipt["@type"] == "dpv:ConsentReceipt"
    assert receipt["@id"] == f"https://consent.example/w/shop/consents/{key}"
    assert record["@type"] == "dpv:ConsentRecord"
    assert record["dct:identifier"] == key
    assert record["dpv:hasDataController"]["schema:name"] == "Butikken AS"
    assert {
        process["dpv:hasPurpose"]["@type"]: process["dpv:hasConsentStatus"]
        for process in record["dpv:hasProcess"]
    } == {
        "dpv:ServicePersonalisation": "dpv:ConsentGiven",
        "dpv:ServiceUsageAnalytics": "dpv:ConsentRefused",
        "dpv:PersonalisedAdvertising": "dpv:ConsentRefused",
    }


def test_what_was_withdrawn_is_withdrawn_and_not_refused(client):
    choices = {"functional": False, "statistics": False, "marketing": False}
    key = send(client, decision(3, action="withdraw", choices=choices)).json()["id"]

    record = client.get(f"/w/shop/consents/{key}.jsonld").json()["dpv:hasRecordOfActivity"]

    statuses = {process["dpv:hasConsentStatus"] for process in record["dpv:hasProcess"]}
    assert statuses == {"dpv:ConsentWithdrawn"}


def test_the_standard_form_is_there_for_known_records_only(client, key):
    assert client.get(f"/w/other/consents/{key}.jsonld").status_code == 404
    assert client.get(f"/w/none/consents/{key}.jsonld").status_code == 404


def test_the_form_erases_and_leads_to_a_page_that_says_so(client, key):
    here = {"Origin": "https://consent.example"}

    erase = f"/w/shop/consents/{key}/erase?lang=en"
    done, again = (client.post(erase, headers=here, follow_redirects=False) for _ in range(2))

    said, unsaid = (client.get(each.headers["location"], headers=PAGE) for each in (done, again))
    assert (done.status_code, again.status_code) == (303, 303)
    assert "The record was erased." in said.text
    assert "There is no record at this address" in unsaid.text
    assert client.get(f"/w/shop/consents/{key}").status_code == 404


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null"])
def test_no_other_page_sends_the_form(client, key, origin):
    refused = client.post(f"/w/shop/consents/{key}/erase", headers={"Origin": origin})

    assert refused.status_code == 403
    assert client.get(f"/w/shop/consents/{key}").status_code == 200


def test_one_site_cannot_erase_what_another_has(client, key):
    client.post(f"/w/other/consents/{key}/erase")

    assert client.get(f"/w/shop/consents/{key}").status_code == 200
    assert client.post(f"/w/none/consents/{key}/erase").status_code == 404
