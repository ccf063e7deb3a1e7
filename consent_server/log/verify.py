"""Check the whole log: every decision against its leaf, and the leaves against the checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from consent_server.log import leaf as leaves
from consent_server.log import note
from consent_server.log.merkle import Frontier
from consent_server.log.rows import ANSWER_NAMES, to_leaf
from scanner.tables import answer, checkpoint, consent, leaf, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nacl.signing import VerifyKey
    from sqlalchemy import Connection, Engine

MAX_FAULTS = 100  # told one by one; who has more has lost the whole

_GROUP = 5000  # rows that are held at once


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
        self._redacted: set[int] = set()
        self._erasures: set[int] = set()
        self._proven = self._holding = 0
        self._stated = self._statements(key, outside)
        given = select(answer.c.id, *(answer.c[name] for name in ANSWER_NAMES))
        self._answers = {row[0]: tuple(row[1:]) for row in connection.execute(given)}

    def run(self) -> Verdict:
        frontier = Frontier()
        nodes = self._nodes()
        decisions = self._rows(consent, consent.c.seq)
        decision = next(decisions, None)
        for group in self._groups(leaf, leaf.c.position):
            whole = [n for n, row in enumerate(group) if row[0] == frontier.size + n]
            for row in group[: len(whole)]:
                while decision is not None and decision[0] < row[0]:
                    decision = self._inserted(decision, decisions)
                if decision is not None and decision[0] == row[0]:
                    self._check_decision(row, decision)
                    decision = next(decisions, None)
                else:
                    self._check_core(row)
            self._grow(frontier, [bytes(row[1]) for row in group[: len(whole)]], nodes)
            if len(whole) < len(group):
                self._fault(f"leaf {frontier.size} is missing: what follows cannot be checked")
                break
        while decision is not None:
            decision = self._inserted(decision, decisions)
        for size in sorted(size for size in self._stated if size > frontier.size):
            self._fault(
                f"the log ends at {frontier.size}, but had {size} leaves once: it was cut off"
            )
        for position in sorted(self._redacted ^ self._erasures):
            self._fault(f"decision {position} was erased without a leaf that says so")
        return Verdict(
            leaves=frontier.size,
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

    def _check_decision(self, row: Sequence[Any], decision: Sequence[Any]) -> None:
        try:
            found = to_leaf(decision, self._answers[decision[2]])
        except (KeyError, ValueError):  # what stands there is no record any more
            found = b""
        if found != bytes(row[1]):
            self._fault(f"decision {row[0]} ({decision[1]}) was changed")

    def _check_core(self, row: Sequence[Any]) -> None:
        position, hashed, core, inner = row
        if core is None or inner is None:
            self._fault(f"decision {position} was removed")
            return
        if leaves.leaf_hash(core.encode(), bytes(inner)) != bytes(hashed):
            self._fault(f"leaf {position}, of something erased, was changed")
            return
        kind, *facts = msgspec.json.decode(core)
        if kind == "erasure":
            self._erasures.add(facts[1])
        else:
            self._redacted.add(position)

    def _inserted(
        self, decision: Sequence[Any], decisions: Iterator[Sequence[Any]]
    ) -> Sequence[Any] | None:
        self._fault(f"decision {decision[0]} ({decision[1]}) has no leaf: it was inserted")
        return next(decisions, None)

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

    def _rows(self, table: Any, position: Any) -> Iterator[Sequence[Any]]:
        """Yield the rows of *table* in order."""
        for group in self._groups(table, position):
            yield from group

    def _groups(self, table: Any, position: Any) -> Iterator[Sequence[Any]]:
        """Yield the rows of *table* in order, a group at a time, as the driver has them."""
        cursor, after = self._connection.connection.cursor(), -1
        while True:
            query = select(table).where(position > after).order_by(position).limit(_GROUP)
            literal = query.compile(self._connection, compile_kwargs={"literal_binds": True})
            cursor.execute(str(literal))
            rows = cursor.fetchall()
            yield rows
            if len(rows) < _GROUP:
                return
            after = rows[-1][0]

    def _fault(self, text: str) -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(text)
