"""The statements that ask the log: a page of decisions is found in some milliseconds.

Decisions that share all but person, time and page share a row of ``answer``, and there are few of
those. What is asked is asked of them; the page is then merged from the newest decisions of each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, true, tuple_

from consent_server.log.rows import ANSWER_NAMES, CATEGORIES, DAY, whole
from scanner.tables import answer, consent, tally, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, FromClause, Select

    from consent_server.log.query import Question
    from consent_server.model import Filter

#: What a filter asks of answers by name.
_EQUAL = ("site", "revision", "language", "action", "surface", "country")


def selection(question: Question, dialect: str) -> Select[Any]:
    """Return the statement that finds what *question* asks for, and one more."""
    wanted = question.filter
    if wanted.id is None and wanted.names_answers:
        statement, table = _merged(question, dialect)
    else:
        statement, table = whole().where(*conditions(wanted), *_before(consent, question)), consent
    return statement.order_by(*_newest_first(table)).limit(question.limit + 1)


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of a row of ``consent`` that *wanted* lets through."""
    found = _times(consent, wanted)
    if wanted.id is not None:
        found.append(consent.c.id == wanted.id)
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
    found += [_service(name, "true") for name in wanted.granted_services]
    found += [_service(name, "false") for name in wanted.refused_services]
    return found


def tallied(wanted: Filter, by: Sequence[str]) -> Select[Any]:
    """Return the statement that finds how often each answer that *wanted* lets through came."""
    found = of_answers(wanted)
    if wanted.since is not None:
        found.append(tally.c.day >= to_milliseconds(wanted.since) // DAY)
    if wanted.until is not None:
        found.append(tally.c.day < -(-to_milliseconds(wanted.until) // DAY))
    told = [answer.c[name] for name in (*CATEGORIES, *by)]
    return (
        select(tally.c.day, answer.c.action, answer.c.surface, tally.c["count"], *told)
        .join_from(tally, answer, tally.c.answer == answer.c.id)
        .where(*found)
        .order_by(tally.c.day)
    )


def _merged(question: Question, dialect: str) -> tuple[Select[Any], FromClause]:
    """
    Return the statement that finds the page, and more, and the table that it finds it in.

    The page can only hold answers whose own newest decision is among the newest of all, as many as
    the page has lines; and of each answer no more decisions than that. SQLite begins with the
    answers only where they may stay alone, so its last rows may hold no decision.
    """
    count, outer = question.limit + 1, dialect == "sqlite"
    newest, of_newest = _newest(answer, 1, "newest", question, dialect)
    top = (
        select(answer)
        .join(newest, of_newest, isouter=outer)
        .where(*of_answers(question.filter))
        .order_by(*_newest_first(newest))
        .limit(count)
        .subquery("top")
    )
    given, of_given = _newest(top, count, "given", question, dialect)
    columns = [given.c[column.name] for column in consent.c]
    columns += [top.c[name] for name in ANSWER_NAMES]
    return select(*columns).select_from(top).join(given, of_given, isouter=outer), given


def _newest(
    given: FromClause, count: int, name: str, question: Question, dialect: str
) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the *count* newest decisions with each of the answers *given*, and how to join."""
    one = consent.alias(f"one_{name}")
    found = (
        select(one)
        .where(
            one.c.answer == given.c.id,
            *_times(one, question.filter),
            *_before(one, question),
        )
        .order_by(*_newest_first(one))
        .limit(count)
    )
    if dialect == "postgresql":
        return found.lateral(name), true()
    table = consent.alias(name)  # SQLite has no LATERAL
    return table, table.c.seq.in_(found.with_only_columns(one.c.seq).correlate(given))


def _newest_first(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    return table.c.decided_at.desc(), table.c.seq.desc()


def _before(table: FromClause, question: Question) -> list[ColumnElement[bool]]:
    """Return what holds of those after which *question* goes on."""
    if question.cursor is None:
        return []
    return [tuple_(table.c.decided_at, table.c.seq) < question.cursor]


def _times(table: FromClause, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(table.c.decided_at >= to_milliseconds(wanted.since))
    if wanted.until is not None:
        found.append(table.c.decided_at < to_milliseconds(wanted.until))
    return found


def _service(name: str, granted: str) -> ColumnElement[bool]:
    """Return whether the service *name* stands among an answer's with *granted*."""
    return answer.c.services.contains(f"{json.dumps(name)}:{granted}", autoescape=True)
