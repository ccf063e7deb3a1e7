"""The statements that count, over the whole log, what a filter lets through.

What is counted already (see `counting`) is summed; the few decisions after it are counted now, in
the same statement, so that none is counted twice or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    cast,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from consent_server.log.counting import DIMENSIONS, RECEIVED_ON, TOGETHER
from consent_server.log.measures import added_up
from consent_server.log.rows import DAY
from consent_server.log.selection import conditions, of_answers
from consent_server.model import Filter
from scanner.tables import (
    ADDED_UP,
    answer,
    consent,
    counted,
    daily,
    open_day,
    tally,
    to_milliseconds,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select


def total(wanted: Filter) -> Select[Any]:
    """Return the statement that counts the decisions that *wanted* lets through."""
    if wanted.id is not None or wanted.since is not None or wanted.until is not None:
        return select(func.count()).select_from(consent).where(*conditions(wanted))
    found = of_answers(wanted)
    held = select(func.coalesce(func.sum(answer.c.held), 0)).where(*found)
    rest = _uncounted()
    more = select(func.count()).join_from(rest, answer, rest.c.answer == answer.c.id)
    return select(held.scalar_subquery() + more.where(*found).scalar_subquery())


def by_day(wanted: Filter, by: Sequence[str]) -> CompoundSelect[Any]:
    """
    Return the statement that adds up, for each day, the answers that *wanted* lets through.

    Its rows hold the day, the values of what they are told apart *by*, and `ADDED_UP`; of one day
    and the same values there may be several, which who reads them adds up: nearly all stand alone.
    """
    rest = _uncounted()
    counted_now = (
        select(rest.c.day, *_apart(by), *added_up(literal_column("1")))
        .join_from(rest, answer, rest.c.answer == answer.c.id)
        .where(*of_answers(wanted), *_days(rest.c.day, wanted))
        .group_by(rest.c.day, *_apart(by))
    )
    tallied = (
        select(tally.c.day, *_apart(by), *added_up(tally.c["count"]))
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(*of_answers(wanted), *_days(tally.c.day, wanted))
        .group_by(tally.c.day, *_apart(by))
    )
    dimension = _dimension(wanted, by)
    if dimension is None:
        parts = [counted_now, tallied]
    else:
        tallied = tallied.where(tally.c.day.in_(_days_not_added_up(dimension)))
        parts = [counted_now, tallied, _added_up_before(wanted, by, dimension)]
    return union_all(*parts)


def _uncounted() -> CTE:
    """Return the decisions that are not counted yet: day of receipt and answer."""
    first = select(counted.c.leaves).scalar_subquery()
    rest = select(RECEIVED_ON.label("day"), consent.c.answer).where(consent.c.seq >= first)
    return rest.cte("rest").prefix_with("MATERIALIZED")


def _dimension(wanted: Filter, by: Sequence[str]) -> str | None:
    """Return that of `daily` which answers the question; None: it asks for more."""
    plain = Filter(
        site=wanted.site,
        since=wanted.since,
        until=wanted.until,
        revision=wanted.revision,
        language=wanted.language,
        country=wanted.country,
        id=wanted.id,
    )
    named = {name for name in DIMENSIONS if getattr(wanted, name, None) is not None}
    asked = sorted(named | set(by) - {"site"})
    if wanted != plain:
        return None
    return TOGETHER if len(asked) > 1 else "".join(asked)


def _days_not_added_up(dimension: str) -> Select[Any] | CompoundSelect[Any]:
    """
    Return the statement that finds the days that `daily` does not tell of by *dimension*.

    Those that a server older than revision 0015 added up lack what is `TOGETHER`.
    """
    still = select(open_day.c.day)
    if dimension != TOGETHER:
        return still
    together = select(daily.c.day).where(daily.c.dimension == TOGETHER, daily.c.site == "")
    older = select(daily.c.day).where(daily.c.dimension == "", daily.c.day.not_in(together))
    return union(still, older)


def _added_up_before(wanted: Filter, by: Sequence[str], dimension: str) -> Select[Any]:
    """Return the statement that finds what `daily` tells of by *dimension*."""
    told = {dimension: daily.c.value}
    if dimension == TOGETHER:
        told = {name: daily.c[name] for name in DIMENSIONS}
    apart = [
        daily.c.site.label(name)
        if name == "site"
        else func.nullif(told[name], literal_column("''")).label(name)
        for name in by
    ]
    found = [daily.c.dimension == dimension, *_days(daily.c.day, wanted)]
    if wanted.site is not None:
        found.append(daily.c.site == wanted.site)
    elif dimension == TOGETHER:
        found.append(daily.c.site != "" if "site" in by else daily.c.site == "")
    found += [
        column == getattr(wanted, name)
        for name, column in told.items()
        if getattr(wanted, name, None) is not None
    ]
    alike = [daily.c.day, *apart]
    if dimension != TOGETHER and (wanted.site is not None or "site" in by):
        return select(*alike, *(daily.c[name] for name in ADDED_UP)).where(*found)
    sums = [cast(func.sum(daily.c[name]), BigInteger).label(name) for name in ADDED_UP]
    return select(*alike, *sums).where(*found).group_by(*alike)


def _apart(by: Sequence[str]) -> list[ColumnElement[Any]]:
    return [answer.c[name] for name in by]


def _days(day: ColumnElement[int], wanted: Filter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.since is not None:
        found.append(day >= to_milliseconds(wanted.since) // DAY)
    if wanted.until is not None:
        found.append(day < -(-to_milliseconds(wanted.until) // DAY))
    return found
