"""The statements that ask the log: a page of decisions is found in some milliseconds.

Decisions that share all but person, time and page share a row of ``answer``, and there are few of
those. What is asked is asked of them. What is common is found at once among the newest decisions;
the page of what is rare is merged from the newest decisions of each answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import and_, case, func, literal_column, or_, select, tuple_

from consent_server.log.rows import ANSWER_NAMES, CATEGORIES, whole
from scanner.tables import answer, consent, offer, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, FromClause, Select

    from consent_server.log.query import Question
    from consent_server.model import Filter

_ENCODER = msgspec.json.Encoder()  # as the services of an answer are written

#: What a filter asks of answers by name.
_EQUAL = ("site", "revision", "language", "action", "surface", "country")

NEAR = 5_000  # decisions among which a page is looked for first: some milliseconds
NEAR_FOR_EACH = 20  # and more where the page is long

_one = consent.alias("one")
_DECIDED = _one.c.decided_at

_NEVER: ColumnElement[int] = literal_column(str(-(2**53)))  # before any decision

_WITHOUT = answer.c.services.is_(None)  # any service that was asked about by itself


def selections(question: Question, dialect: str) -> Iterator[Select[Any]]:
    """
    Yield the statements that find what *question* asks for, and one more.

    The last one finds all; of those before it the first that finds enough is as good, and quicker.
    """
    wanted = question.filter
    if wanted.id is None and wanted.names_answers:
        yield _near(question)
        if not _is_past(question):
            yield _merged(question, dialect)
    else:
        found = whole().where(*_named(wanted), *_before(consent, question))
        yield found.order_by(*_newest_first(consent)).limit(question.limit + 1)


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of a row of ``consent`` that *wanted* lets through."""
    return [*_times(consent, wanted), *_named(wanted)]


