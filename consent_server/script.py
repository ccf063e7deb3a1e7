"""The tag's script, its facts, and the rules of the enforced level: GET, from memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from consent_server import document
from consent_server.addressed import served_to
from consent_server.answers import refusal
from consent_server.editions import NAME

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.document import Document
    from consent_server.editions import Editions
    from consent_server.shelf import Shelf

#: A visitor's browser asks again after five minutes, and meanwhile shows what it has.
CACHE = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"

#: What an address with a digest answers never changes, so nobody needs to ask again.
IMMUTABLE = "public, max-age=31536000, immutable"

HEADERS = {
    "Cache-Control": CACHE,
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


async def script(request: Request) -> Response:
    """Answer with the script that the site embeds."""
    return await _newest(request, request.path_params["site"])


async def edition(request: Request) -> Response:
    """Answer with a script that was ever served, by its digest: always the same bytes."""
    site, name = request.path_params["site"], request.path_params["digest"]
    if not NAME.fullmatch(name):  # a site's key may hold dots
        return await _newest(request, f"{site}.{name}")
    shelf: Shelf = request.app.state.shelf
    editions: Editions = request.app.state.editions
    served = shelf.at_hand(site)
    if served is not None and served.script.name == name:
        return _answer(request, served.script, cache=IMMUTABLE)
    found = await editions.get(site, name)
    if found is None:
        return refusal(404, "this script was never served here: 'kapsel embed' tells today's")
    return _answer(request, found, cache=IMMUTABLE)


async def facts(request: Request) -> Response:
    """Answer with what the script says, as data, and every item in full."""
    served = await served_to(request)
    return _no_site() if served is None else _answer(request, served.facts)


async def rules(request: Request) -> Response:
    """Answer with what must wait for consent, for the site's own application to go by."""
    served = await served_to(request)
    return _no_site() if served is None else _answer(request, served.enforcement)


async def _newest(request: Request, site: str) -> Response:
    shelf: Shelf = request.app.state.shelf
    served = await shelf.get(site)
    return _no_site() if served is None else _answer(request, served.script)


def _answer(request: Request, sent: Document, *, cache: str = CACHE) -> Response:
    encoding = sent.encoding(request.headers.get("accept-encoding", ""))
    headers = {**HEADERS, "Cache-Control": cache, "ETag": sent.etag(encoding)}
    known = request.headers.get("if-none-match")
    if known is not None and document.matches(known, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(sent.bodies[encoding], headers=headers, media_type=sent.media_type)


def _no_site() -> Response:
    return refusal(404, "there is no such site")


ROUTES = [
    Route("/w/{site}.{digest}.js", edition),
    Route("/w/{site}.js", script),
    Route("/w/{site}.json", facts),
    Route("/w/{site}/enforcement.json", rules),
]
