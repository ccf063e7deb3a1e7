"""Check the whole log: every decision against its leaf, and the leaves against the checkpoints."""

from __future__ import annotations

import heapq
import itertools
from operator import index, itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from consent_server.log import leaf as leaves
from consent_server.log import note
from consent_server.log.merkle import Frontier
from consent_server.log.rows import ANSWER_NAMES, BOOLEANS, CATEGORIES, digest, to_leaf
from scanner.database import at_one_moment
from scanner.errors import DatabaseUnusable
from scanner.tables import answer, bare_leaf, checkpoint, consent, leaf_group, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nacl.signing import VerifyKey
    from sqlalchemy import ColumnElement, Connection, Engine, Select

MAX_FAULTS = 100  # told one by one; who has more has lost the whole

_ROWS = 5000  # that are held at once
_GROUPS = 500  # that are held at once; each has 500 leaves at most, but on most sites one
_POSITION = itemgetter(0)  # of any row
_BARE = len(bare_leaf.c)  # columns, by which a row is told from a decision
_ANSWER_COLUMNS = tuple(column.name for column in answer.c)[1:]
_UNREADABLE = 1  # column of what stands for a row that cannot be read: its position

#: What is raised where a column holds what nobody wrote there, of another type even.
_NO_RECORD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; no *faults* means that nothing was altered, as far as *proven* says."""

    leaves: int  # decisions and erasures
    erased: int
    checkpoints: int  # that hold
    proven: int  # leaves under the newest checkpoint that holds; later ones prove nothing yet
    faults: tuple[str, ...]


def verify(engine: Engine, *, key: VerifyKey, outside: Iterable[str] = ()) -> Verdict:
    """
    Return what is wrong with the log in *engine*'s database.

    Args:
        key: That signed the checkpoints.
        outside: Notes of checkpoints that were kept elsewhere; those in the database count too.

    Raises:
        DatabaseUnusable: If the database does not answer, or is damaged so that it cannot.
    """
    driver: Any = engine.dialect.dbapi
    try:
        with engine.connect() as connection:
            at_one_moment(connection)  # servers may write meanwhile
            return _Audit(connection, key, outside).run()
    except (driver.Error, DBAPIError) as exc:
        raise DatabaseUnusable(
            f"the log cannot be read ({getattr(exc, 'orig', exc)}): "
            "'kapsel database check' may say more"
        ) from exc


class _Audit:
    def __init__(self, connection: Connection, key: VerifyKey, outside: Iterable[str]) -> None:
        self._connection = connection
        self._cursor = connection.connection.cursor()
        driver: Any = connection.dialect.dbapi
        self._unreadable = (UnicodeDecodeError, driver.OperationalError)  # a text that is none
        self._faults: list[str] = []
        self._size = 0  # up to where leaves were looked at
        self._missing: list[range] = []
        self._redacted: set[int] = set()
        self._erasures: set[int] = set()
        self._proven = self._holding = 0
        self._stated = self._statements(key, outside)
        self._answers = self._given()

    def run(self) -> Verdict:
        frontier = Frontier()
        nodes = self._nodes()
        held = heapq.merge(
            self._rows(consent, consent.c.seq, _ROWS),
            self._rows(bare_leaf, bare_leaf.c.position, _ROWS),
            key=_POSITION,
        )
        row = next(held, None)
        each = self._leaves()
        while some := list(itertools.islice(each, _ROWS)):
            for place, hashed in some:
                while row is not None and row[0] < place:
                    row = self._without_leaf(row, held)
                if row is None or row[0] > place:
                    self._fault(f"decision {place} was removed")
                    continue
                self._check(hashed, row)
                row = next(held, None)
            begun = frontier.size  # behind a gap no leaf stands where it would be
            whole = [hashed for n, (place, hashed) in enumerate(some, begun) if place == n]
            self._grow(frontier, whole, nodes)
        while row is not None:
            row = self._without_leaf(row, held)
        for size in sorted(size for size in self._stated if size > self._size):
            self._fault(f"the log ends at {self._size}, but had {size} leaves once: it was cut off")
        for position in sorted(self._redacted ^ self._erasures):
            self._fault(f"decision {position} was erased without a leaf that says so")
        for level, position in sorted(nodes) if frontier.size == self._size else ():
            last = ((position + 1) << level) - 1
            self._fault(f"a node over the leaves up to {last} was inserted")
        return Verdict(
            leaves=self._size,
            erased=len(self._redacted),
            checkpoints=self._holding,
            proven=self._proven,
            faults=tuple(self._faults),
        )

    def _grow(
        self,
        frontier: Frontier,
        hashes: list[bytes],
        nodes: dict[tuple[int, int], bytes],
    ) -> None:
        """Add *hashes*; at each size that a checkpoint speaks of, hear it."""
        end = frontier.size + len(hashes)
        for size in sorted({size for size in self._stated if frontier.size < size < end} | {end}):
            for level, position, current in frontier.add_many(hashes[: size - frontier.size]):
                if nodes.pop((level, position), current) != current:
                    last = ((position + 1) << level) - 1
                    self._fault(f"the node over the leaves up to {last} was changed")
            hashes = hashes[len(hashes) - (end - size) :]
            self._check_statements(frontier)

    def _leaves(self) -> Iterator[tuple[int, bytes]]:
        """Yield the leaves that are there, each with its position."""
        for first, hashes in self._rows(leaf_group, leaf_group.c.first, _GROUPS):
            if first < self._size:
                self._fault(f"leaf {first} stands twice: one of the two was inserted")
                continue
            if first > self._size:
                self._missing.append(range(self._size, first))
                which = f"leaf {self._size} is"
                if first - self._size > 1:
                    which = f"leaves {self._size} to {first - 1} are"
                self._fault(f"{which} missing: from there on no checkpoint can be checked")
            held = _bytes(hashes)
            whole, rest = divmod(len(held), leaves.LENGTH)
            if rest or not whole:
                self._fault(
                    f"what stands for the leaves from {first} on is cut, or has more than that"
                )
            self._size = first + whole
            yield from itertools.islice(leaves.split(first, held), whole)

    def _check(self, hashed: bytes, row: Sequence[Any]) -> None:
        """Check what stands in *row*, a decision or what is left of one, against its leaf."""
        if len(row) == _UNREADABLE:
            self._fault(f"decision {row[0]} cannot be read: it was changed")
            return
        if len(row) == _BARE:
            self._check_core(hashed, *row)
            return
        try:
            found = to_leaf(row, self._answers[row[2]])
        except _NO_RECORD:
            found = b""
        if found != hashed:
            self._fault(f"decision {row[0]} ({row[1]}) was changed")

    def _check_core(self, hashed: bytes, position: int, core: str, inner: bytes) -> None:
        try:
            if leaves.leaf_hash(core.encode(), _bytes(inner)) != hashed:
                raise ValueError("another leaf")
            kind, _, *facts = msgspec.json.decode(core)
            if kind == "erasure":
                self._erasures.add(index(facts[0]))
            else:
                self._redacted.add(position)
        except _NO_RECORD:
            self._fault(f"leaf {position}, of something erased, was changed")

    def _without_leaf(
        self, row: Sequence[Any], rows: Iterator[Sequence[Any]]
    ) -> Sequence[Any] | None:
        if not any(row[0] in gap for gap in self._missing):
            what = row[1] if len(row) > _BARE else "something erased"
            self._fault(f"decision {row[0]} ({what}) has no leaf: it was inserted")
        return next(rows, None)

    def _check_statements(self, frontier: Frontier) -> None:
        roots = self._stated.get(frontier.size)
        if roots is None:
            return
        if roots == {frontier.root()}:
            self._proven, self._holding = frontier.size, self._holding + 1
        else:
            since = f" after {self._proven}" if self._proven else ""
            self._fault(
                f"the checkpoint at {frontier.size} states another log: leaves{since} were "
                "changed, removed, inserted or reordered"
            )

    def _statements(self, key: VerifyKey, outside: Iterable[str]) -> dict[int, set[bytes]]:
        """Return the roots that the checkpoints state for each size."""
        stated: dict[int, set[bytes]] = {}
        for size, *told in self._rows(checkpoint, checkpoint.c.size, _ROWS):
            text = str(told[0]) if told else "it cannot be read"
            found = self._statement(text, key, "in the database", stated)
            if found not in (None, size):
                self._fault(f"the checkpoint at {found} was changed: it is kept as that at {size}")
        for text in outside:
            self._statement(text, key, "outside", stated)
        for size, roots in sorted(stated.items()):
            if len(roots) > 1:
                self._fault(f"there are two different checkpoints at {size}: the log was forked")
        return stated

    def _statement(
        self, text: str, key: VerifyKey, where: str, stated: dict[int, set[bytes]]
    ) -> int | None:
        """Add what *text* states to *stated*, and return for which size; None: it is no note."""
        found = note.read(text, key)
        if found is None:
            line = " ".join(text.split())[:60]
            self._fault(f"a checkpoint {where} is not signed with this key: {line}")
            return None
        stated.setdefault(found.size, set()).add(found.root)
        return found.size

    def _given(self) -> dict[int, tuple[Any, ...]]:
        """Return the answers, by their ids."""
        answers = {}
        for number, *held in self._rows(answer, answer.c.id, _ROWS):
            given = dict(zip(_ANSWER_COLUMNS, held, strict=False))
            try:
                given |= {name: BOOLEANS[given[name]] for name in CATEGORIES}
                answers[number] = tuple(given[name] for name in ANSWER_NAMES)
                if digest(answers[number]) != bytes(given["digest"]):
                    raise ValueError("another digest")
            except _NO_RECORD:
                self._fault(f"answer {number} was changed, which decisions have in common")
        return answers

    def _nodes(self) -> dict[tuple[int, int], bytes]:
        """Return the nodes that are kept."""
        rows = self._connection.execute(select(node))
        return {(level, position): _bytes(found) for level, position, found in rows}

    def _rows(self, table: Any, position: Any, at_once: int) -> Iterator[Sequence[Any]]:
        """Yield the rows of *table* in order, as the driver has them."""
        some: tuple[ColumnElement[bool], ...] = ()
        while True:
            try:
                rows = self._read(select(table).where(*some).order_by(position).limit(at_once))
            except self._unreadable:
                places = select(position).where(*some).order_by(position).limit(at_once)
                rows = [self._row(table, position, found[0]) for found in self._read(places)]
            yield from rows
            if len(rows) < at_once:
                return
            some = (position > rows[-1][0],)

    def _row(self, table: Any, position: Any, place: int) -> Sequence[Any]:
        """Return the row of *table* at *place*; the place alone, if it cannot be read."""
        try:
            return self._read(select(table).where(position == place))[0]
        except self._unreadable:
            return (place,)

    def _read(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        literal = query.compile(self._connection, compile_kwargs={"literal_binds": True})
        self._cursor.execute(str(literal))
        rows: Sequence[Sequence[Any]] = self._cursor.fetchall()
        return rows

    def _fault(self, text: str) -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(text)


def _bytes(held: object) -> bytes:
    """Return what a column of bytes holds; SQLite keeps whatever was put there."""
    return bytes(held) if isinstance(held, bytes | memoryview) else b""