def _named(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of such a row, but for its time."""
    found = [] if wanted.id is None else [consent.c.id == wanted.id]
    if wanted.names_answers:
        found.append(consent.c.answer.in_(select(answer.c.id).where(*of_answers(wanted))))
    return found


def of_answers(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of a row of ``answer`` that *wanted* lets through."""
    found: list[ColumnElement[bool]] = [
        answer.c[name] == getattr(wanted, name)
        for name in _EQUAL
        if getattr(wanted, name) is not None
    ]
    found += [answer.c[category].is_(True) for category in wanted.granted]
    found += [answer.c[category].is_(False) for category in wanted.refused]
    found += [_granted(name) for name in wanted.granted_services]
    found += [_refused(name) for name in wanted.refused_services]
    return found


def _is_past(question: Question) -> bool:
    """Return whether the cursor of *question* leads to before its time."""
    since, cursor = question.filter.since, question.cursor
    return since is not None and cursor is not None and cursor[0] < to_milliseconds(since)


def _near(question: Question) -> Select[Any]:
    """
    Return the statement that finds the page among the next `NEAR` decisions of any kind.

    The answer of one after the other is looked at, until the page is full: said as a join, a
    database may well read all answers first.
    """
    near = (
        select(consent.c.seq, consent.c.decided_at, consent.c.answer)
        .where(*_before(consent, question))
        .order_by(*_newest_first(consent))
        .limit(max(NEAR, NEAR_FOR_EACH * question.limit))
        .subquery("near")
    )
    fits = select(answer.c.id).where(answer.c.id == near.c.answer, *of_answers(question.filter))
    page = (
        select(near.c.seq)
        .where(fits.scalar_subquery().is_not(None))
        .order_by(*_newest_first(near))
        .limit(question.limit + 1)
        .subquery("page")
    )
    return whole().join(page, page.c.seq == consent.c.seq).order_by(*_newest_first(consent))


def _merged(question: Question, dialect: str) -> Select[Any]:
    """
    Return the statement that finds the page, however far away it is.

    The page can only hold answers whose own newest decision is among the newest of all, as many as
    the page has lines: nothing in it is older than the last of those. And of each answer it can
    hold no more decisions than it has lines.
    """
    count = question.limit + 1
    newest = _newest(answer, question).with_only_columns(_DECIDED).limit(1).scalar_subquery()
    dated = select(answer, func.coalesce(newest, _NEVER).label("newest"))
    given = dated.where(*of_answers(question.filter))
    top = given.order_by(literal_column("newest").desc()).limit(count).cte("top")
    edge = select(case((func.count() == count, func.min(top.c.newest)))).select_from(top)
    oldest = func.coalesce(edge.scalar_subquery(), _NEVER)
    of_each = _newest(top, question).where(oldest <= _DECIDED).limit(count)
    if dialect == "postgresql":
        found: FromClause = of_each.lateral("found")
        joined = found.c.answer == top.c.id
    else:  # SQLite has no LATERAL
        found = consent.alias("found")
        joined = found.c.seq.in_(of_each.with_only_columns(_one.c.seq).correlate(top))
    columns = [found.c[column.name] for column in consent.c]
    columns += [top.c[name] for name in ANSWER_NAMES]
    return (
        select(*columns)
        .select_from(top)
        .join(found, joined)
        .order_by(*_newest_first(found))
        .limit(count)
    )


def _newest(given: FromClause, question: Question) -> Select[Any]:
    """Return the statement that finds the newest decisions with each of the answers *given*."""
    return (
        select(_one)
        .where(_one.c.answer == given.c.id, *_before(_one, question))
        .order_by(*_newest_first(_one))
        .correlate(given)
    )


def _newest_first(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    return table.c.decided_at.desc(), table.c.seq.desc()


def _before(table: FromClause, question: Question) -> list[ColumnElement[bool]]:
    """
    Return what holds, in time, of those that *question* asks for.

    Of two upper bounds only the lower is said: a database may well search by the other.
    """
    wanted, cursor = question.filter, question.cursor
    if cursor is None:
        return _times(table, wanted)
    if wanted.until is not None and to_milliseconds(wanted.until) <= cursor[0]:
        return _times(table, wanted)
    after = tuple_(table.c.decided_at, table.c.seq) < cursor
    return [*_times(table, msgspec.structs.replace(wanted, until=None)), after]


def _times(table: FromClause, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(table.c.decided_at >= to_milliseconds(wanted.since))
    if wanted.until is not None:
        found.append(table.c.decided_at < to_milliseconds(wanted.until))
    return found


def _granted(name: str) -> ColumnElement[bool]:
    """Return whether the service *name* was granted: by itself, or with a category of its."""
    said, unsaid = _said(name, "true"), or_(_WITHOUT, ~_said(name, "false"))
    return or_(said, and_(unsaid, _answered(name, granted=True)))


def _refused(name: str) -> ColumnElement[bool]:
    """Return whether the service *name* was offered, and not granted."""
    said, unsaid = _said(name, "false"), or_(_WITHOUT, ~_said(name, "true"))
    with_categories = and_(_answered(name, granted=False), ~_answered(name, granted=True))
    return or_(said, and_(unsaid, with_categories))


def _said(name: str, granted: str) -> ColumnElement[bool]:
    """Return whether the service *name* stands among an answer's own with *granted*."""
    said = answer.c.services.contains(
        f"{_ENCODER.encode(name).decode()}:{granted}", autoescape=True
    )
    return and_(~_WITHOUT, said)


def _answered(name: str, *, granted: bool) -> ColumnElement[bool]:
    """Return whether a category in which *name* was offered has *granted*."""
    shown = tuple_(answer.c.site, answer.c.revision)
    of_category = [
        and_(answer.c[category].is_(granted), shown.in_(_offering(name, category)))
        for category in CATEGORIES
    ]
    return or_(*of_category)


def _offering(name: str, category: str) -> Select[Any]:
    """Return the statement that finds where the service *name* was offered in *category*."""
    here = offer.c.service == name, offer.c.category == category
    return select(offer.c.site, offer.c.revision).where(*here)
