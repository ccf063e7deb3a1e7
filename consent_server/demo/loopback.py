"""Serve several host names on one loopback port, under TLS from an authority of its own."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import trustme
import uvicorn
from starlette.applications import Starlette

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

START_TIMEOUT = 60.0  # seconds until a loopback server must answer


class Loopback:
    """A running loopback server; made by `serve`."""

    def __init__(self, *, port: int, hosts: tuple[str, ...], ca: Path | None) -> None:
        self.port = port
        self.hosts = hosts
        self.ca = ca  # certificate of the authority, as a PEM file; None: plain HTTP

    @property
    def resolve(self) -> tuple[str, ...]:
        """The rules that lead each host name here, as ``kapsel scan --resolve`` takes them."""
        return tuple(f"{host}=127.0.0.1:{self.port}" for host in self.hosts)


class _ByHost:
    """Hand each request to the application of its host name; unknown names get a 421."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        name = host.rsplit(":", 1)[0].lower()
        app = self._apps.get(host) or self._apps.get(name)
        if app is None and "." in name:
            app = self._apps.get("*." + name.split(".", 1)[1])
        if app is not None:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 421, "headers": []})
        await send({"type": "http.response.body", "body": b"no such host here"})

    async def _live(self, receive: Receive, send: Send) -> None:
        """Run the lifespan of each Starlette application, as if it were served alone."""
        async with contextlib.AsyncExitStack() as stack:
            await receive()
            for app in {id(app): app for app in self._apps.values()}.values():
                if isinstance(app, Starlette):
                    await stack.enter_async_context(app.router.lifespan_context(app))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@contextlib.contextmanager
def serve(apps: Mapping[str, ASGIApp], *, tls: bool = True, port: int = 0) -> Iterator[Loopback]:
    """
    Serve *apps*, one per host name, on 127.0.0.1 until the block ends.

    Args:
        apps: Host name (``www.shop.example``, ``*.shop.example`` or ``localhost:8080``) to
            application. The lifespans of those that are Starlette applications are run.
        tls: Under a certificate for all the names, issued by an authority made on the spot.
        port: 0 takes a free one.

    Raises:
        OSError: If *port* is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with contextlib.closing(listener), tempfile.TemporaryDirectory() as folder:
        listener.bind(("127.0.0.1", port))
        ca_file, pem = (None, None) if not tls else _certificate(Path(folder), tuple(apps))
        server = uvicorn.Server(
            uvicorn.Config(
                _ByHost(apps),
                ssl_certfile=pem,
                log_config=None,
                lifespan="on",
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="loopback", daemon=True
        )
        thread.start()
        try:
            deadline = time.monotonic() + START_TIMEOUT
            while not server.started:
                if time.monotonic() > deadline or not thread.is_alive():
                    raise OSError("the loopback server did not start")
                time.sleep(0.01)
            yield Loopback(port=listener.getsockname()[1], hosts=tuple(apps), ca=ca_file)
        finally:
            server.should_exit = True
            thread.join()


def _certificate(folder: Path, names: tuple[str, ...]) -> tuple[Path, str]:
    """Write an authority's certificate, and a key with a certificate for *names*."""
    authority = trustme.CA()
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    pem = folder / "server.pem"
    authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(str(pem))
    return ca, str(pem)
