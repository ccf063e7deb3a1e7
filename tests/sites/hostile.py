"""A site that tries to break its readers: by scripts, by answers, by what is no HTTP at all."""

import asyncio
import contextlib
import gzip
import socket
import threading

from tests.sites.paths import Answer, script

BOMB = gzip.compress(b" " * 30_000_000, mtime=0)
DEEP = """<script>
const depth = Number(location.search.slice(1));
if (depth < 100) {
  const frame = document.body.appendChild(document.createElement('iframe'));
  frame.src = '/deep?' + (depth + 1);
}
</script>"""
LOOP = "while (1);"
BLOB_WORKER = "new {kind}(URL.createObjectURL(new Blob(['while (1);'])))"
SWALLOW = "navigator.serviceWorker.register('/swallow/worker.js', {scope: '/swallow/'})"


def inline(code, more=""):
    return f"<!doctype html><body><script>{code}</script>{more}"


#: What scripts can do. Each page is linked from the start page.
SCRIPTS = {
    "alerts": inline("while (1) alert(1)"),
    "confirms": inline("setInterval(() => confirm('?'), 10)"),
    "prompts": inline("prompt('?'); setInterval(() => print(), 10)"),
    "spin": inline("document.cookie = 'spin=1'; while (1);"),
    "late": inline("setTimeout(() => { while (1); }, 500)"),
    "microtasks": inline("(function f() { Promise.resolve().then(f); })()"),
    "reload": inline("location.reload()"),
    "halves": inline("localStorage.setItem('half\\udfff', '\\ud800');"
                     "({['\\ud800']() { document.cookie = 'halves=1'; }})['\\ud800']()"),
    "refresh": "<meta http-equiv=refresh content=0>",
    "unload": inline("onbeforeunload = e => { e.preventDefault(); return '?'; }"),
    "farewell": inline("document.cookie = 'farewell=1'; onpagehide = () => { while (1); }"),
    "many": inline("for (let i = 0; i < 10000; i += 1) document.cookie = `c${i}=1`;"),
    "keys": inline("for (let i = 0; i < 10000; i += 1) localStorage.setItem('k' + i, '1')"),
    "databases": inline("for (let i = 0; i < 100; i += 1) indexedDB.open('d' + i)"),
    "big": inline("for (let i = 0; i < 100000; i += 1) document.write('<p>x')"),
    "huge": inline("const p = document.createElement('p'); p.hidden = true;"
                   "document.body.append(p); p.append('x'.repeat(1e8))"),
    "popups": inline("for (let i = 0; i < 50; i += 1) window.open('/ok')"),
    "breeding": inline("window.open('/breeding?' + Math.random())"),
    "nested": "<iframe src='/nested?1'></iframe>",
    "deep": DEEP,
    "busting": "<iframe src=/buster></iframe>",
    "push": inline("setInterval(() => history.pushState(1, '', '/x' + Math.random()), 1)"),
    "hashes": inline("setInterval(() => { location.hash = Math.random(); }, 1)"),
    "spinner": inline("(function f() { requestAnimationFrame(f); })()"),
    "messages": inline("const c = new MessageChannel(); c.port1.onmessage = () => "
                       "c.port2.postMessage(1); c.port2.postMessage(1);"),
    "poll": inline("(async () => { for (;;) await fetch('/ok'); })()"),
    "synchronous": inline("const x = new XMLHttpRequest(); x.open('GET', '/silence', false);"
                          "x.send()"),
    "sockets": inline("for (let i = 0; i < 200; i += 1) "
                      "new WebSocket('wss://' + location.host + '/socket?' + i)"),
    "events": inline("new EventSource('/drip')"),
    "worker": inline(BLOB_WORKER.format(kind="Worker")),
    "shared": inline(BLOB_WORKER.format(kind="SharedWorker")),
    "console": inline("setInterval(() => { for (let i = 0; i < 500; i += 1) "
                      "console.log('x'.repeat(1000)); }, 10)"),
    "debugger": inline("setInterval(() => { debugger; }, 1); for (let i = 0; i < 100; i += 1) "
                       "debugger;"),
    "frozen": inline("Error.prepareStackTrace = () => { throw 1; }; Object.freeze(Error);"
                     "document.cookie = 'frozen=1';"),
    "tampered": inline("JSON.stringify = Map.prototype.get = String.prototype.split = "
                       "() => { throw 1; }; Reflect.apply = null; document.cookie = 'tampered=1';"),
    "prototypes": inline("const no = () => { throw 1; }; Array.prototype[Symbol.iterator] = "
                         "Array.prototype.map = Array.prototype.push = Object.keys = "
                         "Object.defineProperty = no; fetch = Promise = Date = no; "
                         "document.cookie = 'prototypes=1';"),
    "iterators": inline("Array.prototype[Symbol.iterator] = () => ({next() { while (1); }}); "
                        "RegExp.prototype.exec = () => { while (1); }; "
                        "document.body.append('x'); setTimeout(() => {}, 1); "
                        "document.cookie = 'iterators=1';"),
    "inherited": inline("Object.prototype.get = Object.prototype.set = () => {}; "
                        "Object.defineProperty(Array.prototype, '0', {__proto__: null, "
                        "set() { throw 1; }}); document.cookie = 'inherited=1';"),
    "strings": inline("Object.prototype.toJSON = () => { throw 1; }; Array.prototype.toJSON = "
                      "() => '[]'; document.cookie = 'strings=1';"),
    "document": inline("document.querySelectorAll = document.dispatchEvent = addEventListener = "
                       "() => { throw 1; }; document.cookie = 'document=1';"),
    "clobbering": "<form name=body></form><form name=cookie></form><img name=location>"
                  "<form name=querySelectorAll></form><form name=title></form>",
    "closing": inline("window.close()"),
    "stopping": inline("window.stop()"),
    "opening": inline("setTimeout(() => { document.open(); }, 100)"),
    "rewriting": inline("setInterval(() => { document.open(); document.write(1); }, 99)"),
    "schemes": inline("setInterval(() => { location = 'mailto:a@b.example'; }, 50)"),
    "pleading": inline("Notification.requestPermission(); navigator.geolocation"
                       ".getCurrentPosition(() => {}); navigator.mediaDevices.getUserMedia("
                       "{video: true}).catch(() => {}); document.documentElement"
                       ".requestFullscreen().catch(() => {})"),
    "choosing": inline("const i = document.createElement('input'); i.type = 'file'; "
                       "setInterval(() => i.click(), 10)"),
    "scrolling": inline("onscroll = () => document.body.append(...Array.from({length: 50}, "
                        "() => document.createElement('hr')))", "<div style=height:5000px></div>"),
    "mutating": inline("new MutationObserver(() => document.body.append('x')).observe("
                       "document.body, {childList: true}); document.body.append('x')"),
    "swallow/": inline(SWALLOW),
    "ok": inline("document.cookie = 'ok=1'"),
}  # fmt: skip

