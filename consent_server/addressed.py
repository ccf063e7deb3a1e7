"""The site that the address of a request names, and whether the page that asks is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent_server.answers import refusal
from consent_server.origin import belongs
from scanner.wording import zone

if TYPE_CHECKING:
    import datetime as dt

    from starlette.requests import Request
    from starlette.responses import Response

    from consent_server.shelf import Served, Shelf


async def served_to(request: Request) -> Served | None:
    """Return what the site in the address is served; None: there is no such site."""
    shelf: Shelf = request.app.state.shelf
    return await shelf.get(request.path_params["site"])


def zone_of(request: Request, served: Served) -> dt.tzinfo:
    """Return the zone in which visitors of the site are told times: its own, else the server's."""
    return zone(served.site.time_zone or request.app.state.time_zone)


async def served_to_own_page(request: Request) -> Served | Response:
    """Return what the site is served, or the refusal of a page that is not its own."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    origin = request.headers.get("origin")
    if origin is not None and not belongs(origin, served.domains):
        return refusal(403, "this page does not belong to the site", headers={"Vary": "Origin"})
    return served
