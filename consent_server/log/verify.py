"""Check the whole log: every decision against its leaf, and the leaves against the checkpoints."""

from __future__ import annotations

import heapq
import itertools
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from consent_server.log import leaf as leaves
from consent_server.log import note
from consent_server.log.merkle import Frontier
from consent_server.log.rows import ANSWER_NAMES, to_leaf
from scanner.tables import answer, bare_leaf, checkpoint, consent, leaf_group, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nacl.signing import VerifyKey
    from sqlalchemy import Connection, Engine

MAX_FAULTS = 100  # told one by one; who has more has lost the whole

_ROWS = 5000  # that are held at once
_GROUPS = 500  # that are held at once; each has 500 leaves at most, but on most sites one
_BEFORE_ALL = -(2**63)  # a position that nothing has
_POSITION = itemgetter(0)  # of any row
_BARE = len(bare_leaf.c)  # columns, by which a row is told from a decision


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
    """
    with engine.connect() as connection:
        return _Audit(connection, key, outside).run()


class _Audit:
    def __init__(self, connection: Connection, key: VerifyKey, outside: Iterable[str]) -> None:
        self._connection = connection
        self._faults: list[str] = []
        self._size = 0  # up to where leaves were looked at
        self._missing: list[range] = []
        self._redacted: set[int] = set()
        self._erasures: set[int] = set()
        self._proven = self._holding = 0
        self._stated = self._statements(key, outside)
        given = select(answer.c.id, *(answer.c[name] for name in ANSWER_NAMES))
        self._answers = {row[0]: tuple(row[1:]) for row in connection.execute(given)}

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
                if nodes.get((level, position), current) != current:
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
            whole, rest = divmod(len(hashes), leaves.LENGTH)
            if rest:
                self._fault(
                    f"what stands for the leaves from {first} on is cut, or has more than that"
                )
            self._size = first + whole
            yield from itertools.islice(leaves.split(first, bytes(hashes)), self._size - first)

    def _check(self, hashed: bytes, row: Sequence[Any]) -> None:
        """Check what stands in *row*, a decision or what is left of one, against its leaf."""
        if len(row) == _BARE:
            self._check_core(hashed, *row)
            return
        try:
            found = to_leaf(row, self._answers[row[2]])
        except (KeyError, ValueError):  # what stands there is no record any more
            found = b""
        if found != hashed:
            self._fault(f"decision {row[0]} ({row[1]}) was changed")

    def _check_core(self, hashed: bytes, position: int, core: str, inner: bytes) -> None:
        if leaves.leaf_hash(core.encode(), bytes(inner)) != hashed:
            self._fault(f"leaf {position}, of something erased, was changed")
            return
        kind, *facts = msgspec.json.decode(core)
        if kind == "erasure":
            self._erasures.add(facts[1])
        else:
            self._redacted.add(position)

    def _without_leaf(
        self, row: Sequence[Any], rows: Iterator[Sequence[Any]]
    ) -> Sequence[Any] | None:
        if not any(row[0] in gap for gap in self._missing):
            what = "something erased" if len(row) == _BARE else row[1]
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
        inside = self._connection.execute(select(checkpoint.c.note)).scalars()
        stated: dict[int, set[bytes]] = {}
        for where, notes in (("in the database", inside), ("outside", outside)):
            for text in notes:
                found = note.read(text, key)
                if found is None:
                    line = " ".join(text.split())[:60]
                    self._fault(f"a checkpoint {where} is not signed with this key: {line}")
                else:
                    stated.setdefault(found.size, set()).add(found.root)
        for size, roots in sorted(stated.items()):
            if len(roots) > 1:
                self._fault(f"there are two different checkpoints at {size}: the log was forked")
        return stated

    def _nodes(self) -> dict[tuple[int, int], bytes]:
        """Return the nodes that are kept."""
        rows = self._connection.execute(select(node))
        return {(level, position): bytes(found) for level, position, found in rows}

    def _rows(self, table: Any, position: Any, at_once: int) -> Iterator[Sequence[Any]]:
        """Yield the rows of *table* in order, as the driver has them."""
        cursor, after = self._connection.connection.cursor(), _BEFORE_ALL
        while True:
            query = select(table).where(position > after).order_by(position).limit(at_once)
            literal = query.compile(self._connection, compile_kwargs={"literal_binds": True})
            cursor.execute(str(literal))
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < at_once:
                return
            after = rows[-1][0]

    def _fault(self, text: str) -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(text)
