"""The consent log of a site: asked by a form, each record as it was shown, erased, taken along."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.routing import Route

from consent_server.admin.gate import Asked, at_site
from consent_server.admin.mistakes import Mistake
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
    from consent_server.model import ConsentRecord


@at_site(Role.READER)
async def search(asked: Asked) -> Response:
    """Show the records of the site, newest first, and a form to ask for some of them."""
    query = {name: value for name, value in asked.request.query_params.items() if value}
    mistake: str | None = None
    rows: list[tuple[ConsentRecord, dict[str, str]]] = []
    count, cursor = 0, None
    try:
        question = _question(asked, query)
    except Mistake as exc:
        mistake = exc.said(asked.words)
    else:
        found, count = await asyncio.gather(
            asked.log.find(question), asked.log.count(question.filter)
        )
        cursor = found.next_cursor
        rows = [(record, row(record)) for record in found.records]
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
        answer = export_answer(asked.log, _question(asked, query), form, name=asked.site)
    except Mistake as exc:
        return asked.problem(400, "not_exported", mistake=exc)
    except QuestionInvalid:
        return asked.problem(400, "not_exported", "mistakes.ask_unknown")
    await asked.did("exported the log", f"{form} {told(query.items())}".strip(), site=asked.site)
    return answer


def _question(asked: Asked, query: dict[str, str]) -> Question:
    """
    Return what *query* asks of the log of the site, and of no other; its days are the person's.

    Raises:
        Mistake: If it makes no sense, or asks for another site.
    """
    if query.get("site", asked.site) != asked.site:
        raise Mistake("ask_site")
    named = {name: value for name, value in query.items() if name not in ("site", "done")}
    if "granted" in named and not named.keys() & {"category", "service"}:
        raise Mistake("ask_granted")
    for name in named.keys() & {"from", "to"}:
        named[name] = _moment(named[name], name, zone=asked.words.zone)
    try:
        return read_question([("site", asked.site), *named.items()])
    except QuestionInvalid as exc:
        raise Mistake("ask_unknown") from exc


def _moment(text: str, name: str, *, zone: dt.tzinfo) -> str:
    """Return the moment that *text* means: a day begins, or as "to" ends, in *zone*."""
    try:
        moment = dt.datetime.fromisoformat(text)
        if len(text) == len("2026-11-22"):
            whole = dt.timedelta(days=name == "to")
            return (moment + whole).replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError) as exc:
        raise Mistake("ask_day", name=name) from exc
    return text


ROUTES = [
    Route("/admin/{site}/log", search),
    Route("/admin/{site}/log/export", export),
]
