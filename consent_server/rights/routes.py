"""GET and POST /w/{site}/requests: a visitor asks about her data; GET of one: how far it is."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import structlog
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consent_server.addressed import served_to, zone_of
from consent_server.answers import page as as_page
from consent_server.answers import refusal
from consent_server.declaration_page import language_of
from consent_server.forms import FormRefused, read_form
from consent_server.limits import Buckets, Limits
from consent_server.rights import page
from consent_server.rights.inbox import Inbox, InboxFull
from consent_server.rights.model import RequestInvalid, read
from scanner.languages import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.model import Declaration
    from consent_server.rights.model import RightsRequest

RATE, BURST = 1 / 60, 5.0  # requests a second from one network, and at once

log = structlog.get_logger(__name__)


def limits() -> Limits:
    """Return what holds back floods of requests."""
    return Limits(Buckets(RATE, burst=BURST))


async def form(request: Request) -> Response:
    """Show the form for a request, or take one that was filled in."""
    declaration = await _declaration(request)
    if declaration is None:
        return refusal(404, "there is no such site")
    language = _language(request, declaration)
    if request.method != "POST":
        filled = {"receipt": request.query_params.get("receipt", "")[:36]}
        html = page.form(declaration, language=language, filled=filled)
        return as_page(html, language=language, forms=True)
    try:
        fields = (await read_form(request)).values()
    except FormRefused as exc:
        return refusal(exc.status, str(exc))
    return await _taken(request, declaration, fields, language)


async def _taken(
    request: Request, declaration: Declaration, fields: dict[str, str], language: str
) -> Response:
    """Keep what was asked for and lead to its page, or show the form again with the mistakes."""
    waiting: Limits = request.app.state.request_limits
    now = dt.datetime.now(dt.UTC)
    status = 429
    mistakes: tuple[str, ...] = ("full",)
    try:
        asked = read(fields, site=declaration.site, language=language, received_at=now)
        if not waiting.wait(request.client and request.client.host):
            await asyncio.to_thread(Inbox(request.app.state.engine).add, asked)
            log.info("request about data received", site=asked.site, right=asked.right)
            address = f"{request.url.path}/{asked.id}?lang={language}"
            return RedirectResponse(address, status_code=303)
    except RequestInvalid as exc:
        status, mistakes = 400, exc.mistakes
    except InboxFull:
        log.warning("the inbox of requests is full", site=declaration.site)
    html = page.form(declaration, language=language, filled=fields, mistakes=mistakes)
    return as_page(html, language=language, status=status, forms=True)


async def one(request: Request) -> Response:
    """Show how far the answer to the request with the id in the address is."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    declaration = served.declaration
    language = _language(request, declaration)
    found: RightsRequest | None = await asyncio.to_thread(
        Inbox(request.app.state.engine).get,
        request.path_params["id"].lower(),
        site=declaration.site,
    )
    html = page.standing(declaration, found, language=language, zone=zone_of(request, served))
    return as_page(html, language=language, status=404 if found is None else 200)


async def _declaration(request: Request) -> Declaration | None:
    served = await served_to(request)
    return None if served is None else served.declaration


def _language(request: Request, declaration: Declaration) -> str:
    wanted = request.query_params.get("lang")
    return language_of(
        declaration,
        wanted if wanted in LANGUAGES else None,
        request.headers.get("accept-language", ""),
    )


ROUTES = [
    Route("/w/{site}/requests", form, methods=["GET", "POST"]),
    Route("/w/{site}/requests/{id}", one),
]
