"""A visitor asks about her data, and sees how far the answer is."""

import pytest

from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Right
from scanner.database import open_database
from tests.consent_server.conftest import opened

HERE = {"Origin": "https://consent.example"}
FIELDS = {"right": "access", "contact": "kari@example.no", "message": "Alt dere vet."}


@pytest.fixture
def inbox(client, database):
    engine = open_database(database)
    yield Inbox(engine)
    engine.dispose()


def ask(client, site="shop", origin=HERE, **changes):
    return client.post(
        f"/w/{site}/requests?lang=nb", data=FIELDS | changes, headers=origin, follow_redirects=False
    )


def test_a_request_reaches_the_inbox_and_has_a_page_of_its_own(client, inbox):
    sent = ask(client)

    (kept,) = inbox.find()
    assert (kept.site, kept.right, kept.contact) == ("shop", Right.ACCESS, "kari@example.no")
    assert (kept.message, kept.language) == ("Alt dere vet.", "nb")
    assert sent.status_code == 303
    assert sent.headers["location"].endswith(f"/w/shop/requests/{kept.id}?lang=nb")
    page = client.get(sent.headers["location"])
    assert page.status_code == 200
    assert "kari@example.no" not in page.text  # whoever finds the address learns no name


def test_the_form_comes_back_with_its_mistakes_and_what_was_filled_in(client, inbox):
    answer = client.post(
        "/w/shop/requests?lang=en",
        data={"right": "", "contact": "kari", "message": "<b>hei</b>"},
        headers=HERE,
    )

    assert answer.status_code == 400
    assert "Choose what you ask for." in answer.text
    assert "Write an e-mail address" in answer.text
    assert 'value="kari"' in answer.text
    assert "&lt;b&gt;hei&lt;/b&gt;" in answer.text
    assert inbox.find() == ()


def test_the_number_of_an_answer_comes_along_from_the_receipt(client):
    key = "0191e0f3-7c1a-7d5e-8f00-0123456789ab"

    assert f'value="{key}"' in client.get(f"/w/shop/requests?receipt={key}").text


@pytest.mark.parametrize("origin", ["https://evil.example", "https://www.shop.example", "null"])
def test_no_other_page_sends_the_form(client, inbox, origin):
    assert ask(client, origin={"Origin": origin}).status_code == 403
    assert inbox.find() == ()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"right=" + b"x" * 40_000, "application/x-www-form-urlencoded", 413),
        (b"right=%ff", "application/x-www-form-urlencoded", 400),
        ("right=æ".encode(), "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(150)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_gets_a_refusal(client, inbox, body, kind, status):
    answer = client.post("/w/shop/requests", content=body, headers=HERE | {"Content-Type": kind})

    assert answer.status_code == status
    assert inbox.find() == ()


def test_one_network_sends_few_requests_at_once(database, sites_file):
    with opened(database, sites_file, address="8.8.8.8") as client:
        statuses = [ask(client).status_code for _ in range(6)]

    assert statuses == [303] * 5 + [429]


def test_a_request_is_another_sites_nowhere(client):
    location = ask(client).headers["location"]

    assert client.get(location.replace("/shop/", "/other/")).status_code == 404
    assert client.get("/w/none/requests").status_code == 404
    assert client.get("/w/none/requests/1").status_code == 404
    assert client.get("/w/shop/requests/1").status_code == 404


def test_the_declaration_leads_to_the_form(client):
    declaration = client.get("/w/shop/declaration?lang=en").text

    assert '<a href="requests?lang=en">Your rights at Butikken AS</a>' in declaration
