"""The consent log of a site: asked by a form, each record as it was shown, erased, taken along."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.routing import Route

from consent_server.admin.gate import Asked, at_site
from consent_server.admin.model import Role
from consent_server.admin.trail import told
from consent_server.api import export_answer
from consent_server.log.query import read_question, row
from consent_server.model import Action, Surface
from scanner.errors import QuestionInvalid
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.log.query import Question


@at_site(Role.READER)
async def search(asked: Asked) -> Response:
    """Show the records of the site, newest first, and a form to ask for some of them."""
    query = {name: value for name, value in asked.request.query_params.items() if value}
    mistake: str | None = None
    rows: list[dict[str, str]] = []
    count, cursor = 0, None
    try:
        question = _question(asked.site, query)
    except QuestionInvalid as exc:
        mistake = str(exc)
    else:
        found, count = await asyncio.gather(
            asked.log.find(question), asked.log.count(question.filter)
        )
        cursor = found.next_cursor
        rows = [row(record) for record in found.records]
    kept = {name: value for name, value in query.items() if name != "cursor"}
    return asked.page(
        "log",
        status=200 if mistake is None else 400,
        asked=query,
        mistake=mistake,
        rows=rows,
        count=count,
        next=cursor and urlencode({**kept, "cursor": cursor}),
        kept=urlencode(kept),
        categories=[category.value for category in OPTIONAL_CATEGORIES],
        actions=[action.value for action in Action],
        services=await asked.log.services(asked.site),
        surfaces=[surface.value for surface in Surface],
        done=query.get("done"),
    )


@at_site(Role.READER)
async def export(asked: Asked) -> Response:
    """Answer with all records of the site that the query lets through."""
    query = {name: value for name, value in asked.request.query_params.items() if value}
    form = query.pop("format", "csv")
    try:
        question = _question(asked.site, query)
        answer = export_answer(asked.log, question, form, name=asked.site)
    except QuestionInvalid as exc:
        return asked.problem(400, "Nothing was exported", str(exc))
    await asked.did("exported the log", f"{form} {told(query.items())}".strip(), site=asked.site)
    return answer


def _question(site: str, query: dict[str, str]) -> Question:
    """
    Return what *query* asks of the log of *site*, and of no other.

    Raises:
        QuestionInvalid: If it makes no sense, or asks for another site.
    """
    if query.get("site", site) != site:
        raise QuestionInvalid("'site' stands in the address already")
    named = {name: value for name, value in query.items() if name not in ("site", "done")}
    return read_question([("site", site), *named.items()])


ROUTES = [
    Route("/admin/{site}/log", search),
    Route("/admin/{site}/log/export", export),
]
