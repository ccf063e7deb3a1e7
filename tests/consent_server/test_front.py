"""The short way answers as the routes behind it do."""

import contextlib
import json
import re
import socket
import threading

import httpx2
import pytest
import uvicorn

from consent_server.app import create_app
from consent_server.lines import Line
from consent_server.settings import Settings
from tests.consent_server.conftest import ORIGIN, SITES, TOKEN, decision


@contextlib.contextmanager
def opened_on_lines(database, sites_file, **given):
    """A server on a port of its own, whose lines know the short way; yields it and its port."""
    files = {name: sites_file.with_name(name) for name in ("signing_key", "checkpoints")}
    app = create_app(
        Settings(database=database, sites_file=sites_file, api_token=TOKEN, **files, **given)
    )

    class Lines(Line):
        desk = app.front

    server = uvicorn.Server(
        uvicorn.Config(
            app, http=Lines, ws="none", log_config=None, access_log=False, proxy_headers=False
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        port = listener.getsockname()[1]
        try:
            httpx2.get(f"http://127.0.0.1:{port}/w/shop.js", timeout=60)
            yield app, port
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """A server whose site is at hand, so that the short way is taken; and its port."""
    folder = tmp_path_factory.mktemp("lines")
    sites_file = folder / "sites.yaml"
    sites_file.write_text(SITES)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("consent_server.shelf.FRESH", 3600.0)
        with opened_on_lines(str(folder / "kapsel.db"), sites_file) as (app, port):
            assert app.state.shelf.at_hand("shop") is not None
            yield app, port


@pytest.fixture
def visitor(lines):
    with httpx2.Client(base_url=f"http://127.0.0.1:{lines[1]}", timeout=60) as visitor:
        yield visitor


def talk(port, *pieces, end=b""):
    """Send *pieces* on one line, and return what is answered until the line ends, or *end*."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            line.sendall(piece)
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
            if end and answer.endswith(end):
                break
    return answer


def post(body, *, path="/w/shop/consents", more=""):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


def statuses(answer):
    return re.findall(rb"HTTP/1\.1 (\d+)", answer)


def written(n, **changes):
    return json.dumps(decision(n, **changes)).encode()


POSTS = {
    "new": (decision(1), {"Content-Type": "text/plain"}),
    "invalid": (decision(2, id="1"), {"Content-Type": "application/json"}),
    "two of a key": (b'{"id": "a", "id": "b"}', {"Content-Type": "application/json"}),
    "too long": (b" " * 8193, {"Content-Type": "text/plain;charset=UTF-8"}),
    "empty": (b"", {"Content-Type": "text/plain"}),
    "foreign": (decision(3), {"Content-Type": "text/plain", "Origin": "https://evil.example"}),
    "null": (decision(4), {"Content-Type": "text/plain", "Origin": "null"}),
    "form": (decision(5), {"Content-Type": "multipart/form-data"}),
    "taken": (decision(9, language="en"), {"Content-Type": "text/plain"}),
    "several": ([decision(6), decision(7)], {"Content-Type": "text/plain"}),
}


def test_decisions_are_answered_alike(visitor):
    visitor.post("/w/shop/consents", json=decision(9), headers={"Origin": ORIGIN})
    for name, (body, headers) in POSTS.items():
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content": content, "headers": {"Origin": ORIGIN, **headers}}

        short = visitor.post("/w/shop/consents", **sent)
        long = visitor.post("/w/shop/consents?", **sent)

        told = {each: value for each, value in long.headers.items() if each != "date"}
        if name == "new":  # nobody keeps the answer to a POST, so the short way leaves these out
            assert (short.status_code, long.status_code) == (201, 200)
            told = {n: v for n, v in told.items() if n not in ("cache-control", "vary")}
        elif name == "several":
            assert [each["status"] for each in short.json() + long.json()] == [201, 201, 200, 200]
            continue
        else:
            assert short.status_code == long.status_code, name
        assert {n: v for n, v in short.headers.items() if n != "date"} == told, name
        assert short.text == long.text, name


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept-Encoding": "br"},
        {"Accept-Encoding": "gzip, zstd"},
        {"If-None-Match": "*"},
        {"Accept-Encoding": "br", "If-None-Match": '"other"'},
        {"Origin": ORIGIN, "Connection": "keep-alive"},
        {"X-Forwarded-Proto": "https"},
    ],
)
def test_the_script_is_answered_alike(visitor, headers):
    short = visitor.get("/w/shop.js", headers=headers)
    long = visitor.get("/w/shop.js?", headers=headers)

    assert (short.status_code, short.content) == (long.status_code, long.content)
    told = [{n: v for n, v in each.headers.items() if n != "date"} for each in (short, long)]
    assert told[0] == told[1]
    assert "date" in short.headers


def test_what_is_out_of_the_ordinary_goes_to_the_routes(visitor):
    assert visitor.get("/w/nobody.js").status_code == 404
    assert visitor.head("/w/shop.js").status_code == 200
    assert visitor.get("/w/shop/consents").status_code == 405
    assert visitor.get("/w/shop.js", headers={"Host": "a/b"}).status_code == 400
    assert visitor.post("/w/nobody/consents", json=decision(1)).status_code == 404
    asked = visitor.get("/api/v1/consents", headers={"Authorization": f"Bearer {TOKEN}"})
    assert asked.status_code == 200


def test_a_request_that_comes_in_pieces_is_one_request(lines):
    request = post(written(30))

    answer = talk(lines[1], *(request[n : n + 7] for n in range(0, len(request), 7)), end=b"}")

    assert answer.startswith(b"HTTP/1.1 201 Created\r\n")
    assert b"cache-control" not in answer  # so it went the short way


def test_requests_that_follow_each_other_at_once_are_answered_in_order(lines):
    ids = [decision(n)["id"].encode() for n in range(21, 25)]
    close = b"GET /w/shop.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    several = b"[" + written(23) + b"]"
    requests = [post(written(21)), post(written(22)), post(several), post(written(24)), close]

    answer = talk(lines[1], b"".join(requests))

    assert statuses(answer) == [b"201", b"201", b"200", b"201", b"200"]
    places = [answer.index(key) for key in ids]
    assert places == sorted(places)


def test_a_client_of_http_1_0_or_one_that_closes_gets_its_answer_and_the_end(lines):
    body = written(40)

    for spoken in (
        post(body).replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(body, more="Connection: keep-alive\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(body, more="Connection: close\r\n"),
    ):
        answer = talk(lines[1], spoken)
        assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
        assert b"connection: close\r\n" in answer


def test_a_fault_of_ours_is_told_without_its_particulars(lines, visitor, monkeypatch):
    def broken(*_given, **_named):
        raise RuntimeError("SELECT salt")

    for place in ("consent_server.letters.let_in", "consent_server.letters.received"):
        with monkeypatch.context() as patched:
            patched.setattr(place, broken)
            answer = visitor.post(
                "/w/shop/consents",
                content=written(1),
                headers={"Origin": ORIGIN, "Content-Type": "text/plain"},
            )
        assert answer.status_code == 500
        assert "salt" not in answer.text

    assert visitor.get("/w/shop.js").status_code == 200


def test_a_log_that_cannot_write_says_try_again(lines, visitor, monkeypatch):
    monkeypatch.setattr("consent_server.log.writer.MAX_WAITING", 0)

    answer = visitor.post(
        "/w/shop/consents",
        content=written(1),
        headers={"Origin": ORIGIN, "Content-Type": "text/plain"},
    )

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_visitor_who_leaves_before_the_answer_does_not_stop_the_writer(lines, visitor):
    for n in range(50, 70):
        with socket.create_connection(("127.0.0.1", lines[1])) as line:
            line.sendall(post(written(n)))

    answer = visitor.post(
        "/w/shop/consents",
        content=written(70),
        headers={"Origin": ORIGIN, "Content-Type": "text/plain"},
    )

    assert answer.status_code == 201


def test_limits_and_names_hold_on_the_short_way_too(tmp_path, sites_file, monkeypatch):
    monkeypatch.setattr("consent_server.shelf.FRESH", 3600.0)
    limits = {"rate": 0.001, "burst": 2.0, "proxies": ("127.0.0.1",), "hosts": ("a",)}
    with opened_on_lines(str(tmp_path / "kapsel.db"), sites_file, **limits) as (app, port):
        assert app.state.shelf.at_hand("shop") is None  # who asked used another name
        told = "X-Forwarded-For: 81.0.2.7\r\nConnection: keep-alive\r\n"
        first = b"GET /w/shop.js HTTP/1.1\r\nHost: a\r\n\r\n"
        sent = [post(written(n), more=told) for n in range(4)]
        sent.append(post(written(9, action="withdraw"), more=told))
        sent.append(post(written(10), more=told).replace(b"Host: a", b"Host: b"))
        close = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

        answer = talk(port, first + b"".join(sent) + close)

    assert statuses(answer) == [b"200", b"201", b"201", b"429", b"429", b"201", b"421", b"200"]


WITHOUT_HOST = {
    "the script": b"GET /w/shop.js HTTP/1.1\r\n\r\n",
    "the script's routes": b"GET /w/shop.js? HTTP/1.1\r\n\r\n",
    "a decision": post(written(40)).replace(b"Host: a\r\n", b""),
    "a health check": b"GET /healthz HTTP/1.1\r\n\r\n",
    "an empty one": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
    "only a port": b"GET /w/shop.js HTTP/1.1\r\nHost: :80\r\n\r\n",
}


@pytest.mark.parametrize("case", WITHOUT_HOST)
def test_a_request_that_names_no_host_is_refused_on_either_way(lines, case):
    _, port = lines
    line, _, rest = WITHOUT_HOST[case].partition(b"\r\n")
    kept, closed = b"\r\n" + rest, b"\r\nConnection: close\r\n" + rest

    for told in (talk(port, line + kept, end=b"}"), talk(port, line + closed)):
        assert statuses(told) == [b"400"]
        assert b"the Host header names no host" in told


def test_a_request_of_http_1_0_needs_no_host(lines):
    answer = talk(lines[1], b"GET /healthz HTTP/1.0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
