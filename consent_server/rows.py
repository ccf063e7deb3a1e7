"""Consent records as rows of the database, and back; the statements that add many at once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from consent_server.model import Action, ConsentRecord
from scanner.model import OPTIONAL_CATEGORIES
from scanner.tables import consent, from_milliseconds, leaf, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Table

_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)

#: What a new row of each table holds, in order.
_COLUMNS = {consent: tuple(consent.c.keys()), leaf: ("position", "hash")}


def to_record(row: Row[Any]) -> ConsentRecord:
    """Return the record that *row* holds."""
    answers = ((name, getattr(row, name)) for name in _CATEGORIES)
    return ConsentRecord(
        id=row.id,
        site=row.site,
        revision=row.revision,
        choices={name: bool(granted) for name, granted in answers if granted is not None},
        action=Action(row.action),
        language=row.language,
        decided_at=from_milliseconds(row.decided_at),
        received_at=from_milliseconds(row.received_at),
        page=row.page,
        gpc=bool(row.gpc),
        flags=tuple(row.flags.split()),
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
