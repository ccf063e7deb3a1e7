"""The read API, for holders of a token: the log, the sites, their catalogues."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consent_server.admin.trail import told
from consent_server.answers import answer, refusal
from consent_server.log.export import FORMATS, exported, resumed
from consent_server.log.query import read_question
from consent_server.log.statistics import APART
from consent_server.tokens import Scope
from scanner.errors import QuestionInvalid, UnknownSite
from scanner.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from consent_server.admin.trail import Trail
    from consent_server.log import ConsentLog
    from consent_server.log.query import Question
    from consent_server.shelf import Shelf
    from consent_server.tokens import Door, Token

    Endpoint = Callable[[Request], Awaitable[Response]]

_MEDIA_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def with_token(scope: Scope) -> Callable[[Endpoint], Endpoint]:
    """Let only those in who show a token for *scope*, and to the sites that it is for."""

    def guard(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        async def guarded(request: Request) -> Response:
            kind, _, secret = request.headers.get("authorization", "").partition(" ")
            door: Door = request.app.state.door
            token = None
            if kind.lower() == "bearer":
                token = await asyncio.to_thread(door.matching, secret.strip())
            if token is None:
                return refusal(
                    401,
                    "this needs a token: Authorization: Bearer …",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            if scope not in token.scopes:
                return refusal(403, f"this token is not for this: it lacks the scope '{scope}'")
            request.state.token = token
            return await endpoint(request)

        return guarded

    return guard


def _question(request: Request, pairs: list[tuple[str, str]], *, paged: bool = True) -> Question:
    """Return the question that *pairs* ask, if the token is for the site that they name."""
    question = read_question(pairs, paged=paged)
    token: Token = request.state.token
    if token.sites is not None:
        if question.filter.site is None:
            raise QuestionInvalid(
                f"this token is for some sites: say which, as site={min(token.sites, default='')}"
            )
        check_site(request, question.filter.site)
    return question


def check_site(request: Request, site: str) -> None:
    """Let *site* pass if the token is for it; else it is as if there were none."""
    token: Token = request.state.token
    if not token.opens(site):
        raise UnknownSite("there is no such site")


@with_token(Scope.READ)
async def consents(request: Request) -> Response:
    """Answer with a page of the records that the query asks for, newest first."""
    log: ConsentLog = request.app.state.log
    return answer(await log.find(_question(request, request.query_params.multi_items())))


@with_token(Scope.READ)
async def consents_count(request: Request) -> Response:
    """Answer with how many records the query lets through."""
    log: ConsentLog = request.app.state.log
    question = _question(request, request.query_params.multi_items(), paged=False)
    return answer({"count": await log.count(question.filter)})


@with_token(Scope.EXPORT)
async def consents_export(request: Request) -> Response:
    """Answer with all records that the query lets through, as they are read."""
    pairs = request.query_params.multi_items()
    forms = [value for name, value in pairs if name == "format"] or ["jsonl"]
    if len(forms) > 1:
        raise QuestionInvalid("'format' stands twice")
    after = [value for name, value in pairs if name == "after"]
    if len(after) > 1:
        raise QuestionInvalid("'after' stands twice")
    question = _question(request, [pair for pair in pairs if pair[0] not in ("format", "after")])
    log: ConsentLog = request.app.state.log
    wanted = await resumed(log, question, after[0]) if after else question
    response = export_answer(log, wanted, forms[0], head=not after)
    token: Token = request.state.token
    trail: Trail = request.app.state.trail
    await asyncio.to_thread(
        trail.add,
        f"token: {token.name}",
        "exported the log",
        site=question.filter.site,
        detail=told(pairs),
    )
    return response


@with_token(Scope.READ)
async def stats(request: Request) -> Response:
    """Answer with how visitors decided, day by day."""
    log: ConsentLog = request.app.state.log
    pairs = request.query_params.multi_items()
    by = [value for name, value in pairs if name == "by"]
    if len(set(by)) < len(by) or not set(by) <= set(APART):
        raise QuestionInvalid(f"'by' is one of {', '.join(APART)}, each at most once")
    question = _question(request, [pair for pair in pairs if pair[0] != "by"], paged=False)
    if question.filter.id is not None:
        raise QuestionInvalid("'id' cannot be asked for: statistics know of no single decision")
    return answer({"days": await log.statistics(question.filter, by=by)})


@with_token(Scope.READ)
async def sites(request: Request) -> Response:
    """Answer with all sites, and what each is served."""
    shelf: Shelf = request.app.state.shelf
    token: Token = request.state.token
    return answer(
        {
            "sites": [
                await _site(shelf, site.key)
                for site in await shelf.sites()
                if token.opens(site.key)
            ]
        }
    )


@with_token(Scope.READ)
async def catalogue(request: Request) -> Response:
    """Answer with what a site stores, after its newest scan."""
    shelf: Shelf = request.app.state.shelf
    key = request.path_params["site"]
    check_site(request, key)
    if await shelf.get(key) is None:
        return refusal(404, "there is no such site")
    return answer(await asyncio.to_thread(Store(request.app.state.engine).catalogue, key))


def export_answer(
    log: ConsentLog,
    question: Question,
    form: str,
    *,
    name: str = "consents",
    head: bool = True,
) -> Response:
    """
    Return a file *name* with all records that *question* asks for, sent as they are read.

    CSV has a *head* with the names of its columns.

    Raises:
        QuestionInvalid: If there is no format *form*.
    """
    if form not in FORMATS:
        raise QuestionInvalid(f"'format' is one of {', '.join(FORMATS)}")
    return StreamingResponse(
        exported(log, question, form, head=head),
        media_type=_MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _site(shelf: Shelf, key: str) -> dict[str, Any]:
    served = await shelf.get(key)
    assert served is not None, "it was in the list just now"
    return {
        "site": key,
        "url": served.site.url,
        "languages": served.site.languages,
        "revision": served.declaration.revision,
        "scanned_at": served.declaration.scanned_at,
        "categories": served.declaration.categories,
        "items": len(served.declaration.items),
    }


ROUTES = [
    Route("/api/v1/consents", consents),
    Route("/api/v1/consents/count", consents_count),
    Route("/api/v1/consents/export", consents_export),
    Route("/api/v1/stats", stats),
    Route("/api/v1/sites", sites),
    Route("/api/v1/sites/{site}/catalogue", catalogue),
]
