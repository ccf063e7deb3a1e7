"""Up to twenty decisions come in one body; each is answered as if it had come alone."""

import pytest

from tests.consent_server.conftest import ask, decision, opened, send


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_each_of_many_is_stored_and_answered_in_its_place(client, kind):
    first, second = decision(1), decision(2)
    send(client, first)
    sent = [first, second, decision(3, id="x"), first | {"language": "en"}, second]

    answer = send(client, sent, kind=kind)

    assert answer.status_code == 200
    outcomes = answer.json()
    assert [outcome["status"] for outcome in outcomes] == [200, 201, 400, 409, 200]
    assert outcomes[1]["record"]["id"] == second["id"]
    assert outcomes[2] == {"status": 400, "error": "id is not a UUID"}
    assert outcomes[4]["record"] == outcomes[1]["record"]
    assert ask(client, "/api/v1/consents/count").json() == {"count": 2}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "from 1 to 20"),
        (b"[" + b",".join([b"{}"] * 21) + b"]", "from 1 to 20"),
        (b"[", "not decisions"),
        (b" [{}, ", "not decisions"),
        (b"[" * 8000, "JSON"),
        (b"[\xff]", "not UTF-8"),
    ],
)
def test_what_is_no_list_of_decisions_is_refused_in_words(client, body, words):
    answer = send(client, body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_a_list_that_is_too_long_is_not_read(client):
    assert send(client, b"[" + b" " * 8192).status_code == 413


def test_what_is_beyond_the_limit_is_said_one_by_one_and_withdrawals_pass(database, sites_file):
    sent = [decision(n) for n in range(3)] + [decision(3, action="withdraw")]
    with opened(database, sites_file, address="8.8.8.8", rate=1, burst=2) as client:
        answer = send(client, sent)

    assert [outcome["status"] for outcome in answer.json()] == [201, 201, 429, 201]
    assert answer.headers["retry-after"] == "2"


def test_the_country_and_the_network_are_kept_where_the_owner_wants_them(database, sites_file):
    given = {"proxies": ("testclient",), "country_header": "CF-IPCountry", "keep_network": True}
    with opened(database, sites_file, **given) as client:
        client.headers.update({"CF-IPCountry": "SE", "X-Forwarded-For": "203.0.113.77"})
        kept = send(client, decision(1, surface="preferences", services={"YouTube": False})).json()
        found = ask(client, "/api/v1/consents", country="se", service="YouTube", granted="false")
        others = ask(client, "/api/v1/consents", service="YouTube", granted="true")

    assert (kept["country"], kept["network"]) == ("SE", "203.0.113.0/24")
    assert (kept["surface"], kept["services"]) == ("preferences", {"YouTube": False})
    assert kept["layout"] == "box"
    assert found.json()["records"] == [kept]
    assert others.json()["records"] == []


@pytest.mark.parametrize(
    "services",
    [{"": True}, {"a" * 65: True}, {"a\n": True}, {f"s{n}": True for n in range(65)}, {"a": 1}],
)
def test_services_that_make_no_sense_are_refused(client, services):
    assert send(client, decision(1, services=services)).status_code == 400
