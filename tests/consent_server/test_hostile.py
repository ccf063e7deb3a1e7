"""What an attacker sends gets a 4xx or a closed line, never a 5xx, and nothing is stored."""

import contextlib
import json
import socket
import urllib.parse

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_server.admin.model import Role
from consent_server.log.query import read_question
from consent_server.log.records import read_decision
from scanner.errors import DecisionInvalid, QuestionInvalid
from tests.consent_server.admin.conftest import PASSWORD, Somebody
from tests.consent_server.conftest import ORIGIN, TOKEN, ask, decision, send, serving

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
    with serving(
        folder / "kapsel.db", sites_file, "--api-token", TOKEN, "--patience", "2"
    ) as running:
        yield running


def say(server, data, *, patience=60):
    """Send *data* as it is, and return what comes until the server closes."""
    port = int(server.url.rsplit(":", 1)[1])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line:
        with contextlib.suppress(ConnectionError):  # refused before all was sent
            line.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            while chunk := line.recv(65536):
                answer += chunk
    return answer


GOOD = json.dumps(decision(1)).encode()
BARE = f"""\
POST /w/shop/consents HTTP/1.1\r
Host: a\r
Connection: close\r
Content-Type: text/plain\r
Origin: {ORIGIN}\r
""".encode()
CHUNKED = BARE + b"Transfer-Encoding: chunked\r\n"
SIZED = BARE + b"Content-Length: %d\r\n" % len(GOOD)
CHUNK = b"%x\r\n" % len(GOOD) + GOOD + b"\r\n0\r\n\r\n"
GET = b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

