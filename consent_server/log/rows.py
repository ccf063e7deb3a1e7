"""Consent records as rows of the database, and back; the statements that add many at once."""

from __future__ import annotations

import binascii
import functools
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
)

from consent_server.log import leaf as leaves
from consent_server.log.statistics import IGNORED
from consent_server.model import Action, ConsentRecord, Ignored, Surface
from scanner.database import dialect_named
from scanner.model import OPTIONAL_CATEGORIES
from scanner.tables import answer, consent, from_milliseconds, leaf_group, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_FUNCTIONAL, _STATISTICS, _MARKETING = CATEGORIES
_ACTIONS = {action.value: action for action in Action}
_SURFACES: dict[str | None, Surface | None] = {None: None, **{each.value: each for each in Surface}}
_ENCODER = msgspec.json.Encoder(order="sorted")

DAY = 86_400_000  # milliseconds
AT_ONCE = 32  # rows in one statement of SQLite, which keeps a kilobyte of program for each

#: What names an answer, in order.
ANSWER_NAMES = (
    *("site", "revision", "language", "action"),
    *CATEGORIES,
    *("services", "surface", "country", "layout"),
)

#: What a new row of a consent holds after its position, in order.
_CONSENT_NAMES = tuple(str(each.name) for each in consent.c if each.name != "seq")

#: The same for PostgreSQL, which is told its place among others, and bytes in base64.
_GIVEN_NAMES = ("n", *_CONSENT_NAMES)
_Given: Any = msgspec.defstruct("_Given", _GIVEN_NAMES, gc=False)
_TELLER = msgspec.json.Encoder()

#: What `told` returns, and how psycopg writes the places of it.
_PARAMETERS = ("given", "hashes")
_PLACES = tuple(f"%({name})s" for name in _PARAMETERS)

#: Everything of a decision: a row of this is what `to_record` takes.
WHOLE = (*consent.c, *(answer.c[name] for name in ANSWER_NAMES))


def whole() -> Select[Any]:
    """Return the statement that finds all decisions, whole."""
    return select(*WHOLE).join_from(consent, answer, consent.c.answer == answer.c.id)


def leaf_count() -> Select[Any]:
    """Return the statement that finds how many leaves there are; no row: none."""
    held = func.length(leaf_group.c.hashes).op("/")(literal_column(str(leaves.LENGTH)))
    last = select(leaf_group.c.first + held).order_by(leaf_group.c.first.desc())
    return last.limit(literal_column("1"))


def groups_between(first: int, end: int) -> Select[Any]:
    """Return the statement that finds the groups in which the leaves from *first* to *end* are."""
    at_first = select(func.max(leaf_group.c.first)).where(leaf_group.c.first <= first)
    return (
        select(leaf_group)
        .where(
            leaf_group.c.first >= func.coalesce(at_first.scalar_subquery(), first),
            leaf_group.c.first < end,
        )
        .order_by(leaf_group.c.first)
    )


def to_record(row: Sequence[Any]) -> ConsentRecord:
    """Return the record that *row*, of `whole`, holds."""
    _, key, _, decided, received, page, gpc, flags, network, _, *given = row
    site, revision, language, action, *answers, services, surface, country, layout = given
    choices = {
        name: bool(granted)
        for name, granted in zip(CATEGORIES, answers, strict=True)
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
        services=msgspec.json.decode(services) if services else {},
        surface=_SURFACES[surface],
        country=country,
        network=network,
        layout=layout,
    )


#: The minutes of a day, as they are written.
_MINUTES = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))


#: What either database's driver returns for a column of these; another number was put there.
BOOLEANS = {None: None, 0: False, 1: True}


