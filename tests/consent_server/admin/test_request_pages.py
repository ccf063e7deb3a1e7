"""The inbox of visitors' requests: read by role, answered with the clock in view, written down."""

import datetime as dt
import json

import pytest

from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Standing, read
from scanner.store import Store
from tests.consent_server.admin.found import NEWEST
from tests.consent_server.conftest import decision, send

INBOX, ONE = "/admin/shop/requests", "/admin/shop/requests/one"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def inbox(client):
    return Inbox(client.app.state.engine)


def asked(inbox, *, site="shop", days=0, receipt="", message="Hva vet dere?\n<b>Alt</b>"):
    request = read(
        {"right": "access", "contact": "ola@example.no", "message": message, "receipt": receipt},
        site=site,
        language="nb",
        received_at=NOW - dt.timedelta(days=days),
    )
    inbox.add(request)
    return request


def do(person, request, deed):
    form = {"deed": deed}
    return person.post(f"{ONE}/change", form=form, page=f"{ONE}?id={request.id}", id=request.id)


def test_the_inbox_shows_the_clock_and_no_address(inbox, enter):
    asked(inbox, days=35)
    asked(inbox, days=24)
    asked(inbox, site="other")

    page = enter("kari", shop="reader").get(INBOX).text

    assert "2 requests" in page
    assert "6 days late" in page or "5 days late" in page
    assert "ola@example.no" not in page
    assert "No request waits." not in page


def test_only_an_editor_opens_a_request_and_sees_who_asks(inbox, enter):
    request = asked(inbox)

    kari, per = enter("kari", shop="editor"), enter("per", shop="reader")

    page = kari.get(ONE, id=request.id).text
    assert "ola@example.no" in page
    assert "&lt;b&gt;Alt&lt;/b&gt;" in page
    assert per.get(ONE, id=request.id).status_code == 403
    assert per.get(f"{ONE}/export", id=request.id).status_code == 403


@pytest.mark.parametrize(
    ("deed", "standing"),
    [
        ("answered", Standing.ANSWERED),
        ("refused", Standing.REFUSED),
        ("extended", Standing.EXTENDED),
    ],
)
def test_what_was_done_is_noted_once_and_written_down(client, inbox, enter, deed, standing):
    request = asked(inbox)
    kari = enter("kari", shop="editor")

    done = do(kari, request, deed)

    assert done.headers["location"] == f"{INBOX}?done={deed}"
    assert inbox.get(request.id).standing is standing
    assert do(kari, request, "extended").status_code == 409
    trail = client.app.state.trail.page(sites=["shop"])
    assert [entry.action for entry in trail if "request" in entry.action] == [f"{deed} a request"]


def test_a_request_is_erased(inbox, enter):
    request = asked(inbox)
    kari = enter("kari", shop="editor")

    do(kari, request, "erased")

    assert inbox.get(request.id) is None
    assert kari.get(ONE, id=request.id).status_code == 404
    assert "No request was ever sent." in kari.get(INBOX, closed="1").text


def test_nobody_does_what_there_is_no_word_for(inbox, enter):
    request = asked(inbox)

    assert do(enter("kari", shop="editor"), request, "open").status_code == 404


def test_the_export_holds_the_decision_and_what_was_shown(client, inbox, enter):
    Store(client.app.state.engine).save(NEWEST)
    revision = client.get("/w/shop.json").json()["revision"]
    send(client, decision(1, revision=revision))
    request = asked(inbox, receipt=decision(1)["id"])

    answer = enter("kari", shop="editor").get(f"{ONE}/export", id=request.id)

    held = json.loads(answer.text)
    assert "attachment" in answer.headers["content-disposition"]
    assert held["decision"]["id"] == decision(1)["id"]
    assert held["shown"]["revision"] == revision


def test_a_request_of_another_site_does_not_exist(inbox, enter):
    request = asked(inbox, site="other")
    kari = enter("kari", shop="owner")

    assert kari.get(ONE, id=request.id).status_code == 404
    assert kari.get(ONE, id="\x00").status_code == 404
    assert kari.get("/admin/other/requests").status_code == 404
