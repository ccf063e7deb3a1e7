"""What was sent to the server and is nobody's business is found nowhere afterwards."""

import re
import sqlite3

import httpx2
import pytest

from tests.consent_server.conftest import ORIGIN, TOKEN, decision, serving

FOUR, SIX = "81.2.69.142", "2a02:fe0:c11:22aa::77"
PASSWORD = "hemmelig-kanari-passord"
CONTACT, MESSAGE = "kari.kanari@example.no", "melding-fra-kanari"
PAGE = "/sti-til-kanari"

#: Sent in every place where a browser, or an attacker, could put something.
CANARIES = {
    "User-Agent": "kanari-agent",
    "Referer": f"{ORIGIN}/?kanari-referer",
    "X-Forwarded-For": f"{SIX}, {FOUR}",
    "X-Kanari": "kanari-header",
}


@pytest.fixture
def server(tmp_path, sites_file):
    given = ("--api-token", TOKEN, "--keep-network")
    with serving(tmp_path / "kapsel.db", sites_file, *given) as running:
        yield running


def visitor(server):
    cookies = {"kanari": "kanari-cookie"}
    return httpx2.Client(base_url=server.url, headers=CANARIES, cookies=cookies, timeout=60)


def form_token(page):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]


def everything_is_tried(server):
    """Send what should be, and what should not; return the answers that were refusals."""
    refusals = []
    with visitor(server) as client:
        origin = {"Origin": ORIGIN}
        page = f"{ORIGIN}{PAGE}?kanari-query#kanari-fragment"
        good = decision(1, page=page)
        assert client.post("/w/shop/consents", json=good, headers=origin).status_code == 201
        asked = {"right": "access", "contact": CONTACT, "message": MESSAGE, "receipt": ""}
        assert client.post("/w/shop/requests", data=asked).status_code == 303
        refusals += [
            client.post(
                "/w/shop/consents", json=good | {"revision": "kanari revision"}, headers=origin
            ),
            client.post("/w/shop/consents", content=b"kanari-body", headers=origin),
            client.post(
                "/w/shop/consents", json=good, headers={"Origin": "https://kanari.example"}
            ),
            client.get("/w/kanari-site.js"),
            client.get("/kanari-path?kanari-query"),
            client.get("/w/shop/consents/kanari-id"),
            client.get("/api/v1/sites", headers={"Authorization": "Bearer kanari-token"}),
            client.get("/admin/invitations/kanari-invitation"),
        ]
        csrf = form_token(client.get("/admin/sign-in").text)
        wrong = {"csrf": csrf, "name": "kari", "password": PASSWORD, "token": "kanari-token"}
        refusals.append(client.post("/admin/sign-in", data=wrong))
        refusals.append(client.post("/admin/sign-in", data=wrong | {"token": ""}))
        csrf = form_token(client.get("/admin/sign-in").text)
        entered = client.post("/admin/sign-in", data={"csrf": csrf, "token": TOKEN})
        assert entered.status_code == 303
        session = client.cookies["kapsel_session"]
        erased = client.delete(f"/w/shop/consents/{good['id']}", headers=origin)
        assert erased.status_code == 204
    return refusals, (session, good["id"], PAGE)


def test_what_only_passed_through_is_in_no_file_no_line_no_count_and_no_refusal(server, tmp_path):
    refusals, gone = everything_is_tried(server)
    counts = httpx2.get(f"{server.url}/metrics", timeout=60).text
    with sqlite3.connect(tmp_path / "kapsel.db") as broken:
        broken.execute("ALTER TABLE rights_request RENAME COLUMN message TO other")
    with visitor(server) as client:
        asked = {"right": "access", "contact": CONTACT, "message": MESSAGE, "receipt": ""}
        fault = client.post("/w/shop/requests", data=asked)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    server.process.terminate()
    lines = "".join(server.said) + server.process.stderr.read()

    assert {answer.status_code // 100 for answer in refusals} == {4}
    assert fault.status_code == 500  # with its traceback in the lines
    assert "Traceback" in lines
    assert "kapsel.db-wal" in files
    for secret in (FOUR, SIX, "kanari-", PASSWORD, *gone):
        for name, content in files.items():
            assert secret.encode() not in content, (secret, name)
    for secret in (FOUR, SIX, "kanari", PASSWORD, TOKEN, CONTACT, MESSAGE, *gone):
        assert secret not in lines, secret
        assert secret not in counts, secret
        for answer in (*refusals, fault):
            assert secret not in answer.text, (secret, answer.url)
    assert b"81.2.69.0/24" not in b"".join(files.values())  # it went with the decision