#: What servers can answer.
ANSWERS = {
    "robot": "<title>Just a moment...</title>",
    "auth": Answer("?", status=401, headers={"www-authenticate": "Basic realm=x"}),
    "nothing": Answer(status=204),
    "reset": Answer(status=205),
    "odd": Answer("odd", status=418),
    "broken": Answer("broken", status=500),
    "long": Answer("x", cookies=("long=" + "x" * 9000,)),
    "crumbs": Answer("x", cookies=tuple(f"crumb{n}=1; Path=/crumbs" for n in range(500))),
    "download": Answer("MZ", headers={"content-disposition": "attachment; filename=a.exe"},
                       kind="application/octet-stream"),
    "parts": Answer("--x\r\n\r\nA\r\n--x\r\n\r\nB", kind="multipart/x-mixed-replace; boundary=x"),
    "sandbox": Answer(inline("document.cookie = 'sandbox=1'"),
                      headers={"content-security-policy": "sandbox"}),
    "bytes": Answer(b"\xff\xfe\x00\x80\xc3\x28" * 500, kind="text/html; charset=nonsense"),
    "wide": Answer("<p>x".encode("utf-16-be"), kind="text/html; charset=utf-8"),
    "empty": Answer(""),
    "image": Answer(b"\x89PNG\r\n\x1a\nbroken", kind="image/png"),
    "bomb": Answer(BOMB, headers={"content-encoding": "gzip"}),
    "garbled": Answer(b"no gzip", headers={"content-encoding": "gzip"}),
    "nowhere": Answer(status=302, headers={"location": "http://[/"}),
    "inwards": Answer(status=302, headers={"location": "file:///etc/passwd"}),
    "abroad": Answer(status=302, headers={"location": "ws://www.shop.example/"}),
    "running": Answer(status=302, headers={"location": "javascript:alert(1)"}),
    "giant": Answer("x", headers={"x-giant": "x" * 400_000}),
}  # fmt: skip

