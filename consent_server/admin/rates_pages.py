"""How visitors answer: a chart over time, or by language, layout, …, and the numbers behind it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin import chart
from consent_server.admin.gate import Asked, at_site
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import Role
from consent_server.log.query import read_question
from scanner.errors import QuestionInvalid

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.model import Filter

DAYS = 30  # that are shown when nobody asks for others
MAX_DAYS = 5 * 366

#: What the chart can be told apart by; the first: over time.
BY = ("time", "language", "layout", "revision", "country")


@at_site(Role.READER)
async def show(asked: Asked) -> Response:
    """Show the shares of visitors who accepted, chose, refused, and left it at that."""
    query = {name: value for name, value in asked.request.query_params.items() if value}
    mistake = None
    try:
        by, wanted = _wanted(asked.site, query)
    except Mistake as exc:
        mistake = exc.said(asked.words)
        by, wanted = _wanted(asked.site, {})
    assert wanted.since is not None
    assert wanted.until is not None
    since, until = wanted.since.date(), wanted.until.date() - dt.timedelta(days=1)
    if by == "time":
        tallies = chart.by_time(await asked.log.statistics(wanted), since=since, until=until)
    else:
        days = await asked.log.statistics(wanted, by=(by,))
        tallies = chart.by_value(days, by, unknown=asked.words.text("common.not_known"))
    return asked.page(
        "rates",
        status=200 if mistake is None else 400,
        mistake=mistake,
        by=by,
        choices=BY,
        since=since,
        until=until,
        asked=query,
        weekly=(until - since).days >= chart.MAX_DAYS,
        tallies=tallies,
        total=chart.total(tallies),
        drawn=chart.columns(tallies),
        size=(chart.WIDTH, chart.HEIGHT),
        parts=chart.PARTS,
    )


def _wanted(site: str, query: dict[str, str]) -> tuple[str, Filter]:
    """
    Return by what to tell apart, and which answers to count.

    Raises:
        Mistake: If *query* makes no sense.
    """
    by = query.get("by", BY[0])
    if by not in BY:
        raise Mistake("ask_by", choices=", ".join(BY))
    today = dt.datetime.now(dt.UTC).date()
    until = _day(query, "to", today)
    month = min(dt.timedelta(days=DAYS - 1), until - dt.date.min)
    since = _day(query, "from", until - month)
    if not dt.timedelta(0) <= until - since < dt.timedelta(days=MAX_DAYS):
        raise Mistake("ask_days")
    pairs = [("site", site), ("from", since.isoformat()), ("to", until.isoformat())]
    pairs += [(name, query[name]) for name in ("language", "revision") if name in query]
    try:
        return by, read_question(pairs, paged=False).filter
    except QuestionInvalid as exc:
        raise Mistake("ask_unknown") from exc


def _day(query: dict[str, str], name: str, usual: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(query[name]) if name in query else usual
    except ValueError as exc:
        raise Mistake("ask_day", name=name) from exc


ROUTES = [Route("/admin/{site}/rates", show)]