#: What another server might read as another request, or as another body.
AMBIGUOUS = {
    "length and chunks": SIZED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD,
    "chunks and length": CHUNKED + b"Content-Length: 4\r\n\r\n" + CHUNK,
    "two lengths": SIZED + b"Content-Length: 5\r\n\r\n" + GOOD,
    "the same length twice": SIZED + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD,
    "a list of lengths": BARE + b"Content-Length: 5, 5\r\n\r\n" + GOOD,
    "a negative length": BARE + b"Content-Length: -1\r\n\r\n" + GOOD,
    "a signed length": BARE + b"Content-Length: +%d\r\n\r\n" % len(GOOD) + GOOD,
    "a hexadecimal length": BARE + b"Content-Length: 0x10\r\n\r\n" + GOOD,
    "an enormous length": BARE + b"Content-Length: 99999999999999999999\r\n\r\n" + GOOD,
    "a space before the colon": BARE + b"Content-Length : 5\r\n\r\n" + GOOD,
    "an unknown coding": BARE + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNK,
    "a coding after chunks": BARE + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNK,
    "two codings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + CHUNK,
    "a coding that is a control": BARE + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNK,
    "a folded header": BARE + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNK,
    "bare line feeds": SIZED.replace(b"\r\n", b"\n") + b"\n" + GOOD,
    "bare carriage returns": SIZED.replace(b"\r\n", b"\r") + b"\r" + GOOD,
    "chunks with bare line feeds": CHUNKED + b"\r\n" + CHUNK.replace(b"\r\n", b"\n"),
    "a chunk extension with a line feed": CHUNKED + b"\r\n" + CHUNK.replace(b"\r\n", b";a\n", 1),
    "a chunk of no size": CHUNKED + b"\r\nZZ\r\n" + GOOD,
    "a chunk of negative size": CHUNKED + b"\r\n-" + CHUNK,
    "a chunk of enormous size": CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\n" + GOOD,
    "a chunk longer than it says": CHUNKED + b"\r\n2\r\n" + GOOD + b"\r\n0\r\n\r\n",
    "another version": SIZED.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n" + GOOD,
    "HTTP/2 as agreed before": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two hosts": SIZED + b"Host: b\r\n\r\n" + GOOD,
    "a host that is none": SIZED.replace(b"Host: a", b"Host: a/../b?") + b"\r\n" + GOOD,
    "a host of another": SIZED.replace(b"Host: a", b"Host: user@a") + b"\r\n" + GOOD,
    "a header with a NUL": SIZED.replace(b"text/plain", b"text/plain\x00") + b"\r\n" + GOOD,
    "a tunnel": b"CONNECT evil.example:443" + GET,
    "a length that is too short": BARE + b"Content-Length: 10\r\n\r\n" + GOOD,
    "a body that is too long": BARE + b"Content-Length: 9000\r\n\r\n" + b" " * 9000,
    "a chunk that is too long": CHUNKED + b"\r\n2001\r\n" + b" " * 0x2001 + b"\r\n0\r\n\r\n",
    "a packed body": SIZED + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b" + GOOD[2:],
    "a path upwards": b"GET /w/../../etc/passwd" + GET,
    "a hidden path upwards": b"GET /w/%2e%2e%2fadmin.js" + GET,
    "a path hidden twice": b"GET /w/%252e%252e%252fadmin.js" + GET,
    "an empty segment": b"GET //evil.example/admin" + GET,
    "a parameter in the path": b"GET /w/shop;/consents" + GET,
    "a NUL in the path": b"GET /w/shop%00.js" + GET,
    "a line feed in the path": b"GET /healthz%0d%0aX:%20y" + GET,
    "a path that is not ASCII": b"GET /w/\xff\xfe.js" + GET,
    "a path that is too long": b"GET /" + b"a" * 300_000 + GET,
    "a header that is too long": b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
    "too many headers": b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 60_000 + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


def stored(server):
    found = httpx2.get(
        f"{server.url}/api/v1/consents/count",
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=60,
    )
    return found.json()["count"]


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_is_not_proper_http_is_refused_and_stores_nothing(server, data):
    answer = say(server, data)

    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert stored(server) == 0


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_no_other_protocol_is_spoken(server, protocol):
    upgrade = (
        f"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: {protocol}"
    )

    assert say(server, upgrade.encode() + b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK")


def test_lines_that_are_held_open_stop_nobody_and_are_cut_off(server):
    port = int(server.url.rsplit(":", 1)[1])
    begun = [b"", b"GET /w/sh", b"GET / HTTP/1.1\r\nX-", SIZED + b"\r\n{", CHUNKED + b"\r\n5\r\n{"]
    lines = []
    for beginning in begun * 30:
        line = socket.create_connection(("127.0.0.1", port), timeout=60)
        line.sendall(beginning)
        lines.append((beginning, line))

    assert httpx2.get(f"{server.url}/w/shop.js", timeout=60).status_code == 200
    for beginning, line in lines:
        said = line.recv(4096) if beginning else b"HTTP/1.1 408"
        assert said.startswith(b"HTTP/1.1 408"), beginning
        assert line.recv(4096) == b""
        line.close()
    assert stored(server) == 0


def test_who_sends_a_drop_at_a_time_is_cut_off_too(server):
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=0.2) as line:
        line.sendall(SIZED + b"\r\n")
        answer = b""
        for drop in GOOD:  # at five a second it would take a minute and more
            with contextlib.suppress(TimeoutError):
                answer = line.recv(4096)
                break
            line.sendall(bytes((drop,)))

    assert answer.startswith(b"HTTP/1.1 408")


ROUTES = [
    "/w/{}.js",
    "/w/{}.json",
    "/w/{}/declaration",
    "/w/{}/declaration.json",
    "/w/{}/consents/" + decision(1)["id"],
]


def test_a_name_that_is_no_site_is_not_found(client):
    for name in ("", "shop'--", "%00", "%ff", "..", "a" * 5000, "shop%0d%0aX: y"):
        for route in ROUTES:
            assert 400 <= client.get(route.format(name)).status_code < 500, (route, name)


ADDRESSES = ["/w/shop/consents/%00", "/w/shop/requests/a%00", "/w/shop/consents/%00.jsonld"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_nul_is_none(client, address):
    assert client.get(address).status_code == 404
    if "consents" in address:
        assert client.delete(address).status_code in (404, 405)
        assert client.post(f"{address}/erase").status_code in (404, 405)


def test_a_question_with_a_nul_is_one_for_no_page(client):
    client.app.state.accounts.add("boss", roles={"*": Role.OWNER}, password=PASSWORD)
    boss = Somebody(client)
    assert boss.sign_in("boss").status_code == 303

    for address in ("/admin/accounts/change?name=", "/admin/shop/log/record?id="):
        assert boss.get(f"{address}a%00b").status_code == 404
        assert boss.get(f"{address}a%20b").status_code == 404


BODIES = {
    "deeply nested": b"[" * 8000,
    "deeply nested objects": b'{"a":' * 1300,
    "a key twice": GOOD.replace(b"{", b'{"id": "x", ', 1),
    "bad UTF-8": GOOD.replace(b'"nb"', b'"\xff\xfe"'),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "a NUL": GOOD.replace(b'"nb"', b'"n\x00"'),
    "a NUL that is escaped": GOOD.replace(b'"nb"', b'"n\\u0000"'),
    "a lone surrogate": GOOD.replace(b'"nb"', b'"\\ud800"'),
    "a lone surrogate in the page": GOOD.replace(b'example/"', b'example/\\udfff"'),
    "a huge number": GOOD.replace(b'"gpc": false', b'"gpc": 1' + b"0" * 4000),
    "a number that is none": GOOD.replace(b'"gpc": false', b'"gpc": NaN'),
    "a day that is none": json.dumps(decision(1, decided_at="2026-02-30T00:00:00Z")).encode(),
    "a script as the page": json.dumps(decision(1, page="javascript:alert(1)")).encode(),
    "an unknown field": json.dumps(decision(1, admin=True)).encode(),
    "another's fields": json.dumps(decision(1, site="other", flags=[])).encode(),
    "a NUL in a service": json.dumps(decision(1, services={"a\0": True})).encode(),
    "too many services": json.dumps(decision(1, services=dict.fromkeys("abc" * 30))).encode(),
    "too many decisions": b"[" + b",".join([b"{}"] * 21) + b"]",
    "no decisions": b"[]",
    "too much": GOOD + b" " * 9000,
    "nothing": b"",
}


@pytest.mark.parametrize("way", ["short", "long"])
def test_a_body_that_is_no_decision_is_refused_on_the_short_and_on_the_long_way(client, way):
    headers = {"Origin": ORIGIN, "Content-Type": "text/plain"}
    twice = [] if way == "short" else [("X-Twice", "a"), ("X-Twice", "b")]

    for name, body in BODIES.items():
        sent = [*headers.items(), *twice]
        answer = client.post("/w/shop/consents", content=body, headers=sent)
        assert 400 <= answer.status_code < 500, name
        assert set(answer.json()) == {"error"}, name
    assert ask(client, "/api/v1/consents/count").json() == {"count": 0}


@pytest.mark.parametrize("kind", ["text/html", "multipart/form-data", "text/plainer", ""])
def test_a_body_of_another_type_is_refused(client, kind):
    assert send(client, decision(1), kind=kind).status_code == 415


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_decision_from_the_end_of_time_is_kept_and_flagged(client, moment):
    answer = send(client, decision(1, decided_at=moment))

    assert answer.status_code == 201
    assert set(answer.json()["flags"]) & {"late", "clock-ahead"}


FOREIGN = (
    "null",
    "http://[",
    "file://",
    "https://www.shop.example.evil.example",
    "https://evilshop.example",
    "https://shop.example@evil.example",
    "https://evil.example/shop.example",
    "https://shop.example, https://evil.example",
    "https://shop.example\tevil",
    "https://example",
    "https://[::1]",
    "https://" + "a." * 5000 + "shop.example",
)


def test_a_page_of_nobody_s_or_of_another_speaks_for_no_site(client):
    for origin in FOREIGN:
        for path in ("consents", "ignored", "clear", "requests", f"consents/{decision(1)['id']}"):
            answer = client.request(
                "DELETE" if "/" in path else "POST",
                f"/w/shop/{path}",
                content=GOOD,
                headers={"Origin": origin, "Content-Type": "text/plain"},
            )
            assert answer.status_code == 403, (origin, path)
            assert "access-control-allow-origin" not in answer.headers, (origin, path)
        erasing = client.post(
            f"/w/shop/consents/{decision(1)['id']}/erase", headers={"Origin": origin}
        )
        assert erasing.status_code == 403, origin
    assert ask(client, "/api/v1/consents/count").json() == {"count": 0}


def test_what_a_stranger_says_of_the_host_leads_nobody_away(client):
    key = send(client, decision(1)).json()["id"]
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    gone = client.post(f"/w/shop/consents/{key}/erase", headers=headers, follow_redirects=False)
    form = {"right": "access", "contact": "kari@example.no"}
    asked = client.post("/w/shop/requests", data=form, headers=headers, follow_redirects=False)

    assert (gone.status_code, asked.status_code) == (303, 303)
    assert gone.headers["location"].startswith("/w/shop/consents/")
    assert asked.headers["location"].startswith("/w/shop/requests/")
    for path in ("/w/shop.js/", "/w/shop/declaration/", "/api/v1/sites/", "//w/shop.js"):
        left = client.get(path, headers=headers, follow_redirects=False)
        assert (left.status_code, left.headers.get("location")) == (404, None)


def test_one_site_cannot_read_or_erase_what_another_has(client):
    key = send(client, decision(1)).json()["id"]
    other = {"Origin": "https://www.other.example"}

    assert client.get(f"/w/other/consents/{key}", headers=other).status_code == 404
    assert client.delete(f"/w/other/consents/{key}", headers=other).status_code == 404
    assert client.get(f"/w/shop/consents/{key}", headers=other).status_code == 403
    assert client.delete(f"/w/shop/consents/{key}", headers=other).status_code == 403
    assert send(client, decision(1), site="other", origin=other["Origin"]).status_code == 409
    assert client.get(f"/w/shop/consents/{key}").status_code == 200
