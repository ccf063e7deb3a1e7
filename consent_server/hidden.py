"""POST /w/{site}/clear: cookies of the site's that no script can see expire once they are refused.

It works where the server is reached under the site's own domain, so that the browser sends it their
cookies. The answer leads on to a second request, which tells what is left.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from consent_server.addressed import served_to_own_page
from consent_server.answers import answer, refusal
from widget.enforce.answer import COOKIE, cookies, granted
from widget.enforce.clearing import expired

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.shelf import Served

MOST = 2048  # characters of a page's path


async def clear(request: Request) -> Response:
    """Let the cookies expire that the visitor has refused, then lead on to what is left of them."""
    served = await served_to_own_page(request)
    if isinstance(served, Response):
        return served
    given = _granted(request, served)
    if given is None:
        return _readable(
            request, refusal(409, "the visitor's answer did not come with the request")
        )
    path = await _path(request)
    response = Response(status_code=303, headers={"Location": request.url.path})
    for line in expired(
        _jar(request),
        rules=served.rules,
        granted=given,
        host=request.url.hostname or "",
        path=path,
    ):
        response.headers.append("Set-Cookie", line)
    return _readable(request, response)


async def left(request: Request) -> Response:
    """Answer with the names of refused cookies that have come with the request all the same."""
    served = await served_to_own_page(request)
    if isinstance(served, Response):
        return served
    given = _granted(request, served) or frozenset()
    names = sorted(name for name in _jar(request) if served.rules.refuses(name, given))
    return _readable(request, answer(names))


def _granted(request: Request, served: Served) -> frozenset[str] | None:
    return granted(_jar(request).get(COOKIE), served.rules, now=time.time())


def _jar(request: Request) -> dict[str, str]:
    return cookies(request.headers.get("cookie", ""))


async def _path(request: Request) -> str:
    """Return the path of the page, as far as it has sent one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            return "/"
    path = body.decode("utf-8", "replace")
    return path if path.startswith("/") else "/"


def _readable(request: Request, response: Response) -> Response:
    """Let the site's page, which sends cookies along, read *response*."""
    origin = request.headers.get("origin")
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Vary"] = "Origin, Cookie"
    response.headers["Cache-Control"] = "no-store"
    return response


ROUTES = [
    Route("/w/{site}/clear", clear, methods=["POST"]),
    Route("/w/{site}/clear", left, methods=["GET"]),
]
