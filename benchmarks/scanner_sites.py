"""
The sites that the scanner's benchmarks read: linked pages on loopback, under TLS.

**usual**: what pages look like. The shop, its host for files, a tracker and an advertiser: 11
requests and one frame a page. The document with 24 articles; a style sheet of 10 kB, with a
picture; a script of 64 kB and a tag of 26 kB, all of whose parts run; a photo of 29 kB; an
advertisement in a frame; a pixel that redirects to the advertiser; a fetch 300 ms after the page,
and a beacon. What is written: cookies by documents, files, redirects, the fetch, the beacon,
scripts of both sites, CookieStore and a timer of 1.5 s, one of them gone at once and one
partitioned; local and session storage. Four more are refused, and have to be told as refused.

**small**: next to nothing. 5 requests, no style, scripts of a line or two: so it shows best what
is fixed in the cost of a page.

Nothing is kept in the browser's cache, so that each page costs what the one before did. What is on
the pages was laid down before their cost was looked at.
"""

from __future__ import annotations

import asyncio
import random
import struct
import time
import zlib
from pathlib import Path
from typing import NamedTuple

SHOP = "https://www.shop.example"
STATIC, TRACKER, ADS = "static.shop.example", "tags.tracker.example", "ads.network.example"
HOSTS = ("www.shop.example", STATIC, TRACKER, ADS)
PAGES = Path(__file__).parent / "scanner_pages"
NEXT = 25  # pages that a page leads to
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")
HTML, SCRIPT = "text/html", "text/javascript"


class File(NamedTuple):
    """What a server answers."""

    type: str
    body: bytes = b""
    cookies: tuple[str, ...] = ()
    location: str = ""


class Pages(NamedTuple):
    """A site: its pages by a template, its other files, and what a scan of it should find."""

    page: str
    files: dict[tuple[str, str], File]  # by host and path
    found: frozenset[str]  # names of cookies; "refused NAME"; kind and name of other items


def _read(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def _repeated(name: str, numbers: range) -> str:
    text = _read(name)
    return "".join(text.replace("NUMBER", str(number)) for number in numbers)


def _bundle(name: str, parts: range) -> bytes:
    """A script of generated *parts*, and of what runs them."""
    modules = _repeated("usual/module.js", parts)
    return f"(function () {{ var parts = [];\n{modules}\n{_read(name)}\n}})();\n".encode()


def _photo(width: int, height: int) -> bytes:
    """A PNG of noise, of the size that it would have as a photo."""
    noise = random.Random(1)
    lines = b"".join(b"\0" + noise.randbytes(3 * width) for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def _usual() -> Pages:
    third = "Secure; SameSite=None"
    style = (_read("usual/style.css") + _repeated("usual/rule.css", range(40))).encode()
    mark = _read("usual/mark.svg").encode()
    app, tag = _bundle("usual/app.js", range(50)), _bundle("usual/tag.js", range(50, 70))
    sync = f"https://{ADS}/sync.gif"
    files = {
        (HOSTS[0], "/photo.png"): File("image/png", _photo(120, 80), ("photo=1",)),
        (HOSTS[0], "/api/visit"): File("application/json", b'{"id": "7"}', ("fetched=1",)),
        (STATIC, "/style.css"): File("text/css", style, ("styled=1; Domain=shop.example",)),
        (STATIC, "/mark.svg"): File("image/svg+xml", mark, ("mark=1",)),
        (STATIC, "/app.js"): File(SCRIPT, app),
        (TRACKER, "/tag.js"): File(SCRIPT, tag, (f"tag=1; {third}",)),
        (TRACKER, "/hit.gif"): File(
            HTML, b"", (f"hit=1; {third}; Max-Age=600", "lax=1; SameSite=Lax"), location=sync
        ),
        (TRACKER, "/collect"): File("text/plain", b"", (f"beacon=1; {third}; Partitioned",)),
        (ADS, "/sync.gif"): File("image/gif", GIF, (f"uid=1; {third}; Max-Age=600", "plain=1")),
        (ADS, "/frame"): File(HTML, _read("usual/frame.html").encode(), (f"ad=1; {third}",)),
    }  # fmt: skip
    page = _read("usual/page.html").replace("GOODS", _repeated("usual/article.html", range(24)))
    cookies = (
        "session inline moment modern late basket _t photo fetched styled mark tag hit beacon uid"
    )
    refused = "elsewhere lax plain unfit"
    stored = (
        "local_storage theme,local_storage visit,local_storage _t_queue,local_storage frequency"
    )
    return Pages(
        page,
        files,
        frozenset(
            (
                *cookies.split(),
                *("ad", "framed", "session_storage seen"),
                *(f"refused {name}" for name in refused.split()),
                *stored.split(","),
            )
        ),
    )


def _small() -> Pages:
    files = {
        (TRACKER, "/tag.js"): File(SCRIPT, _read("small/tag.js").encode()),
        (ADS, "/dot.gif"): File("image/gif", b"", ("uid=1; Secure; SameSite=None; Max-Age=60",)),
        (ADS, "/frame"): File(HTML, _read("small/frame.html").encode()),
        (HOSTS[0], "/fetched"): File(HTML, b"", ("fetched=1",)),
    }
    found = "session inline late moment _t uid framed fetched modern"
    return Pages(_read("small/page.html"), files, frozenset(found.split()))


SITES = {"usual": _usual, "small": _small}


def expected(name: str, pages: int) -> frozenset[str]:
    """What a scan of *pages* pages of the site *name* should find."""
    return SITES[name]().found | {f"page{number}" for number in range(1, pages)}


def serve_site(port, name: str, pages: int, latency: float, *, banner: bool = False) -> None:
    """Serve the site *name* until killed, with a *banner* or none; tell the port by *port*."""
    from consent_server.demo.loopback import serve

    site = SITES[name]()
    page = site.page.replace("BANNER", _read("banner.html") if banner else "")

    def document(number: int) -> File:
        many = range(number + 1, min(pages, number + 1 + NEXT))
        near = many if pages > NEXT else range(pages)
        links = "".join(f"<a href=/p{n}>{n}</a>" for n in near if n)
        body = page.replace("NUMBER", str(number)).replace("LINKS", links)
        return File(HTML, body.encode(), (f"page{number}=1" if number else "session=1; HttpOnly",))

    documents = {f"/p{n}" if n else "/": document(n) for n in range(pages)}

    async def app(scope, receive, send):
        host = dict(scope["headers"])[b"host"].decode().partition(":")[0]
        path = scope["path"]
        file = documents.get(path) if host == HOSTS[0] else None
        file = file or site.files.get((host, path))
        await asyncio.sleep(latency)
        status = 404 if file is None else 302 if file.location else 200
        file = file or File("text/plain")
        headers = [(b"content-type", file.type.encode()), (b"cache-control", b"no-store")]
        headers += [(b"location", file.location.encode())] if file.location else []
        headers += [(b"set-cookie", cookie.encode()) for cookie in file.cookies]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": file.body})

    with serve(dict.fromkeys(HOSTS, app)) as server:
        port.send(server.port)
        time.sleep(3600)
