"""What visitors' browsers send and ask: POST /w/{site}/consents, and GET or DELETE of one by id.

The id is made in the browser and known to nobody else, so it is the key to the receipt. A page
that is not on the site's domains is refused, here and not only by the browser. A request without
Origin is taken: no page in a browser can leave it out, so it forges nothing that its sender could
not anyway; the record says so in its flags.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from consent_server import receipts
from consent_server.answers import answer, from_error, refusal
from consent_server.model import Action
from consent_server.origin import belongs
from consent_server.records import MAX_BODY, read_decision, to_record
from scanner.errors import DecisionConflict, DecisionInvalid, LogUnavailable, TooMany

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.limits import Limits
    from consent_server.log import ConsentLog
    from consent_server.model import ConsentRecord
    from consent_server.shelf import Served, Shelf

#: As text/plain a browser needs not ask beforehand, and a beacon can carry it.
CONTENT_TYPES = ("application/json", "text/plain")

#: Why a decision is not stored.
REFUSALS = (DecisionInvalid, DecisionConflict, TooMany, LogUnavailable)

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


async def add(request: Request) -> Response:
    """Store a decision: 201 once it is durable, 200 if it was already, with the same body."""
    served = await _served(request)
    if isinstance(served, Response):
        return served
    try:
        response = await _added(request, served)
    except REFUSALS as exc:
        response = await from_error(request, exc)
    return readable(request, response)


async def one(request: Request) -> Response:
    """Show (GET) or erase (DELETE) the decision with the id in the address."""
    served = await _served(request)
    if isinstance(served, Response):
        return served
    log: ConsentLog = request.app.state.log
    key, site = request.path_params["id"].lower(), served.site.key
    if request.method == "DELETE":
        if await log.erase(key, site=site):
            return readable(request, Response(status_code=204))
        return readable(request, refusal(404, "there is no decision with this id"))
    receipt = await receipts.receipt_of(request, key, site)
    if receipts.wants_page(request):
        return await receipts.shown(request, served, receipt)
    if receipt is None:
        return readable(request, refusal(404, "there is no decision with this id"))
    return readable(request, answer(receipt))


async def preflight(request: Request) -> Response:
    """Tell a browser what a page of the site may send."""
    served = await _served(request)
    if isinstance(served, Response):
        return served
    return readable(request, Response(status_code=204, headers=_PREFLIGHT))


async def _served(request: Request) -> Served | Response:
    """Return what the site is served, or the refusal of a page that is not its own."""
    shelf: Shelf = request.app.state.shelf
    served = await shelf.get(request.path_params["site"])
    if served is None:
        return refusal(404, "there is no such site")
    origin = request.headers.get("origin")
    if origin is not None and not belongs(origin, served.domains):
        return refusal(403, "this page does not belong to the site", headers={"Vary": "Origin"})
    return served


async def _added(request: Request, served: Served) -> Response:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in CONTENT_TYPES:
        return refusal(415, f"send the decision as {' or '.join(CONTENT_TYPES)}")
    body = await _body(request)
    if body is None:
        return too_long()
    log: ConsentLog = request.app.state.log
    new, record = await take(
        log,
        served,
        body,
        from_page="origin" in request.headers,
        limits=request.app.state.limits,
        address=request.client and request.client.host,
    )
    return answer(record, status=201 if new else 200)


async def take(
    log: ConsentLog,
    served: Served,
    body: bytes,
    *,
    from_page: bool,
    limits: Limits,
    address: str | None,
) -> tuple[bool, ConsentRecord]:
    """
    Store the decision in *body*; return whether it is new, and its record.

    A withdrawal is stored however much else has come from *address*.

    Raises:
        TooMany: If more has come from *address* than *limits* allow.
        DecisionInvalid: If it is not a decision.
        DecisionConflict: If another decision has its id.
        LogUnavailable: If it could not be stored now.
    """
    record = to_record(
        read_decision(body),
        site=served.site.key,
        received_at=dt.datetime.now(dt.UTC),
        revisions=served.revisions,
        from_page=from_page,
    )
    after = limits.wait(address)
    if after and record.action is not Action.WITHDRAW:
        raise TooMany(after)
    if await log.append(record):
        return True, record
    return False, await log.get(record.id) or record


def too_long() -> Response:
    """Return the refusal of a body that is not read to its end."""
    return refusal(413, f"a decision has at most {MAX_BODY} bytes")


async def _body(request: Request) -> bytes | None:
    """Return the body; None: it is too long, and the rest was not read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


def readable(request: Request, response: Response) -> Response:
    """Let the site's page read *response*."""
    origin = request.headers.get("origin")
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Vary"] = "Origin"
    return response


ROUTES = [
    Route("/w/{site}/consents", add, methods=["POST"]),
    Route("/w/{site}/consents", preflight, methods=["OPTIONS"]),
    Route("/w/{site}/consents/{id}", one, methods=["GET", "DELETE"]),
    Route("/w/{site}/consents/{id}", preflight, methods=["OPTIONS"]),
]
