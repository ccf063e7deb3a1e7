"""Servers whose certificates nobody should trust, and hosts that keep a reader waiting."""

import asyncio
import contextlib
import datetime as dt
import gzip
import ssl
import threading

import trustme

from tests.sites.paths import Answer

EXPIRED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@contextlib.contextmanager
def certified(name, *, folder, **options):
    """Serve TLS on loopback as *name*, under a certificate that nobody trusts; yield the port."""
    pem = folder / f"{name}.pem"
    certificate = trustme.CA().issue_cert(name, **options)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    started, ended, ports = threading.Event(), asyncio.Event(), []

    async def answer(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PAGE)
            await writer.drain()
        writer.close()

    async def run():
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        ports.append(server.sockets[0].getsockname()[1])
        loops.append(asyncio.get_running_loop())
        started.set()
        await ended.wait()
        server.close()

    loops = []
    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join()


class Endless:
    """A site whose robots.txt and sitemaps do not end, and whose sitemap unpacks without end."""

    bomb = gzip.compress(b"<urlset>" + b" " * 100_000_000, mtime=0)

    async def __call__(self, scope, receive, send):
        path = scope["path"]
        if path in ("/robots.txt", "/sitemap.xml"):
            # Of the robots.txt, what stands in the beginning counts.
            first = b"User-agent: *\nDisallow: /no\nSitemap: https://www.shop.example/sitemap.xml\n"
            first += b"Sitemap: https://www.shop.example/bomb.xml.gz\n#"
            await self._flood(receive, send, first if path == "/robots.txt" else b"<urlset>")
            return
        answer = {
            "/": Answer("<title>x</title><a href=/yes>x</a><a href=/no>x</a>"),
            "/yes": Answer("<title>x</title>", cookies=("yes=1",)),
            "/bomb.xml.gz": Answer(self.bomb, kind="application/gzip"),
        }.get(path, Answer(status=404))
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        raw = [(b"content-type", answer.kind.encode())]
        raw += [(b"set-cookie", cookie.encode()) for cookie in answer.cookies]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    async def _flood(self, receive, send, first):
        left = asyncio.create_task(receive())
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        for _ in range(50):
            await send({"type": "http.response.body", "body": b" " * 1_000_000, "more_body": True})
            if left.done() and left.result()["type"].endswith("disconnect"):
                break
        left.cancel()
        await send({"type": "http.response.body", "body": b""})


class Together:
    """Hosts whose robots.txt is answered when all of them were asked for theirs."""

    def __init__(self, hosts):
        self._left = set(hosts)
        self._all = asyncio.Event()

    async def __call__(self, scope, receive, send):
        host = dict(scope["headers"])[b"host"].decode().split(":")[0]
        if scope["path"] == "/robots.txt" and host != "www.shop.example":
            self._left.discard(host)
            if not self._left:
                self._all.set()
            await self._all.wait()
        links = "".join(f"<a href=https://{name}/>x</a>" for name in sorted(self._left))
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-type", b"text/html")]})  # fmt: skip
        await send({"type": "http.response.body", "body": links.encode()})
