"""One decision: the record, the banner as it was shown, and its erasure."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin import frame, shown
from consent_server.admin.gate import Asked, at_site
from consent_server.admin.model import Role
from consent_server.log.query import row

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.log.releases import Releases, Shown
    from consent_server.model import ConsentRecord

#: The banner runs in an origin of its own, and can neither store nor send anything.
_ALIVE = (
    "sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; "
    "style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@at_site(Role.READER)
async def show(asked: Asked) -> Response:
    """Show the record, and what its visitor was shown."""
    record = await _record(asked)
    if record is None:
        return _gone(asked)
    found = await _shown(asked, record)
    return asked.page(
        "record",
        record=record,
        cells=row(record),
        shown=found,
        wording=found and shown.wording(found, record.language),
        offered=found and shown.offered(found, record.language),
        alive=found is not None and shown.script(found, record.language) is not None,
        may_erase=asked.person.may(Role.EDITOR, asked.site),
    )


@at_site(Role.READER)
async def banner(asked: Asked) -> Response:
    """Answer with a page that has nothing on it but the banner, as it was."""
    record = await _record(asked)
    found = None if record is None else await _shown(asked, record)
    script = None if record is None or found is None else shown.script(found, record.language)
    if record is None or found is None or script is None:
        return _gone(asked)
    nonce = secrets.token_urlsafe(16)
    response = frame.page(
        asked.request,
        "record_banner",
        words=asked.words,
        nonce=nonce,
        script=script.decode(),
        wording=shown.wording(found, record.language),
    )
    response.headers["Content-Security-Policy"] = _ALIVE.replace("{nonce}", nonce)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@at_site(Role.EDITOR)
async def erase(asked: Asked) -> Response:
    """Ask whether to erase the decision, and erase it."""
    record = await _record(asked)
    if record is None:
        return _gone(asked)
    if asked.request.method == "GET" or not asked.form["sure"]:
        return asked.page("erase", record=record, cells=row(record))
    await asked.log.erase(record.id, site=asked.site, reason="asked for by the owner")
    await asked.did("erased a decision", record.decided_at.strftime("of %Y-%m-%d"), site=asked.site)
    return asked.back(f"/admin/{asked.site}/log", done="erased")


async def _record(asked: Asked) -> ConsentRecord | None:
    key = asked.request.query_params.get("id", "").lower()
    record = await asked.log.get(key, site=asked.site) if "\x00" not in key else None
    return None if record is None else await asked.log.whole(record)


async def _shown(asked: Asked, record: ConsentRecord) -> Shown | None:
    releases: Releases = asked.request.app.state.releases
    return await asyncio.to_thread(releases.shown_with, record)


def _gone(asked: Asked) -> Response:
    return asked.problem(404, "decision")


ROUTES = [
    Route("/admin/{site}/log/record", show),
    Route("/admin/{site}/log/record/banner", banner),
    Route("/admin/{site}/log/record/erase", erase, methods=["GET", "POST"]),
]
