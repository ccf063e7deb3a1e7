"""Check the whole log: every decision against its leaf, and the leaves against the checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from consent_server import leaf as leaves
from consent_server import note
from consent_server.merkle import Frontier
from consent_server.rows import to_record
from consent_server.tree import STEP
from scanner.tables import checkpoint, consent, leaf, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from sqlalchemy import Connection, Engine, Row

MAX_FAULTS = 100  # told one by one; who has more has lost the whole

_GROUP = 5000  # rows that are held at once


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; no *faults* means that nothing was altered, as far as *proven* says."""

    leaves: int  # decisions and erasures
    erased: int
    checkpoints: int  # that hold
    proven: int  # leaves under the newest checkpoint that holds; later ones prove nothing yet
    faults: tuple[str, ...]


def verify(engine: Engine, *, key: Ed25519PublicKey, outside: Iterable[str] = ()) -> Verdict:
    """
    Return what is wrong with the log in *engine*'s database.

    Args:
        key: That signed the checkpoints.
        outside: Notes of checkpoints that were kept elsewhere; those in the database count too.
    """
    with engine.connect() as connection:
        return _Audit(connection, key, outside).run()


class _Audit:
    def __init__(
        self, connection: Connection, key: Ed25519PublicKey, outside: Iterable[str]
    ) -> None:
        self._connection = connection
        self._faults: list[str] = []
        self._redacted: set[int] = set()
        self._erasures: set[int] = set()
        self._proven = self._holding = 0
        self._stated = self._statements(key, outside)

    def run(self) -> Verdict:
        frontier = Frontier()
        nodes = self._nodes()
        kept = next(nodes, None)
        decisions = self._rows(consent, consent.c.seq)
        decision = next(decisions, None)
        for row in self._rows(leaf, leaf.c.position):
            if row.position != frontier.size:
                self._fault(f"leaf {frontier.size} is missing: what follows cannot be checked")
                break
            while decision is not None and decision.seq < row.position:
                decision = self._inserted(decision, decisions)
            if decision is not None and decision.seq == row.position:
                self._check_decision(row, decision)
                decision = next(decisions, None)
            else:
                self._check_core(row)
            for level, position, current in frontier.add(bytes(row.hash)):
                if level % STEP == 0 and kept is not None and kept[:2] == (level, position):
                    if kept[2] != current:
                        self._fault(f"the node over the leaves up to {row.position} was changed")
                    kept = next(nodes, None)
            self._check_statements(frontier)
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

    def _check_decision(self, row: Row[Any], decision: Row[Any]) -> None:
        try:
            found = leaves.of_record(to_record(decision), bytes(decision.salt))
        except (KeyError, ValueError):  # what stands there is no record any more
            found = b""
        if found != bytes(row.hash):
            self._fault(f"decision {row.position} ({decision.id}) was changed")

    def _check_core(self, row: Row[Any]) -> None:
        if row.core is None or row.inner is None:
            self._fault(f"decision {row.position} was removed")
            return
        if leaves.leaf_hash(row.core.encode(), bytes(row.inner)) != bytes(row.hash):
            self._fault(f"leaf {row.position}, of something erased, was changed")
            return
        kind, *facts = msgspec.json.decode(row.core)
        if kind == "erasure":
            self._erasures.add(facts[1])
        else:
            self._redacted.add(row.position)

    def _inserted(self, decision: Row[Any], decisions: Iterator[Row[Any]]) -> Row[Any] | None:
        self._fault(f"decision {decision.seq} ({decision.id}) has no leaf: it was inserted")
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

    def _statements(self, key: Ed25519PublicKey, outside: Iterable[str]) -> dict[int, set[bytes]]:
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

    def _nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield the nodes that are kept, in the order in which leaves complete them."""
        rows = self._connection.execute(select(node)).all()
        for row in sorted(rows, key=lambda row: ((row.position + 1) << row.level, row.level)):
            yield row.level, row.position, bytes(row.hash)

    def _rows(self, table: Any, position: Any) -> Iterator[Row[Any]]:
        """Yield the rows of *table* in order, a group at a time."""
        after = -1
        while True:
            query = select(table).where(position > after).order_by(position).limit(_GROUP)
            rows = self._connection.execute(query).all()
            yield from rows
            if len(rows) < _GROUP:
                return
            after = rows[-1][0]

    def _fault(self, text: str) -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(text)
