"""What a visitor's browser may send, ask and take back."""

import asyncio
import datetime as dt
import json
import threading

import pytest

from consent_server.log.records import read_decision, to_record
from tests.consent_server.conftest import ORIGIN, ask, decision, opened, send


def stored(client):
    return ask(client, "/api/v1/consents").json()["records"]


def test_a_decision_is_stored_once_and_answered_twice_alike(client):
    sent = decision(1)

    first = send(client, sent)
    again = send(client, sent, kind="text/plain;charset=UTF-8")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == sent["id"]
    assert first.json()["choices"] == sent["choices"]
    assert stored(client) == [first.json()]


def test_the_same_decision_from_everywhere_at_once_is_stored_once(client):
    sent = decision(1)
    answers = []

    def post():
        answers.append(send(client, sent))

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1


def test_another_decision_under_the_same_id_is_refused(client):
    send(client, decision(1))

    answer = send(client, decision(1, choices={"marketing": True}))

    assert answer.status_code == 409
    assert answer.json() == {"error": "another decision is stored under this id"}
    assert len(stored(client)) == 1


def test_the_log_holds_neither_address_nor_browser_nor_query(client, tmp_path):
    answer = client.post(
        "/w/shop/consents",
        json=decision(1, page=ORIGIN + "/?mail=kari@shop.example"),
        headers={
            "Origin": ORIGIN,
            "User-Agent": "Mozilla/5.0 (distinctive)",
            "X-Forwarded-For": "203.0.113.77",
            "Referer": ORIGIN + "/?secret",
        },
    )

    assert answer.status_code == 201
    assert set(answer.json()) == {
        *("id", "site", "revision", "choices", "action", "language"),
        *("decided_at", "received_at", "page", "gpc", "flags"),
        *("services", "surface", "country", "network", "layout"),
    }
    assert stored(client)[0]["page"] == ORIGIN + "/"
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"distinctive" not in content
            assert b"203.0.113" not in content
            assert b"kari@" not in content


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.shop.example",
        "https://shop.example",
        "http://kasse.shop.example:8080",
        "https://img.shop-cdn.example",
    ],
)
def test_pages_on_the_sites_domains_may_speak_for_it_and_read_the_answer(client, origin):
    answer = send(client, decision(1), origin=origin)

    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "https://www.other.example",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://shop.example@evil.example",
        "file://shop.example",
        "https://www.shop.example/",
        "https://www.shop.example, https://evil.example",
    ],
)
def test_other_pages_are_refused_and_nothing_is_stored(client, origin):
    answer = send(client, decision(1), origin=origin)

    assert answer.status_code == 403
    assert answer.json() == {"error": "this page does not belong to the site"}
    assert "access-control-allow-origin" not in answer.headers
    assert stored(client) == []


def test_a_sender_that_is_no_browser_is_taken_and_flagged(client):
    answer = send(client, decision(1), origin=None)

    assert answer.status_code == 201
    assert "no-origin" in answer.json()["flags"]


def test_a_revision_that_was_never_shown_is_kept_and_flagged(client):
    current = client.get("/w/shop.json").json()["revision"]

    assert "unknown-revision" in send(client, decision(1, revision="r9")).json()["flags"]
    assert send(client, decision(2, revision=current)).json()["flags"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (decision(ip="192.0.2.1"), "application/json", 400),
        (decision(id="1"), "application/json", 400),
        (decision(choices={"marketing": "yes"}), "application/json", 400),
        (decision(language=...), "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "text/plain", 400),
        (b"[" * 8000, "application/json", 400),
        (b'"' + b"a" * 8192 + b'"', "application/json", 413),
        (decision(), "application/x-www-form-urlencoded", 415),
        (decision(), "application/jsonp", 415),
        (decision(), None, 415),
    ],
)
def test_what_is_not_a_decision_is_refused_in_words(client, body, kind, status):
    answer = send(client, body, kind=kind)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert stored(client) == []


