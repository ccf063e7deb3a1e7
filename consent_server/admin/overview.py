"""The sites, each at a glance: the first page after signing in."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, RedirectResponse
from starlette.routing import Route

from consent_server.admin.gate import Asked, everybody
from consent_server.admin.light import Colour
from scanner.rendering import folder

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from consent_server.admin.glance import Glance, Glances

MANY = 12  # sites; where there are more, a form finds one
MAX_SOUGHT = 200  # characters

_FOLDER = folder("consent_server") / "admin"
_STATIC = {"admin.css": "text/css; charset=utf-8", "admin.js": "text/javascript; charset=utf-8"}


async def home(request: Request) -> Response:
    """Lead to the pages for people."""
    return RedirectResponse("/admin", status_code=307)


async def static(request: Request) -> Response:
    """Answer with the pages' style sheet, or with their script."""
    name = request.url.path.rpartition("/")[2]
    return FileResponse(
        _FOLDER / name,
        media_type=_STATIC[name],
        headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
    )


@everybody()
async def sites(asked: Asked) -> Response:
    """Show the sites that the person may read, each with its light."""
    glances: Glances = asked.request.app.state.glances
    now = dt.datetime.now(dt.UTC)
    readable = await asked.readable()
    sought = asked.request.query_params.get("q", "").strip()[:MAX_SOUGHT]
    wanted = [site for site in readable if sought.casefold() in f"{site.key} {site.url}".casefold()]

    def seen() -> list[Glance]:
        return [glances.of(site, now=now) for site in wanted]

    found = await asyncio.to_thread(seen)
    counts = {colour: sum(each.light.colour is colour for each in found) for colour in Colour}
    return asked.page(
        "sites",
        glances=found,
        all=len(readable),
        many=MANY,
        sought=sought,
        counts=counts,
        now=now,
        mistakes=asked.shelf.mistakes,
    )


@everybody()
async def nothing(asked: Asked) -> Response:
    """Say that there is no such page; with a slash at its end, lead to the one without."""
    path = asked.request.url.path
    if path.endswith("/"):
        return RedirectResponse(path.rstrip("/"), status_code=307)
    return asked.problem(404, "page")


#: What no other address of the pages is; it stands behind them all.
REST = Route("/admin/{path:path}", nothing)

ROUTES = [
    Route("/", home),
    Route("/admin", sites),
    *(Route(f"/admin/static/{name}", static) for name in _STATIC),
]
