"""What visitors ask about their data: the inbox of a site, each request with its clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin.gate import Asked, at_site
from consent_server.admin.model import Role
from consent_server.answers import answer
from consent_server.rights.dossier import dossier
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Standing

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.log.releases import Releases
    from consent_server.rights.model import RightsRequest

#: What can be done with a request, and what the trail says of it.
DEEDS = {
    "answered": "answered a request",
    "refused": "refused a request",
    "extended": "extended a request",
    "erased": "erased a request",
}


@at_site(Role.READER)
async def inbox(asked: Asked) -> Response:
    """Show the requests, the one that must be answered first at the top; no one's address."""
    closed = asked.request.query_params.get("closed") == "1"
    done = asked.request.query_params.get("done")
    found = await asyncio.to_thread(_inbox(asked).find, sites=[asked.site], closed=closed)
    return asked.page(
        "requests",
        requests=found,
        closed=closed,
        now=dt.datetime.now(dt.UTC),
        may_open=asked.person.may(Role.EDITOR, asked.site),
        done=done if done in DEEDS else None,
        form_address=f"/w/{asked.site}/requests",
    )


@at_site(Role.EDITOR)
async def show(asked: Asked) -> Response:
    """Show one request: who asks for what, and what can be done."""
    found = await _found(asked)
    if found is None:
        return _gone(asked)
    now = dt.datetime.now(dt.UTC)
    return asked.page("request", wanted=found, now=now, standing=Standing)


@at_site(Role.EDITOR)
async def change(asked: Asked) -> Response:
    """Answer, refuse, extend or erase a request, as the form says."""
    found, deed = await _found(asked), asked.form["deed"]
    if found is None or deed not in DEEDS:
        return _gone(asked)
    if not await asyncio.to_thread(_do, _inbox(asked), found.id, deed):
        return asked.problem(409, "not_done", "problems.request_closed")
    if deed == "erased":
        await asked.log.forget()
    await asked.did(DEEDS[deed], f"{found.right} of {found.received_at:%Y-%m-%d}", site=asked.site)
    return asked.back(f"/admin/{asked.site}/requests", done=deed)


def _do(inbox: Inbox, key: str, deed: str) -> bool:
    match deed:
        case "extended":
            return inbox.extend(key)
        case "erased":
            return inbox.erase(key)
        case _:
            return inbox.close(key, Standing(deed), now=dt.datetime.now(dt.UTC))


@at_site(Role.EDITOR)
async def export(asked: Asked) -> Response:
    """Answer with what the log holds of the person who asks, to attach to the answer."""
    found = await _found(asked)
    if found is None:
        return _gone(asked)
    record = await asked.log.get(found.receipt, site=asked.site) if found.receipt else None
    shown = None
    if record is not None:
        releases: Releases = asked.request.app.state.releases
        shown = await asyncio.to_thread(releases.shown_with, record)
    await asked.did("exported a request", f"{found.right}", site=asked.site)
    name = f"kapsel-{found.right}-{found.received_at:%Y-%m-%d}.json"
    return answer(
        dossier(found, record, shown),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _inbox(asked: Asked) -> Inbox:
    return Inbox(asked.request.app.state.engine)


async def _found(asked: Asked) -> RightsRequest | None:
    key = asked.request.query_params.get("id", "").lower()
    if "\x00" in key:
        return None
    return await asyncio.to_thread(_inbox(asked).get, key, site=asked.site)


def _gone(asked: Asked) -> Response:
    return asked.problem(404, "request")


ROUTES = [
    Route("/admin/{site}/requests", inbox),
    Route("/admin/{site}/requests/one", show),
    Route("/admin/{site}/requests/one/change", change, methods=["POST"]),
    Route("/admin/{site}/requests/one/export", export),
]
