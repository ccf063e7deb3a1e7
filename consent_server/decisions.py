"""What visitors' browsers send and ask: POST /w/{site}/consents, and GET or DELETE of one by id.

The id is made in the browser and known to nobody else, so it is the key to the receipt. A page
that is not on the site's domains is refused, here and not only by the browser. A request without
Origin is taken: no page in a browser can leave it out, so it forges nothing that its sender could
not anyway; the record says so in its flags.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from consent_server import receipts
from consent_server.addressed import served_to_own_page
from consent_server.answers import RETRY_AFTER, answer, from_error, refusal, refused
from consent_server.log.records import (
    MAX_BODY,
    read_decision,
    read_ignored,
    read_many,
    to_record,
)
from consent_server.log.rows import to_ignored
from consent_server.model import Action
from consent_server.proxy import network
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

_SPACE = b" \t\n\r"  # that may stand before JSON

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who sent a decision; nothing of it is kept that the owner did not ask for."""

    address: str | None
    country: str | None
    from_page: bool  # whether the browser said which page's script sent it
    at: dt.datetime  # when it came


class Things(NamedTuple):
    """What decisions need of the server."""

    log: ConsentLog
    shelf: Shelf
    limits: Limits
    keep_network: bool  # whether a record says which network it came from


async def add(request: Request) -> Response:
    """Store a decision: 201 once it is durable, 200 if it was already, with the same body."""
    served = await served_to_own_page(request)
    if isinstance(served, Response):
        return served
    try:
        response = await _added(request, served)
    except REFUSALS as exc:
        response = await from_error(request, exc)
    return readable(request, response)


async def ignored(request: Request) -> Response:
    """Count that a banner was closed, or left, without a choice; nothing else is kept of it."""
    served = await served_to_own_page(request)
    if isinstance(served, Response):
        return served
    things: Things = request.app.state.things
    body = await _body(request)
    if len(body) > MAX_BODY:
        return readable(request, refusal(413, f"the body has at most {MAX_BODY} bytes"))
    try:
        told = read_ignored(body)
        after = things.limits.wait(request.client and request.client.host, served.site.key)
        if after:
            raise TooMany(after)
        if told.revision in served.revisions:  # of what was never shown, nothing was ignored
            country = request.scope.get("country")
            given = to_ignored(told, served.site.key, country, served.site.banner.layout)
            await things.log.ignored(given)
    except REFUSALS as exc:
        return readable(request, await from_error(request, exc))
    return readable(request, Response(status_code=204))


async def one(request: Request) -> Response:
    """Show (GET) or erase (DELETE) the decision with the id in the address."""
    served = await served_to_own_page(request)
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
    served = await served_to_own_page(request)
    if isinstance(served, Response):
        return served
    return readable(request, Response(status_code=204, headers=_PREFLIGHT))


async def _added(request: Request, served: Served) -> Response:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in CONTENT_TYPES:
        return refusal(415, f"send the decision as {' or '.join(CONTENT_TYPES)}")
    sender = Sender(
        request.client and request.client.host,
        request.scope.get("country"),
        "origin" in request.headers,
        dt.datetime.now(dt.UTC),
    )
    return await answer_to(request.app.state.things, served, await _body(request), sender)


async def answer_to(things: Things, served: Served, body: bytes, sender: Sender) -> Response:
    """
    Store the decision in *body*, or up to `MAX_MANY`; return the answer, once it is durable.

    Raises:
        DecisionInvalid: If it is neither.
        TooMany: If more has come from *sender* than the limits allow.
        DecisionConflict: If another decision has its id.
        LogUnavailable: If it could not be stored now.
    """
    if len(body) > MAX_BODY:
        return refusal(413, f"the body has at most {MAX_BODY} bytes")
    if not are_many(body):
        new, record = await _stored(things, served, body, sender)
        return answer(record, status=201 if new else 200)
    tasks = [
        asyncio.ensure_future(_one_of_many(things, served, each, sender))
        for each in read_many(body)
    ]
    outcomes = await asyncio.gather(*tasks)
    statuses = {outcome["status"] for outcome in outcomes}
    return answer(
        outcomes,
        status=503 if statuses == {503} else 200,
        headers={"Retry-After": str(RETRY_AFTER)} if statuses & {429, 503} else None,
    )


def are_many(body: bytes) -> bool:
    """Return whether *body* is a list of decisions, if it is anything."""
    return body[:1] != b"{" and body.lstrip(_SPACE).startswith(b"[")


async def _one_of_many(
    things: Things, served: Served, body: bytes, sender: Sender
) -> dict[str, Any]:
    """Store one decision of several; return what alone it would have been answered."""
    try:
        new, record = await _stored(things, served, body, sender)
    except REFUSALS as exc:
        response = refused(exc)
        return {"status": response.status_code, **msgspec.json.decode(response.body)}
    return {"status": 201 if new else 200, "record": record}


def received(things: Things, served: Served, body: bytes, sender: Sender) -> ConsentRecord:
    """
    Return the record of the decision in *body*.

    Raises:
        DecisionInvalid: If it is not a decision.
    """
    return to_record(
        read_decision(body),
        site=served.site.key,
        received_at=sender.at,
        revisions=served.revisions,
        from_page=sender.from_page,
        country=sender.country,
        network=network(sender.address) if things.keep_network else None,
        layout=served.site.banner.layout,
    )


def let_in(things: Things, served: Served, body: bytes, address: str | None) -> None:
    """
    Count the decision in *body*; a withdrawal is taken however much has come from *address*.

    Raises:
        DecisionInvalid: If it is not a decision, where that had to be looked at.
        TooMany: If more has come from *address* than the limits allow.
    """
    after = things.limits.wait(address, served.site.key)
    if after and read_decision(body).action is not Action.WITHDRAW:
        raise TooMany(after)


async def _stored(
    things: Things, served: Served, body: bytes, sender: Sender
) -> tuple[bool, ConsentRecord]:
    """Store the decision in *body*; return whether it is new, and its record."""
    let_in(things, served, body, sender.address)
    record = received(things, served, body, sender)
    if await things.log.append(record):
        return True, record
    return False, await things.log.get(record.id) or record


async def _body(request: Request) -> bytes:
    """Return the body, or its beginning if it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            break
    return body


def readable(request: Request, response: Response) -> Response:
    """Let the site's page read *response*."""
    return readable_by(request.headers.get("origin"), response)


def readable_by(origin: str | None, response: Response) -> Response:
    """Let pages of *origin*, of the site, read *response*."""
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Vary"] = "Origin"
    return response


ROUTES = [
    Route("/w/{site}/consents", add, methods=["POST"]),
    Route("/w/{site}/consents", preflight, methods=["OPTIONS"]),
    Route("/w/{site}/ignored", ignored, methods=["POST"]),
    Route("/w/{site}/ignored", preflight, methods=["OPTIONS"]),
    Route("/w/{site}/consents/{id}", one, methods=["GET", "DELETE"]),
    Route("/w/{site}/consents/{id}", preflight, methods=["OPTIONS"]),
]
