"""What the browser keeps from us, or would not do by itself, is found nevertheless."""

import asyncio

import pytest

from scanner.model import Fate, Kind
from tests.sites.paths import Answer, Host, script

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example/"
HOME = """<!doctype html><title>x</title>
<link rel="shortcut icon" href="/icon.png">
<link rel="manifest" crossorigin="use-credentials" href="/manifest.json">
<style>@font-face { font-family: x; src: url(https://cdn.tracker.example/font) }
p { font-family: x }</style>
<p>x</p><script>
new WebSocket("wss://chat.partner.example/socket");
new Worker("/worker.js");
new SharedWorker(URL.createObjectURL(new Blob(["indexedDB.open('shared')"])));
</script>"""


async def test_sockets_of_others_icons_timers_of_workers_and_what_nobody_kept(look):
    shop = Host(
        {
            "/": HOME,
            "/icon.png": Answer(cookies=("icon=1",)),
            "/manifest.json": Answer("{}", cookies=("manifest=1",), kind="application/json"),
            "/worker.js": script("setTimeout(() => indexedDB.open('late'), 1200);"),
        }
    )
    open_to_all = {"access-control-allow-origin": "*"}
    tracker = Host(
        {"/font": Answer("x", cookies=("font=1; Secure; SameSite=None",), headers=open_to_all)}
    )

    found = await look(
        {
            "www.shop.example": shop,
            "cdn.tracker.example": tracker,
            "chat.partner.example": Host({}),
        }
    )

    assert found.setter("icon") == ("http", SHOP + "icon.png", None)
    assert found.setter("manifest") == ("http", SHOP + "manifest.json", None)
    assert found.setter("late", Kind.INDEXED_DB) == ("script", SHOP + "worker.js", 1)
    assert found.setter("shared", Kind.INDEXED_DB)[:2] == ("script", SHOP)
    assert found.cookies()["font"].fate is Fate.REFUSED
    assert shop.paths.count("/icon.png") == 1


async def test_a_cookie_of_a_handshake_with_another_site_is_the_sockets(look):
    shop = Host({"/": '<script>new WebSocket("wss://chat.partner.example/socket")</script>'})

    found = await look({"www.shop.example": shop, "chat.partner.example": Chat()})

    assert found.setter("chat") == ("http", "wss://chat.partner.example/socket", None)


async def test_a_cookie_of_an_answer_that_leads_to_no_address_is_that_answers(look):
    led = Answer(status=302, headers={"location": "http://[/"}, cookies=("led=1",))

    found = await look({"www.shop.example": Host({"/": '<a href="/led">x</a>', "/led": led})})

    assert found.setter("led") == ("http", SHOP + "led", None)


class Chat:
    """A server that gives whoever shakes hands with it a cookie."""

    async def __call__(self, scope, receive, send):
        await receive()
        cookie = b"chat=1; Secure; SameSite=None"
        await send({"type": "websocket.accept", "headers": [(b"set-cookie", cookie)]})
        await send({"type": "websocket.close"})


async def test_a_cookie_of_a_fetch_that_the_browser_makes_when_it_likes_is_its_answers(look):
    shop = Later(
        {
            "/": "<script>fetchLater('/later', {activateAfter: 0}); fetch('/after')</script>",
            "/later": Answer(cookies=("later=1",)),
        }
    )

    found = await look({"www.shop.example": shop})

    assert found.setter("later") == ("http", SHOP + "later", None)


class Later(Host):
    """Whoever asks for /after has an answer when /later has."""

    def __init__(self, answers):
        super().__init__(answers)
        self._asked_later = asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/after":
            await self._asked_later.wait()
        await super().__call__(scope, receive, send)
        if scope["path"] == "/later":
            self._asked_later.set()


LONE = "<script>navigator.serviceWorker.register('/alone/worker.js')</script>"


@pytest.fixture
def patient(monkeypatch):
    """Time for workers that are slow to start, as on a busy machine."""
    monkeypatch.setattr("scanner.crawl.settle.WORKER_START", 20.0)
    monkeypatch.setattr("scanner.crawl.settle.LINGER", 20.0)
    monkeypatch.setattr("scanner.collectors.evidence.WORKER_START", 4.0)


async def test_cookies_of_the_scripts_of_a_worker_that_is_alone(look, patient):
    shop = Host(
        {
            "/": LONE,
            "/alone/worker.js": script("importScripts('/part.js')", cookies=("main=1; Path=/",)),
            "/part.js": script("1", cookies=("part=1; Path=/",)),
        }
    )

    found = await look({"www.shop.example": shop})

    assert found.setter("main") == ("http", SHOP + "alone/worker.js", None)
    assert found.setter("part") == ("http", SHOP + "part.js", None)


CLEARED = """<script>localStorage.cleared = 1;
indexedDB.open("emptied").onsuccess = (e) => { e.target.result.close(); fetch("/clear"); };
</script>"""


async def test_names_of_other_letters_and_what_a_server_has_deleted(look):
    shop = Host(
        {
            "/": Answer(CLEARED, cookies=("sørpå=1", "=nameless")),
            "/clear": Answer("", headers={"clear-site-data": '"storage"'}),
        }
    )

    found = await look({"www.shop.example": shop})

    assert {"sørpå", ""} == found.cookies().keys()
    assert found.cookies()["sørpå"].fate is Fate.KEPT
    assert found.of(Kind.LOCAL_STORAGE)["cleared"].fate is Fate.GONE
    assert found.of(Kind.INDEXED_DB)["emptied"].fate is Fate.GONE
