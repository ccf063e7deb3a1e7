"""The audit trail as a page, and as CSV."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse
from starlette.routing import Route

from consent_server.admin.gate import Asked, somewhere
from consent_server.admin.model import ALL_SITES, Role
from consent_server.admin.trail import PAGE

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.admin.trail import Trail

_NUMBER = re.compile(r"\d{1,18}")


@somewhere(Role.OWNER)
async def show(asked: Asked) -> Response:
    """Show who did what at the sites of which the person is owner."""
    trail: Trail = asked.request.app.state.trail
    text = asked.request.query_params.get("before", "")
    before = int(text) if _NUMBER.fullmatch(text) else None
    deeds = await asyncio.to_thread(trail.page, sites=_sites(asked), before=before)
    older = deeds[-1].id if len(deeds) == PAGE else None
    return asked.page("trail", deeds=deeds, older=older)


@somewhere(Role.OWNER)
async def export(asked: Asked) -> Response:
    """Answer with all of it as CSV."""
    trail: Trail = asked.request.app.state.trail
    await asked.did("exported the trail")
    return StreamingResponse(
        trail.export(sites=_sites(asked)),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="trail.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _sites(asked: Asked) -> frozenset[str] | None:
    """Return the sites whose trail the person may see; None: all of it."""
    if asked.person.may(Role.OWNER, ALL_SITES):
        return None
    return frozenset(site for site, role in asked.person.roles.items() if role is Role.OWNER)


ROUTES = [
    Route("/admin/trail", show),
    Route("/admin/trail.csv", export),
]
