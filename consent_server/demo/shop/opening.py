"""Open the shop and the hosts around it on loopback: under their names, or on ports for people."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.routing import Mount

from consent_server.demo import loopback
from consent_server.demo.shop import hosts, vendors
from consent_server.demo.shop.site import Dress, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

PORTS_TO_TRY = 20  # before giving up on finding two free ones


class NamedShop(msgspec.Struct, frozen=True, kw_only=True):
    """The shop in one dress, under its own name; made by `under_names`."""

    url: str
    resolve: tuple[str, ...]  # rules that lead each name here
    requests: list[str]  # "host/path" of what is asked of all but the consent server


class LocalShop(msgspec.Struct, frozen=True, kw_only=True):
    """The shop in both dresses, on ports of this machine; made by `on_ports`."""

    as_found: str  # URL
    with_kapsel: str  # URL


@contextlib.contextmanager
def under_names(dress: Dress, *, consent: ASGIApp | None = None) -> Iterator[NamedShop]:
    """
    Serve the shop and all around it under their own names and TLS until the block ends.

    Args:
        dress: Whether the shop has the banner.
        consent: Answers for the shop's consent server; None: that host is not there.
    """
    shop: ASGIApp = Shop(dress=dress, addresses=hosts.Addresses()).app
    requests: list[str] = []
    served = {
        host: _noted(host, app, requests)
        for host, app in {hosts.SHOP: shop, **vendors.apps()}.items()
    }
    if consent is not None:
        served[hosts.CONSENT] = consent  # as it is, so that its lifespan is run
    with loopback.serve(served) as server:
        url = f"https://{hosts.SHOP}/"
        yield NamedShop(url=url, resolve=server.resolve, requests=requests)


@contextlib.contextmanager
def on_ports(port: int, *, consent: str) -> Iterator[LocalShop]:
    """
    Serve both dresses in plain HTTP, for anybody's browser, until the block ends.

    As found the shop is at ``127.0.0.1`` and the others are at ``localhost``; with Kapsel it is
    the other way round. So the others are third parties, and the dresses share no cookies.

    Args:
        port: The first to try for the shop; the others take the next free one after it.
        consent: Where the consent server is, without a slash at its end.

    Raises:
        OSError: If no port is free.
    """
    with contextlib.ExitStack() as stack:
        others = Starlette(
            routes=[Mount(f"/{host}", app=app) for host, app in vendors.apps().items()]
        )
        at = first_free(port)
        beside = first_free(at + 1)
        stack.enter_context(
            loopback.serve({"localhost": others, "127.0.0.1": others}, tls=False, port=beside)
        )
        found = hosts.Addresses(
            shop=f"http://127.0.0.1:{at}", others=f"http://localhost:{beside}", consent=consent
        )
        kapsel = hosts.Addresses(
            shop=f"http://localhost:{at}", others=f"http://127.0.0.1:{beside}", consent=consent
        )
        apps = {
            "127.0.0.1": Shop(dress=Dress.AS_FOUND, addresses=found).app,
            "localhost": Shop(dress=Dress.WITH_KAPSEL, addresses=kapsel).app,
        }
        stack.enter_context(loopback.serve(apps, tls=False, port=at))
        yield LocalShop(as_found=f"{found.shop}/", with_kapsel=f"{kapsel.shop}/")


def first_free(port: int) -> int:
    """
    Return the first free TCP port of 127.0.0.1 from *port* on; 0 stands for any.

    Raises:
        OSError: If none of the next ones is free.
    """
    for candidate in range(port, port + PORTS_TO_TRY):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port from {port} to {port + PORTS_TO_TRY - 1}")


def _noted(host: str, app: ASGIApp, requests: list[str]) -> ASGIApp:
    """Return *app*, each of whose requests is noted first."""

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            requests.append(host + scope["path"])
        await app(scope, receive, send)

    return noted
