"""Consent records as rows of the database, and back; the statements that add many at once."""

from __future__ import annotations

import functools
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, func, insert, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from consent_server import leaf as leaves
from consent_server.model import Action, ConsentRecord, Surface
from consent_server.statistics import Counted
from scanner.model import OPTIONAL_CATEGORIES
from scanner.tables import answer, consent, from_milliseconds, leaf, tally, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select, Table

CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_FUNCTIONAL, _STATISTICS, _MARKETING = CATEGORIES
_ACTIONS = {action.value: action for action in Action}
_SURFACES: dict[str | None, Surface | None] = {None: None, **{each.value: each for each in Surface}}
_ENCODER = msgspec.json.Encoder(order="sorted")

DAY = 86_400_000  # milliseconds

#: What names an answer, in order.
ANSWER_NAMES = (
    *("site", "revision", "language", "action"),
    *CATEGORIES,
    *("services", "surface", "country", "layout"),
)

#: What a new row of a consent holds after its position, in order.
_CONSENT_NAMES = tuple(column.name for column in consent.c if column.name != "seq")

#: Everything of a decision: a row of this is what `to_record` takes.
WHOLE = (*consent.c, *(answer.c[name] for name in ANSWER_NAMES))


def whole() -> Select[Any]:
    """Return the statement that finds all decisions, whole."""
    return select(*WHOLE).join_from(consent, answer, consent.c.answer == answer.c.id)


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


def to_leaf(row: Sequence[Any], given: Sequence[Any]) -> bytes:
    """
    Return the leaf of the decision in *row*, as `leaf.of_record` makes it, without the record.

    Args:
        row: Of ``consent``.
        given: Its answer, in the order of `ANSWER_NAMES`.
    """
    _, key, _, decided, received, page, gpc, flags, network, salt = row
    site, revision, language, action, *answers, services, surface, country, layout = given
    core = leaves.core_of(
        received // DAY,
        site,
        revision,
        action,
        tuple([None if granted is None else bool(granted) for granted in answers]),
        tuple(msgspec.json.decode(services).items()) if services else (),
        surface,
        layout,
    )
    personal = leaves.personal_of(
        *(key, _written(decided), _written(received), language, page, bool(gpc)),
        *(flags.split(), country, network),
    )
    return leaves.leaf_hash(core, leaves.inner(bytes(salt), personal))


def _written(milliseconds: int) -> str:
    """Return a moment as JSON has it."""
    finer = milliseconds % 1000
    return _whole_second(milliseconds // 1000) + (f".{finer:03}000Z" if finer else "Z")


@functools.lru_cache(maxsize=65_536)  # decisions that follow each other share their seconds
def _whole_second(seconds: int) -> str:
    return from_milliseconds(seconds * 1000).isoformat()[: -len("+00:00")]


def to_counted(row: Sequence[Any]) -> Counted:
    """Return the count that *row*, of `selection.tallied`, holds."""
    day, action, surface, count, *told = row
    choices = [None if granted is None else bool(granted) for granted in told[:3]]
    return Counted(day, tuple(told[3:]), action, surface, tuple(choices), count)


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


def digest(given: tuple[Any, ...]) -> bytes:
    """Return the hash that names an answer in the database."""
    return hashlib.sha256(_ENCODER.encode(given)).digest()


def to_row(record: ConsentRecord, *, given: int, salt: bytes) -> tuple[Any, ...]:
    """
    Return what the row of *record* holds after its position.

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
        record.gpc,
        " ".join(record.flags),
        record.network,
        salt,
    )


def additions(
    dialect: str,
    first: int | None,
    rows: Sequence[tuple[Any, ...]],
    hashes: Sequence[bytes],
    counts: Sequence[tuple[int, int, int]],
) -> list[tuple[str, Any]]:
    """
    Return the driver's statements that add *rows*, their leaves and *counts*.

    SQLite takes all rows in one statement, so that its lock, and Python's, are taken once;
    PostgreSQL takes an array for each column, and rows and leaves together.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        first: Position of the first; PostgreSQL goes on after the last.
        rows: As `to_row` returned them.
        hashes: Their leaves.
        counts: Day, answer, and how often it was given.
    """
    added: list[tuple[str, Any]]
    if dialect == "sqlite":
        added = [
            (
                _for_sqlite(consent, _CONSENT_NAMES, len(rows)),
                (first, *itertools.chain.from_iterable(rows)),
            ),
            (_for_sqlite(leaf, ("hash",), len(rows)), (first, *hashes)),
        ]
    else:
        columns = zip(_CONSENT_NAMES, map(list, zip(*rows, strict=True)), strict=True)
        added = [(_for_postgresql(), {**dict(columns), "hash": list(hashes)})]
    return added + [(counted(dialect), count) for count in counts]


@functools.lru_cache(maxsize=1024)
def _for_sqlite(table: Table, names: tuple[str, ...], count: int) -> str:
    """Return the statement that adds *count* rows, the first at the position that is its first."""
    (position,) = table.primary_key.columns.keys()
    columns = ", ".join(f'"{name}"' for name in (position, *names))
    values = ", ?" * len(names)
    rows = ", ".join(f"(?1 + {n}{values})" for n in range(count))
    return f"INSERT INTO {table.name} ({columns}) VALUES {rows}"  # noqa: S608


@functools.cache
def _for_postgresql() -> str:
    """Return the statement that adds decisions, as arrays, and their leaves."""
    one: ColumnElement[int] = literal_column("1")
    last = func.coalesce(func.max(leaf.c.position), literal_column("-1"))
    first = select((last + one).label("first")).cte("base")
    types = {name: consent.c[name].type for name in _CONSENT_NAMES} | {"hash": leaf.c.hash.type}
    arrays = [bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in types.items()]
    given = (
        func.unnest(*arrays)
        .table_valued(*types, with_ordinality="n", name="given")
        .render_derived()
    )
    position = (first.c.first + given.c.n - one).label("position")
    values = [given.c[name] for name in _CONSENT_NAMES]
    added = insert(consent).from_select(["seq", *_CONSENT_NAMES], select(position, *values))
    leaves = insert(leaf).from_select(["position", "hash"], select(position, given.c.hash))
    statement = leaves.add_cte(added.cte("added"))
    dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect))


@functools.cache
def counted(dialect_name: str) -> str:
    """Return the statement that adds a count to an answer's of a day."""
    if dialect_name == "sqlite":
        made: Any = sqlite.insert(tally)
        dialect: Any = sqlite.dialect()
    else:
        made = postgresql.insert(tally)
        dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    made = made.values(day=None, answer=None, count=None).on_conflict_do_update(
        index_elements=[tally.c.day, tally.c.answer],
        set_={"count": tally.c.count + made.excluded.count},
    )
    return str(made.compile(dialect=dialect))
