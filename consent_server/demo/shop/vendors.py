"""The other hosts: the shop's own files, and the companies whose scripts its pages load."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from consent_server.demo.shop import hosts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

_FILES = Path(__file__).parent / "vendors"

ADVERTISING_LIFETIME = 390 * 86_400  # seconds: thirteen months, as advertisers like it
AFFINITY = "ARRAffinity"  # which of the shop's file servers answers this visitor
SERVER = "d3c7a1f0b26e48959f1d"

#: The smallest GIF there is: one transparent dot.
DOT = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


def apps() -> dict[str, ASGIApp]:
    """Return what answers for each host but the shop and its consent server."""
    return {
        hosts.STATIC: _Balanced(directory=_FILES.parent / "static"),
        hosts.STATISTICS: Starlette(
            routes=[
                Route("/ga.js", _file("tellekontoret/ga.js")),
                Route("/gtag.js", _file("tellekontoret/gtag.js")),
                Route("/konvertering.js", _file("tellekontoret/konvertering.js")),
                Route("/treff.gif", _dot, methods=["GET", "POST"]),
            ]
        ),
        hosts.SOCIAL: Starlette(
            routes=[
                Route("/piksel.js", _file("nabolaget/piksel.js")),
                Route("/treff.gif", _dot),
            ]
        ),
        hosts.ADVERTISING: Starlette(routes=[Route("/annonse.gif", _advertisement)]),
        hosts.SHARE: Starlette(routes=[Route("/knapper.js", _file("knapperad/knapper.js"))]),
        hosts.CHAT: Starlette(routes=[Route("/boks.js", _file("praterom/boks.js"))]),
        hosts.MAP: Starlette(
            routes=[
                Route("/butikk", _file("turkart/butikk.html")),
                Route("/kart.js", _file("turkart/kart.js")),
            ]
        ),
    }


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return FileResponse(_FILES / name)

    return endpoint


async def _dot(_: Request) -> Response:
    return Response(DOT, media_type="image/gif", headers={"Cache-Control": "no-store"})


async def _advertisement(request: Request) -> Response:
    response = await _dot(request)
    if "nord_uid" not in request.cookies:
        response.set_cookie(
            "nord_uid",
            secrets.token_hex(16),
            max_age=ADVERTISING_LIFETIME,
            secure=True,
            httponly=True,
            samesite="none",
        )
    return response


class _Balanced(StaticFiles):
    """Files behind a load balancer that marks each visitor with the server that answered."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.set_cookie(AFFINITY, SERVER, httponly=True, samesite="lax")
        return response