def test_there_are_no_decisions_for_a_site_that_is_not_listed(client):
    answer = send(client, decision(1), site="nobody")

    assert answer.status_code == 404
    assert answer.json() == {"error": "there is no such site"}


@pytest.mark.parametrize("path", ["/w/shop/consents", f"/w/shop/consents/{decision(1)['id']}"])
def test_a_browser_that_asks_beforehand_is_told(client, path):
    def preflight(origin):
        return client.options(
            path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )

    answer = preflight(ORIGIN)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-headers"] == "Content-Type"
    assert preflight("https://evil.example").status_code == 403


def test_the_receipt_is_the_record_and_the_id_is_its_key(client):
    sent = send(client, decision(1)).json()

    assert client.get(f"/w/shop/consents/{sent['id']}").json() == sent | {
        "answered": {},
        "proof": None,
    }
    assert client.get(f"/w/shop/consents/{sent['id'].upper()}").json()["id"] == sent["id"]
    assert client.get(f"/w/other/consents/{sent['id']}").status_code == 404
    assert client.get(f"/w/shop/consents/{decision(2)['id']}").status_code == 404
    assert client.get("/w/shop/consents/1").status_code == 404


def test_a_visitor_erases_her_decision(client):
    key = send(client, decision(1)).json()["id"]

    assert client.delete(f"/w/other/consents/{key}").status_code == 404
    assert (
        client.delete(
            f"/w/shop/consents/{key}", headers={"Origin": "https://evil.example"}
        ).status_code
        == 403
    )
    erased = client.delete(f"/w/shop/consents/{key}", headers={"Origin": ORIGIN})

    assert (erased.status_code, erased.content) == (204, b"")
    assert client.get(f"/w/shop/consents/{key}").status_code == 404
    assert client.delete(f"/w/shop/consents/{key}").status_code == 404
    assert stored(client) == []


def test_a_log_that_cannot_write_says_try_again_and_acknowledges_nothing(client):
    send(client, decision(1))
    engine = client.app.state.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE consent RENAME TO elsewhere")

    answer = send(client, decision(2))

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "error" in answer.json()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO consent")
    assert send(client, decision(2)).status_code == 201


def test_a_visitor_who_leaves_before_the_answer_does_not_stop_the_writer(client):
    async def leave():
        log = client.app.state.log
        record = to_record(
            read_decision(json.dumps(decision(7)).encode()),
            site="shop",
            received_at=dt.datetime.now(dt.UTC),
            revisions=("r1",),
            from_page=True,
        )
        waiting = asyncio.ensure_future(log.append(record))
        await asyncio.sleep(0)
        waiting.cancel()

    client.portal.call(leave)

    assert send(client, decision(8)).status_code == 201
    assert {r["id"] for r in stored(client)} == {decision(7)["id"], decision(8)["id"]}


def test_a_flood_from_one_network_is_slowed_but_no_withdrawal_is_lost(database, sites_file):
    with opened(database, sites_file, address="8.8.8.8", rate=0.001, burst=2) as client:
        answers = [send(client, decision(n)) for n in range(4)]
        taken_back = send(client, decision(9, action="withdraw", choices={"marketing": False}))

        assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
        assert int(answers[3].headers["retry-after"]) > 0
        assert answers[3].headers["access-control-allow-origin"] == ORIGIN
        assert taken_back.status_code == 201
        assert len(stored(client)) == 3


def test_a_server_with_a_name_answers_to_no_other(database, sites_file):
    with opened(database, sites_file, hosts=("consent.example",)) as client:
        assert client.get("/openapi.json").status_code == 200
        assert (
            client.get("/openapi.json", headers={"Host": "CONSENT.example:8443"}).status_code == 200
        )
        assert client.get("/openapi.json", headers={"Host": ""}).status_code == 400
        for other in ("evil.example", "consent.example.evil.example"):
            answer = client.get("/openapi.json", headers={"Host": other})
            assert answer.status_code == 421
            assert answer.json() == {"error": "this server has another name"}
            for path in ("/healthz", "/readyz"):  # load balancers ask by an address
                assert client.get(path, headers={"Host": other}).status_code == 200