#: What leads nobody anywhere: answered by `Hostile` itself.
ENDLESS = ("hop", "silence", "drip")

#: Parts of the pages, linked from nowhere.
PARTS = {
    "buster": inline("if (top !== self) top.location = location.href"),
    "swallow/worker.js": script("onfetch = (e) => e.respondWith(new Promise(() => {}))"),
}

#: What is no HTTP, or hardly: sent as it is by `talking`.
RAW = {
    "ancient": b"<html>HTTP/0.9",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n\r\nx",
    "short": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\nx",
    "chunks": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"zzzz\r\nnonsense",
    "closed": b"",
    "headless": b"HTTP/1.1 200",
    "zero": b"\x00" * 4096,
    "control": b"HTTP/1.1 200 OK\r\nSet-Cookie: bad\x01name=1\r\nSet-Cookie: =;=;=\r\n"
    b"Set-Cookie: ;;;\r\nSet-Cookie: control=1\r\nContent-Length: 1\r\n\r\nx",
    "twice": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
}


class Hostile:
    """The ASGI application of the site: pages by path, and answers that do not end."""

    def __init__(self, raw_port):
        pages = {f"/{name}": page for name, page in {**SCRIPTS, **ANSWERS, **PARTS}.items()}
        links = [*(f"/{name}" for name in (*SCRIPTS, *ANSWERS, *ENDLESS))]
        links += [f"http://raw.shop.example/{name}" for name in RAW] if raw_port else []
        self.links = tuple(links)
        start = "".join(f"<a href={link}>x</a>" for link in links)
        self._pages = {"/": start, **pages}

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            for _ in range(50):
                await send({"type": "websocket.send", "text": "x" * 1000})
            await _gone(receive)
            return None
        path = scope["path"]
        if path == "/hop":
            number = int(scope["query_string"] or 0) + 1
            return await _send(send, Answer(status=302, headers={"location": f"/hop?{number}"}))
        if path == "/silence":
            return await _gone(receive)
        if path == "/drip":
            await send({"type": "http.response.start", "status": 200,
                        "headers": [(b"content-type", b"text/html")]})  # fmt: skip
            left = asyncio.create_task(_gone(receive))
            while not left.done():
                await send({"type": "http.response.body", "body": b"<p>x", "more_body": True})
                await asyncio.wait([left], timeout=0.2)
            return None
        answer = self._pages.get(path, Answer("nothing here", status=404))
        return await _send(send, Answer(answer) if isinstance(answer, str) else answer)


async def _gone(receive):
    while not (await receive())["type"].endswith(".disconnect"):
        pass


async def _send(send, answer):
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    lines = [("content-type", answer.kind), *answer.headers.items()]
    lines += [("set-cookie", cookie) for cookie in answer.cookies]
    raw = [(key.encode(), value.encode()) for key, value in lines]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def talking():
    """Serve `RAW` on loopback, byte by byte as it stands there; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_talk, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _talk(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            head = connection.recv(65536).split(b" ")
            name = head[1].decode().lstrip("/") if len(head) > 1 else ""
            none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            connection.sendall(RAW.get(name, none))
