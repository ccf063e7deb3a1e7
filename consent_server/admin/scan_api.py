"""POST /api/v1/scans and GET /api/v1/scans/{id}: start a scan and watch it, with a token."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import msgspec
from starlette.routing import Route

from consent_server.answers import answer, refusal
from consent_server.api import check_site, with_token
from consent_server.tokens import Scope
from scanner.errors import QuestionInvalid, UnknownSite

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from consent_server.admin.jobs import Jobs
    from consent_server.admin.runner import Runner
    from consent_server.admin.trail import Trail
    from consent_server.shelf import Shelf
    from consent_server.tokens import Token

MAX_BODY = 1024  # bytes

_NUMBER = re.compile(r"\d{1,18}")


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which site to scan."""

    site: str


@with_token(Scope.SCAN)
async def start(request: Request) -> Response:
    """Start a scan of a site: 202 with its job; 409 while another of that site runs."""
    wish = await _wish(request)
    check_site(request, wish.site)
    shelf: Shelf = request.app.state.shelf
    if wish.site not in {site.key for site in await shelf.sites()}:
        raise UnknownSite("there is no such site")
    token: Token = request.state.token
    who = f"token: {token.name}"
    runner: Runner = request.app.state.runner
    trail: Trail = request.app.state.trail
    job = await runner.start(wish.site, asked_by=who)
    await asyncio.to_thread(trail.add, who, "started a scan", site=wish.site)
    return answer(job, status=202, headers={"Location": f"/api/v1/scans/{job.id}"})


@with_token(Scope.SCAN)
async def one(request: Request) -> Response:
    """Answer with what became of a scan that was started here."""
    number = request.path_params["id"]
    jobs: Jobs = request.app.state.jobs
    job = (
        await asyncio.to_thread(jobs.get, None, int(number)) if _NUMBER.fullmatch(number) else None
    )
    token: Token = request.state.token
    if job is None or not token.opens(job.site):
        return refusal(404, "there is no such scan")
    return answer(job)


async def _wish(request: Request) -> Wish:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise QuestionInvalid(f"the body has at most {MAX_BODY} bytes")
    try:
        return msgspec.json.decode(body, type=Wish)
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise QuestionInvalid(f'send {{"site": "…"}} as JSON: {exc}') from exc


ROUTES = [
    Route("/api/v1/scans", start, methods=["POST"]),
    Route("/api/v1/scans/{id}", one),
]
