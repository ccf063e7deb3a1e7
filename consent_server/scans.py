"""The read API of scans, and of what they found, for holders of a token."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from consent_server.answers import answer
from consent_server.api import check_site, with_token
from consent_server.log.query import read_limit
from consent_server.tokens import Scope
from scanner.errors import QuestionInvalid, UnknownSite
from scanner.store import Store

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from consent_server.shelf import Shelf
    from consent_server.tokens import Token

NAMES = ("site", "cursor", "limit")

_NUMBER = re.compile(r"\d{1,18}")


@with_token(Scope.READ)
async def scans(request: Request) -> Response:
    """Answer with a page of the scans of a site, or of all, newest first."""
    asked = _asked(request)
    sites, limit = await _sites(request, asked), read_limit(asked)
    below = asked.get("cursor")
    if below is not None and not _NUMBER.fullmatch(below):
        raise QuestionInvalid("'cursor' is not one that an answer gave as next_cursor")
    found = await asyncio.to_thread(
        Store(request.app.state.engine).kept,
        sites,
        limit=limit + 1,
        below=None if below is None else int(below),
    )
    page = found[:limit]
    rest = str(page[-1].id) if len(found) > limit else None
    return answer({"scans": [scan._asdict() for scan in page], "next_cursor": rest})


@with_token(Scope.READ)
async def findings(request: Request) -> Response:
    """Answer with what the newest scan of a site found amiss, or of each site, in pages."""
    asked = _asked(request)
    sites, limit = await _sites(request, asked), read_limit(asked)
    store = Store(request.app.state.engine)
    if "site" in asked:
        return answer(await asyncio.to_thread(_found, store, asked["site"]))
    after = asked.get("cursor", "")
    page = [site for site in sorted(sites) if site > after]
    found = [{"site": site} | await asyncio.to_thread(_found, store, site) for site in page[:limit]]
    rest = page[limit - 1] if len(page) > limit else None
    return answer({"sites": found, "next_cursor": rest})


def _found(store: Store, site: str) -> dict[str, Any]:
    newest = store.newest(site)
    return {
        "scanned_at": newest and newest.finished_at,
        "findings": newest.findings if newest else [],
    }


def _asked(request: Request) -> dict[str, str]:
    """Return what is asked, each thing once."""
    pairs = request.query_params.multi_items()
    for name, value in pairs:
        if name not in NAMES:
            raise QuestionInvalid(f"'{name}' cannot be asked for: there are {', '.join(NAMES)}")
        if "\x00" in value:
            raise QuestionInvalid(f"'{name}' holds a NUL")
    if len(dict(pairs)) < len(pairs):
        raise QuestionInvalid("each of them stands once")
    return dict(pairs)


async def _sites(request: Request, asked: dict[str, str]) -> list[str]:
    """Return the site that is asked for, or all that the token is for, if they are in the list."""
    shelf: Shelf = request.app.state.shelf
    token: Token = request.state.token
    known = [site.key for site in await shelf.sites() if token.opens(site.key)]
    if "site" not in asked:
        return known
    check_site(request, asked["site"])
    if asked["site"] not in known:
        raise UnknownSite("there is no such site")
    return [asked["site"]]


ROUTES = [Route("/api/v1/scans", scans), Route("/api/v1/findings", findings)]
