"""Consent records as rows of the database, and back; the statements that add many at once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from consent_server.model import Action, ConsentRecord
from scanner.model import OPTIONAL_CATEGORIES
from scanner.tables import consent, from_milliseconds, leaf, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select, Table

_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)

_DAY = 86_400_000  # milliseconds

_ACTIONS = {action.value: action for action in Action}

#: What a new row of each table holds, in order.
_COLUMNS = {consent: tuple(consent.c.keys()), leaf: ("position", "hash")}


def to_record(row: Sequence[Any]) -> ConsentRecord:
    """Return the record that *row*, of the whole table, holds."""
    _, key, site, revision, *answers, action, language, decided, received, page, gpc, flags, _ = row
    choices = {
        name: bool(granted)
        for name, granted in zip(_CATEGORIES, answers, strict=True)
        if granted is not None
    }
    return ConsentRecord(
        id=key,
        site=site,
        revision=revision,
        choices=choices,
        action=_ACTIONS[action],
        language=language,
        decided_at=from_milliseconds(decided),
        received_at=from_milliseconds(received),
        page=page,
        gpc=bool(gpc),
        flags=tuple(flags.split()) if flags else (),
    )


def to_row(record: ConsentRecord, *, seq: int, salt: bytes) -> tuple[Any, ...]:
    """Return what the row of *record* holds, in the order of the columns."""
    choices = record.choices
    return (
        seq,
        record.id,
        record.site,
        record.revision,
        *[choices.get(name) for name in _CATEGORIES],
        record.action.value,
        record.language,
        to_milliseconds(record.decided_at),
        to_milliseconds(record.received_at),
        record.page,
        record.gpc,
        " ".join(record.flags),
        salt,
    )


def by_day(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that counts, for each day and action, answers by category."""
    day = (consent.c.decided_at // _DAY).label("day")
    counted = [
        func.coalesce(func.sum(case((consent.c[name].is_(granted), 1), else_=0)), 0)
        for name in _CATEGORIES
        for granted in (True, False)
    ]
    return (
        select(day, consent.c.action, func.count(), *counted)
        .where(*conditions)
        .group_by(day, consent.c.action)
        .order_by(day, consent.c.action)
    )


def addition(dialect: str, table: Table, rows: Sequence[tuple[Any, ...]]) -> tuple[str, Any]:
    """
    Return the driver's statement that adds *rows* to *table*, and its parameters.

    A consent whose id is there already is not added. SQLite takes all rows in one statement, so
    that its lock, and Python's, are taken once; PostgreSQL takes one array for each column.
    """
    if dialect == "sqlite":
        return _for_sqlite(table, len(rows)), tuple(value for row in rows for value in row)
    columns = map(list, zip(*rows, strict=True))
    return _for_postgresql(table), dict(zip(_COLUMNS[table], columns, strict=True))


@functools.lru_cache(maxsize=1024)
def _for_sqlite(table: Table, count: int) -> str:
    one, values = _one_for_sqlite(table)
    return one.replace(values, ", ".join([values] * count))


@functools.cache
def _one_for_sqlite(table: Table) -> tuple[str, str]:
    """Return the statement that adds one row, and the part of it that stands for the row."""
    names = _COLUMNS[table]
    statement = _without_twins(table, sqlite.insert(table).values(dict.fromkeys(names)))
    return (
        str(statement.compile(dialect=sqlite.dialect())),
        f"({', '.join('?' * len(names))})",
    )


@functools.cache
def _for_postgresql(table: Table) -> str:
    names = _COLUMNS[table]
    arrays = [
        func.unnest(bindparam(name, type_=postgresql.ARRAY(table.c[name].type))) for name in names
    ]
    statement = postgresql.insert(table).from_select(names, select(*arrays))
    dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    return str(_without_twins(table, statement).compile(dialect=dialect))


def _without_twins(table: Table, statement: Any) -> Any:
    if table is consent:
        return statement.on_conflict_do_nothing(index_elements=[consent.c.id])
    return statement
