"""The middleware around an ASGI application."""

import asyncio
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.widget.enforce.conftest import RULES, kept
from widget.enforce import EnforcedASGI

PAGE = "<!doctype html><head><title>Blåbær</title></head><img src=//ads.example/>"


class Fixed:
    """A source that always knows."""

    def rules(self):
        return RULES


@pytest.fixture
def client(tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "data.bin").write_bytes(b"0123456789")

    async def html(request):
        return HTMLResponse(PAGE, headers={"ETag": '"1"'})

    async def slow(request):
        async def portions():
            for letter in PAGE:
                yield letter

        return StreamingResponse(portions(), media_type="text/html")

    async def text(request):
        return PlainTextResponse(PAGE)

    async def file(request):
        return FileResponse(tmp_path / request.path_params["name"])

    app = Starlette(
        routes=[
            Route("/", html),
            Route("/slow", slow),
            Route("/text", text),
            Route("/a b/æ", html),
            Route("/file/{name}", file),
        ]
    )
    with TestClient(EnforcedASGI(app, Fixed()), base_url="https://www.shop.example") as client:
        client.headers["Accept"] = "text/html"
        yield client


@pytest.mark.parametrize("path", ["/", "/slow", "/file/page.html"])
def test_a_page_is_held_back_however_it_is_sent(client, path):
    answer = client.get(path)

    assert answer.text.endswith('<img data-category="marketing" data-src=//ads.example/>')
    assert "<title>Blåbær</title>" in answer.text
    assert answer.text.count("w/shop.js") == 1
    assert "content-security-policy" in answer.headers


def test_the_length_is_that_of_what_was_sent(client):
    answer = client.get("/")

    assert answer.headers["content-length"] == str(len(answer.content))
    assert "content-length" not in client.get("/slow").headers


def test_the_etag_says_for_which_answer_the_page_was_made(client):
    assert client.get("/").headers["etag"].startswith('"1-k')


def test_a_cookie_expires_on_the_path_as_the_browser_knows_it(client):
    refused = "kapsel_consent=" + kept("statistics:0", at=time.time())

    answer = client.get("/a%20b/%C3%A6", headers={"Cookie": f"{refused}; _ga=1"})

    lines = answer.headers.get_list("set-cookie")
    assert "_ga=; Max-Age=0; Path=/a%20b/%C3%A6; Domain=shop.example" in lines


def test_what_is_no_page_is_left_alone(client):
    assert client.get("/text").text == PAGE
    part = client.get("/file/data.bin", headers={"Range": "bytes=2-4", "Accept": "*/*"})
    assert (part.status_code, part.content) == (206, b"234")


def test_hints_to_hosts_that_must_wait_are_not_sent():
    sent = []

    async def app(scope, receive, send):
        hints = [b"<https://ads.example>; rel=preconnect", b"</own.css>; rel=preload"]
        await send({"type": "http.response.early_hint", "links": hints})
        await send({"type": "http.response.early_hint", "links": hints[:1]})
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"shop.example")]}
    asyncio.run(EnforcedASGI(app, Fixed())(scope, None, send))

    assert [message.get("links") for message in sent] == [[b"</own.css>; rel=preload"], None, None]


def test_what_is_not_http_passes():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    asyncio.run(EnforcedASGI(app, Fixed())({"type": "websocket"}, None, None))

    assert seen == [{"type": "websocket"}]
