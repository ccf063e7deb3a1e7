"""The pages for people: /admin, the log, behind a form that asks for a token."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from consent_server import session
from consent_server.answers import from_here, refusal
from consent_server.model import Action
from consent_server.query import read_question, row
from scanner.errors import QuestionInvalid
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.log import ConsentLog
    from consent_server.shelf import Shelf
    from consent_server.tokens import Door

MAX_FORM = 1024  # bytes of a sign-in form

_FOLDER = Path(__file__).parent / "templates"
_TEMPLATES = Jinja2Templates(_FOLDER)

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def home(request: Request) -> Response:
    """Lead to the pages for people."""
    return RedirectResponse("/admin", status_code=307)


async def style(request: Request) -> Response:
    """Answer with the pages' style sheet."""
    return FileResponse(
        _FOLDER / "admin" / "admin.css",
        headers={"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


async def records(request: Request) -> Response:
    """Show the log, newest first, and a form to ask it."""
    if not await _signed_in(request):
        return _page(request, "sign_in", {"mistake": None}, status=401)
    log: ConsentLog = request.app.state.log
    shelf: Shelf = request.app.state.shelf
    asked = {name: value for name, value in request.query_params.items() if value}
    try:
        question = read_question(list(asked.items()))
    except QuestionInvalid as exc:
        mistake: str | None = str(exc)
        rows: list[dict[str, str]] = []
        count, cursor = 0, None
    else:
        found, count = await asyncio.gather(log.find(question), log.count(question.filter))
        mistake, cursor = None, found.next_cursor
        rows = [row(record) for record in found.records]
    return _page(
        request,
        "log",
        {
            "asked": asked,
            "mistake": mistake,
            "rows": rows,
            "count": count,
            "next": cursor and urlencode({**asked, "cursor": cursor}),
            "sites": [site.key for site in await shelf.sites()],
            "categories": [category.value for category in OPTIONAL_CATEGORIES],
            "actions": [action.value for action in Action],
        },
        status=200 if mistake is None else 400,
    )


async def sign_in(request: Request) -> Response:
    """Begin a session for who knows a token."""
    if not from_here(request):
        return refusal(403, "sign in on this server's own page")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            return refusal(413, f"a form has at most {MAX_FORM} bytes")
    secret = parse_qs(body.decode("ascii", "replace")).get("token", [""])[0]
    door: Door = request.app.state.door
    found = await asyncio.to_thread(door.matching, secret.strip())
    if found is None:
        return _page(request, "sign_in", {"mistake": "That token is not known here."}, status=401)
    response = RedirectResponse("/admin", status_code=303)
    response.set_cookie(
        _cookie_name(request),
        session.begin(found, now=time.time()),
        max_age=session.LIFETIME,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session."""
    if not from_here(request):
        return refusal(403, "sign out on this server's own page")
    response = RedirectResponse("/admin", status_code=303)
    response.delete_cookie(
        _cookie_name(request),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


async def _signed_in(request: Request) -> bool:
    cookie = request.cookies.get(_cookie_name(request))
    if cookie is None:
        return False
    door: Door = request.app.state.door
    return session.holds(cookie, await asyncio.to_thread(door.digests), now=time.time())


def _cookie_name(request: Request) -> str:
    """Return the cookie's name; under TLS no other host of the domain can set it."""
    return "__Host-kapsel_admin" if request.url.scheme == "https" else "kapsel_admin"


def _page(request: Request, name: str, context: dict[str, object], *, status: int) -> Response:
    return _TEMPLATES.TemplateResponse(
        request, f"admin/{name}.html", context, status_code=status, headers=_HEADERS
    )


ROUTES = [
    Route("/", home),
    Route("/admin", records),
    Route("/admin/admin.css", style),
    Route("/admin/sign-in", sign_in, methods=["POST"]),
    Route("/admin/sign-out", sign_out, methods=["POST"]),
]
