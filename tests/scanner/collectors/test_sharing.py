"""Identifiers that one party keeps and another is told, by whatever way."""

import pytest

from scanner.model import SignalKind
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

WAYS = {
    "in_query": "new Image().src = T + '/q?u=' + id",
    "in_path": "new Image().src = T + '/sync/' + id + '/p.gif'",
    "in_base64": "new Image().src = T + '/b?d=' + encodeURIComponent(btoa(JSON.stringify({ id })))",
    "in_header": "fetch(T + '/h', { headers: { 'x-visitor': id } }).catch(() => {})",
    "in_body": "fetch(T + '/p', { method: 'POST', mode: 'no-cors', body: JSON.stringify({ id }) })",
    "in_socket": "new WebSocket(T.replace('http', 'ws') + '/s?u=' + id)",
}
HARMLESS = {
    "a_folder": "new Image().src = T + '/10203040/p.gif'; localStorage.a_folder = '10203040'",
    "own": "new Image().src = '/own?u=' + id",
}
PAGE = """<script>const T = 'https://cdn.tracker.example', id = '{id}';
localStorage.{name} = id; {code}</script>"""


async def test_an_identifier_is_found_wherever_it_is_told_to_another(look):
    every = {**WAYS, **HARMLESS}
    frames = "".join(f"<iframe src=/{name}></iframe>" for name in every)
    pages = {
        f"/{name}": Answer(
            PAGE.replace("{id}", f"8a7b6c5d4e3f2a1b{n:04d}")
            .replace("{name}", name)
            .replace("{code}", code)
        )
        for n, (name, code) in enumerate(every.items())
    }
    allow = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
    tracker = Host({"/h": Answer("", headers=allow)})
    shop = Host({"/": Answer(frames), **pages})
    found = await look(
        {"www.shop.example": shop, "cdn.tracker.example": tracker}, site={"max_pages": 1}.items()
    )

    shared = {
        signal.name: (signal.host, signal.facts["parameter"])
        for read in found.crawl.reads
        for signal in read.signals
        if signal.kind is SignalKind.SHARING
    }
    told = dict.fromkeys(WAYS, "cdn.tracker.example")
    assert {name: host for name, (host, _) in shared.items()} == told
    assert [shared[name][1] for name in ("in_path", "in_base64", "in_header")] == [
        "path",
        "d",
        "x-visitor",
    ]
