"""What an attacker sends gets a 4xx or a closed line, never a 5xx, and nothing is stored."""

import contextlib
import json
import socket
import urllib.parse

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_server.log.query import read_question
from consent_server.log.records import read_decision
from scanner.errors import DecisionInvalid, QuestionInvalid
from tests.consent_server.conftest import ORIGIN, TOKEN, decision, send, serving

settings.register_profile("kapsel", deadline=None, database=None)
settings.load_profile("kapsel")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)
near_decisions = st.fixed_dictionaries(
    {},
    optional={name: st.just(value) | json_values for name, value in decision(1).items()},
)


def taken(body):
    """Return the decision that *body* is read as; None: it was refused."""
    try:
        return read_decision(body)
    except DecisionInvalid:
        return None


@given(st.binary(max_size=600))
def test_no_bytes_are_a_fault(body):
    taken(body)


@given(near_decisions | json_values)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_json_is_a_fault_and_what_is_taken_is_bare(value):
    found = taken(json.dumps(value).encode())

    if found is not None and found.page is not None:
        parts = urllib.parse.urlsplit(found.page)
        assert (parts.query, parts.fragment, parts.username) == ("", "", None)


@given(st.data())
def test_a_key_that_stands_twice_is_always_found(data):
    fields = list(decision(1).items())
    twin = data.draw(st.sampled_from(fields))
    at = data.draw(st.integers(0, len(fields)))
    colon = data.draw(st.sampled_from([":", ": ", " :", "\t:\n"]))
    pairs = [*fields[:at], twin, *fields[at:]]
    body = ",".join(json.dumps(name) + colon + json.dumps(value) for name, value in pairs)

    assert taken(f"{{{body}}}".encode()) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["site", "from", "to", "category", "granted", "action", "cursor"])
            | st.text(max_size=8),
            st.text(max_size=30),
        ),
        max_size=4,
    )
)
def test_no_question_is_a_fault(pairs):
    with contextlib.suppress(QuestionInvalid):
        read_question(pairs)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    sites_file = folder / "sites.yaml"
    sites_file.write_text("sites: {shop: {url: 'https://www.shop.example/'}}")
    with serving(folder / "kapsel.db", sites_file, "--api-token", TOKEN) as running:
        yield running


def say(server, data):
    """Send *data* as it is, and return what comes until the server closes or has answered."""
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    return answer


GOOD = json.dumps(decision(1)).encode()
POST = b"POST /w/shop/consents HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nOrigin: "
POST += ORIGIN.encode() + b"\r\n"


@pytest.mark.parametrize(
    "data",
    [
        POST
        + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % len(GOOD)
        + GOOD,
        POST + b"Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(GOOD) + GOOD,
        POST + b"Content-Length: -1\r\n\r\n" + GOOD,
        POST + b"Content-Length: 99999999999999999999\r\n\r\n" + GOOD,
        POST + b"Content-Length: 10\r\n\r\n" + GOOD[:10],
        POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + GOOD,
        POST + b"Transfer-Encoding: chunked\r\n\r\n2001\r\n" + b" " * 0x2001 + b"\r\n0\r\n\r\n",
        POST + b"Content-Length: 9000\r\n\r\n" + b" " * 9000,
        POST.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
        POST.replace(b"Host: a\r\n", b"Host : a\r\n") + b"\r\n",
        POST.replace(b"text/plain", b"text/plain\x00") + b"Content-Length: 2\r\n\r\n{}",
        b"GET /w/../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /w/%2e%2e%2fadmin.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /w/\xff\xfe.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\r\n\r\n\r\n",
        b"",
    ],
)
def test_what_is_not_proper_http_stores_nothing_and_breaks_nothing(server, data):
    answer = say(server, data)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    found = httpx2.get(
        f"{server.url}/api/v1/consents/count", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert found.json() == {"count": 0}


ROUTES = [
    "/w/{}.js",
    "/w/{}.json",
    "/w/{}/declaration",
    "/w/{}/declaration.json",
    "/w/{}/consents/" + decision(1)["id"],
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ["", "shop'--", "%00", "%ff", "..", "a" * 5000, "shop%0d%0aX: y"])
def test_a_name_that_is_no_site_is_not_found(client, route, name):
    assert 400 <= client.get(route.format(name)).status_code < 500


def test_one_site_cannot_read_or_erase_what_another_has(client):
    key = send(client, decision(1)).json()["id"]
    other = {"Origin": "https://www.other.example"}

    assert client.get(f"/w/other/consents/{key}", headers=other).status_code == 404
    assert client.delete(f"/w/other/consents/{key}", headers=other).status_code == 404
    assert client.get(f"/w/shop/consents/{key}", headers=other).status_code == 403
    assert client.delete(f"/w/shop/consents/{key}", headers=other).status_code == 403
    assert send(client, decision(1), site="other", origin=other["Origin"]).status_code == 409
    assert client.get(f"/w/shop/consents/{key}").status_code == 200