def to_leaf(row: Sequence[Any], given: tuple[Any, ...]) -> bytes:
    """
    Return the leaf of the decision in *row*, as `leaf.of_record` makes it, without the record.

    Args:
        row: Of ``consent``.
        given: Its answer, in the order of `ANSWER_NAMES`.
    """
    _, key, _, decided, received, page, gpc, flags, network, salt = row
    personal = leaves.personal_of(
        *(key, _written(decided), _written(received), given[2], page, BOOLEANS[gpc]),
        *(flags.split(" ") if flags else (), given[-2], network),
    )
    return leaves.leaf_hash(_core(received // DAY, given), leaves.inner(salt, personal))


@functools.lru_cache(maxsize=4096)  # few differ on one day
def _core(day: int, given: tuple[Any, ...]) -> bytes:
    """Return the core of the decisions of *day* with the answer *given*."""
    site, revision, _, action, *answers, services, surface, _, layout = given
    return leaves.core_of(
        day,
        site,
        revision,
        action,
        tuple(answers),
        tuple(msgspec.json.decode(services).items()) if services else (),
        surface,
        layout,
    )


def _written(milliseconds: int) -> str:
    """Return a moment as JSON has it."""
    day, rest = divmod(milliseconds, DAY)
    minute, rest = divmod(rest, 60_000)
    second, finer = divmod(rest, 1000)
    ending = f".{finer:03}000Z" if finer else "Z"
    return f"{_date(day)}T{_MINUTES[minute]}:{second:02}{ending}"


@functools.lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return from_milliseconds(day * DAY).date().isoformat()


def to_answer(record: ConsentRecord) -> tuple[Any, ...]:
    """Return what names the answer in *record*, in the order of `ANSWER_NAMES`."""
    choices, services = record.choices, record.services
    return (
        record.site,
        record.revision,
        record.language,
        record.action,
        choices.get(_FUNCTIONAL),
        choices.get(_STATISTICS),
        choices.get(_MARKETING),
        _ENCODER.encode(services).decode() if services else None,
        record.surface,
        record.country,
        record.layout,
    )


def to_ignored(told: Ignored, site: str, country: str | None, layout: str) -> tuple[Any, ...]:
    """Return what names that a banner was ignored, as `to_answer` does for a decision."""
    nothing = (None,) * len(CATEGORIES)
    where = (None, Surface.BANNER, country, layout)
    return (site, told.revision, told.language, IGNORED, *nothing, *where)


def digest(given: tuple[Any, ...]) -> bytes:
    """Return the hash that names an answer in the database."""
    return hashlib.sha256(_ENCODER.encode(given)).digest()


def to_row(record: ConsentRecord, *, given: int, salt: bytearray) -> tuple[Any, ...]:
    """
    Return what the row of *record* holds after its position.

    To bind what is neither a number, a text nor a bytearray, Python's SQLite asks several objects
    in vain how: that takes longer than the row.

    Args:
        given: The id of its answer.
        salt: That hides its personal part.
    """
    return (
        record.id,
        given,
        to_milliseconds(record.decided_at),
        to_milliseconds(record.received_at),
        record.page,
        int(record.gpc),
        " ".join(record.flags),
        record.network,
        salt,
    )


def additions(
    dialect: str,
    first: int | None,
    rows: Sequence[tuple[Any, ...]],
    hashes: Sequence[bytes],
) -> list[tuple[str, Any]]:
    """
    Return the driver's statements that add *rows* and their leaves.

    SQLite takes many rows in one statement, so that its lock, and Python's, are taken once;
    PostgreSQL takes them as JSON, which is told quickly, rows and leaves together.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        first: Position of the first; PostgreSQL goes on after the last.
        rows: As `to_row` returned them.
        hashes: Their leaves.
    """
    if dialect == "sqlite":
        assert first is not None
        statements: list[tuple[str, Any]] = [
            _added_consents(first + n, rows[n : n + AT_ONCE]) for n in range(0, len(rows), AT_ONCE)
        ]
        return [*statements, (_added_leaves(), (first, bytearray().join(hashes)))]
    texts = (each.decode() for each in told(rows, hashes))
    return [(for_postgresql(*_PLACES), dict(zip(_PARAMETERS, texts, strict=True)))]


def told(rows: Sequence[tuple[Any, ...]], hashes: Sequence[bytes]) -> list[bytes]:
    """Return *rows* and their leaves as `for_postgresql` takes them, in order."""
    given = _TELLER.encode([_Given(n, *row) for n, row in enumerate(rows)])
    return [given, binascii.b2a_base64(b"".join(hashes), newline=False)]


def _added_consents(first: int, rows: Sequence[tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
    """Return SQLite's statement that adds *rows*; what none of them has is not told."""
    columns = dict(zip(_CONSENT_NAMES, zip(*rows, strict=True), strict=True))
    told = {name: held for name, held in columns.items() if held.count(None) < len(rows)}
    values = itertools.chain.from_iterable(zip(*told.values(), strict=True))
    return _for_sqlite(tuple(told), len(rows)), (first, *values)


@functools.cache
def _added_leaves() -> str:
    """Return SQLite's statement that adds the leaves of a group, by the first's position."""
    return str(
        insert(leaf_group)
        .values(first=bindparam("first"), hashes=bindparam("hashes"))
        .compile(dialect=dialect_named("sqlite").dialect(paramstyle="qmark"))
    )


@functools.lru_cache(maxsize=256)
def _for_sqlite(names: tuple[str, ...], count: int) -> str:
    """
    Return the statement that adds *count* decisions, the first at the position that is its first.

    What fails takes its transaction back, so that SQLite needs no copies of the pages that the
    statement alone would have to restore: above 64 kB it puts them into a file, each time anew.
    """
    columns = ", ".join(("seq", *names))
    values = ", ?" * len(names)
    rows = ", ".join(f"(?1 + {n}{values})" for n in range(count))
    return f"INSERT OR ROLLBACK INTO consent ({columns}) VALUES {rows}"  # noqa: S608


@functools.cache
def for_postgresql(given: str, hashes: str) -> str:
    """
    Return the statement that adds decisions, with their leaves, and returns the first's position.

    Args:
        given: How the driver writes the place of the decisions, as JSON.
        hashes: How it writes that of their leaves, in base64.
    """
    count = func.coalesce(leaf_count().scalar_subquery(), literal_column("0"))
    first = select(count.label("first")).cte("base")
    types = {name: consent.c[name].type for name in _CONSENT_NAMES}
    types |= {"n": BigInteger(), "salt": Text()}
    rows = _told("given", _GIVEN_NAMES, types).cte("told")
    position = (first.c.first + rows.c.n).label("position")
    values = [_decoded(rows.c[name]) if name == "salt" else rows.c[name] for name in _CONSENT_NAMES]
    added = insert(consent).from_select(["seq", *_CONSENT_NAMES], select(position, *values))
    group = select(first.c.first, _decoded(bindparam("hashes", type_=Text())))
    leaves_too = insert(leaf_group).from_select(["first", "hashes"], group)
    statement = select(first.c.first).add_cte(added.cte("added"), leaves_too.cte("hashed"))
    dialect = dialect_named("postgresql").dialect(paramstyle="pyformat")
    compiled = str(statement.compile(dialect=dialect))
    for place, told in zip(_PLACES, (given, hashes), strict=True):
        compiled = compiled.replace(place, told)
    return compiled


def _decoded(told: ColumnElement[str]) -> ColumnElement[bytes]:
    """Return the bytes that are *told* in base64."""
    return func.decode(told, literal_column("'base64'"))


def _told(name: str, names: Sequence[str], types: dict[str, Any]) -> Select[Any]:
    """Return the rows that the parameter *name*, a JSON array of objects, tells of."""
    told = func.json_to_recordset(bindparam(name, type_=dialect_named("postgresql").JSON()))
    columns = [column(each, types[each]) for each in names]
    return select(
        *told.table_valued(*columns, name=f"{name}_rows").render_derived(with_types=True).c
    )
