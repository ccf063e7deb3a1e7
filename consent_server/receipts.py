"""A visitor's own record at its address: for programs as JSON, for her as a page.

Whoever knows the id made it, or was given it: it is the key, and nothing else is asked for.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consent_server import consent_record, receipt_page
from consent_server.addressed import served_to, zone_of
from consent_server.answers import answer, from_here, page, refusal
from consent_server.declaration_page import language_of
from consent_server.log.receipt import Proof, Receipt

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.log import ConsentLog
    from consent_server.log.releases import Releases
    from consent_server.log.signing import Signer
    from consent_server.log.tree import Tree
    from consent_server.shelf import Served


async def receipt_of(request: Request, key: str, site: str) -> Receipt | None:
    """Return the record with the proof that the log holds it, as soon as there is one."""
    log: ConsentLog = request.app.state.log
    found = await log.evidence(key, site=site)
    if found is None:
        return None
    record, position, salt = found
    tree: Tree = request.app.state.tree
    signer: Signer = request.app.state.signer
    proven = await asyncio.to_thread(tree.proof, position)
    proof = None
    if proven is not None:
        checkpoint, path = proven
        proof = Proof(
            position=position,
            salt=salt.hex(),
            path=tuple(each.hex() for each in path),
            checkpoint=checkpoint,
            key=signer.key,
        )
    answered = (await log.whole(record)).services
    return Receipt(**msgspec.structs.asdict(record), answered=answered, proof=proof)


def wants_page(request: Request) -> bool:
    """Return whether a person asks, with a browser that goes to the address."""
    form = request.query_params.get("format")
    return form == "html" if form else "text/html" in request.headers.get("accept", "")


async def shown(request: Request, served: Served, receipt: Receipt | None) -> Response:
    """Return *receipt* as a page; None: there is none at this address."""
    language = _language(request, served)
    if receipt is None:
        html = receipt_page.gone(
            served.declaration, language=language, erased="erased" in request.query_params
        )
        return page(html, language=language, status=404)
    items = await asyncio.to_thread(_items_shown, request.app.state.releases, receipt)
    html = receipt_page.html(
        receipt, served.declaration, shown=items, language=language, zone=zone_of(request, served)
    )
    return page(html, language=language, forms=True)


def _items_shown(releases: Releases, receipt: Receipt) -> list[dict[str, Any]]:
    """Return the items that the declaration listed when the visitor answered, if that is known."""
    kept = releases.shown_with(receipt)
    items: list[dict[str, Any]] = [] if kept is None else json.loads(kept.facts).get("items", [])
    return items


async def linked_data(request: Request) -> Response:
    """Show the record as ISO/IEC TS 27560 structures it, as JSON-LD."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    receipt = await receipt_of(request, request.path_params["id"].lower(), served.site.key)
    if receipt is None:
        return refusal(404, "there is no decision with this id")
    document = consent_record.document(
        receipt,
        served.declaration,
        address=str(request.url.replace(path=request.url.path.removesuffix(".jsonld"), query="")),
        remember=dt.timedelta(days=served.site.banner.remember_days),
    )
    return answer(document, headers={"Content-Type": "application/ld+json"})


async def erase(request: Request) -> Response:
    """Erase what is personal in the record, as the page's form asks, and say that it is gone."""
    if not from_here(request):
        return refusal(403, "this form is sent from the receipt itself")
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    log: ConsentLog = request.app.state.log
    key = request.path_params["id"].lower()
    erased = await log.erase(key, site=served.site.key)
    query = f"lang={_language(request, served)}" + "&erased=" * erased
    address = f"{request.url.path.removesuffix('/erase')}?{query}"
    return RedirectResponse(address, status_code=303)


def _language(request: Request, served: Served) -> str:
    return language_of(
        served.declaration,
        request.query_params.get("lang"),
        request.headers.get("accept-language", ""),
    )


ROUTES = [
    Route("/w/{site}/consents/{id}.jsonld", linked_data),
    Route("/w/{site}/consents/{id}/erase", erase, methods=["POST"]),
]
