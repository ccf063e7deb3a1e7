"""The page on which somebody chooses the language and the time zone of the pages."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consent_server.admin import cookies, frame, speech
from consent_server.admin.forms import FormRefused, read_form
from consent_server.admin.gate import FORM_LASTS, somebody
from scanner.languages import texts
from scanner.spoken import SPOKEN

if TYPE_CHECKING:
    from starlette.requests import Request

PATH = "/admin/speech"


async def show(request: Request) -> Response:
    """Show what is chosen; everybody may choose, also before signing in."""
    return await _page(request)


async def choose(request: Request) -> Response:
    """Keep what the form chooses."""
    secret = cookies.read(request, "session") or cookies.read(request, "form")
    try:
        form = await read_form(request, secret)
    except FormRefused as exc:
        return await _page(request, refused=exc)
    choice = speech.Choice(form["language"], form["zone"])
    if choice.language not in ("", *SPOKEN) or choice.zone not in ("", *speech.zones()):
        return await _page(request, refused=FormRefused(400, "form_broken"))
    response = RedirectResponse(
        f"{PATH}?done=kept", status_code=303, headers={"Cache-Control": "no-store"}
    )
    speech.keep(response, request, choice)
    return response


async def _page(request: Request, *, refused: FormRefused | None = None) -> Response:
    words = speech.of(request)
    person, session = await somebody(request)
    secret = session or cookies.read(request, "form") or secrets.token_urlsafe(32)
    response = frame.page(
        request,
        "speech",
        words=words,
        person=person,
        secret=secret,
        status=200 if refused is None else refused.status,
        mistake=refused and words.text(f"mistakes.{refused.key}"),
        languages={tag: texts(tag)["language"] for tag in SPOKEN},
        zones=speech.zones(),
        chosen=speech.chosen(request),
        done=request.query_params.get("done"),
    )
    if session is None and cookies.is_safe(request):
        cookies.put(response, request, "form", secret, lasts=FORM_LASTS)
    return response


ROUTES = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, choose, methods=["POST"]),
]
