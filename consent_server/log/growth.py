"""The edge of the log's tree, grown by a process's own leaves while it waits for the disk.

Otherwise all leaves since the last checkpoint would be read and hashed at once, beside those who
wait for an answer.

    committed ─► arrived ─► advanced, 32 at a time ─► told to whoever signs

What another process adds in between is not known here: then the edge is given up until the next
checkpoint, which reads the leaves from the database, and it goes on from there.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from consent_server.log.merkle import STEP, root_of_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consent_server.log.merkle import Frontier

    #: Level, position and hash of a node.
    Node = tuple[int, int, bytes]

    #: The tree over whole subtrees of `LEAVES` leaves, and those after them.
    Edge = tuple[Frontier, list[bytes]]

LEVEL = 5  # of the subtrees that are added: some sixteen microseconds each
LEAVES = 1 << LEVEL
MAX_ARRIVED = 1000  # groups that are kept while the database is read


class Growth:
    """What of the tree is known without the database; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrived: deque[tuple[int, Sequence[bytes]]] = deque()
        self._listens = False
        self._edge: Edge | None = None
        self._nodes: list[Node] = []

    def add(self, first: int, hashes: Sequence[bytes]) -> None:
        """Take leaves that are committed, from the position *first* on."""
        if not self._listens:
            return
        if len(self._arrived) < MAX_ARRIVED:
            self._arrived.append((first, hashes))
        else:
            self._listens = False  # and so a gap, which ends it

    def advance(self) -> None:
        """Hash what has arrived."""
        if self._arrived:
            with self._lock:
                self._advance()

    def now(self) -> tuple[Frontier, list[Node]] | None:
        """
        Return the tree as far as it is known, with its nodes that `keep` has not heard of.

        None: nothing is known. What arrives from now on is collected, so that `begin` can follow.
        """
        with self._lock:
            self._advance()
            if self._edge is None:
                self._arrived.clear()
                self._listens = True
                return None
            frontier, rest = self._edge
            frontier = frontier.copy()
            return frontier, [*self._nodes, *frontier.add_many(rest)]

    def begin(self, edge: Edge) -> None:
        """Go on from *edge*, all nodes of which are in the database, with what has arrived."""
        with self._lock:
            if self._edge is None and self._listens:
                self._edge = edge
                self._advance()

    def keep(self, nodes: Sequence[Node]) -> None:
        """Forget *nodes*, as `now` told them: they are in the database."""
        with self._lock:
            kept = set(nodes)
            self._nodes = [node for node in self._nodes if node not in kept]

    def _advance(self) -> None:
        if self._edge is None:
            return
        frontier, rest = self._edge
        while self._arrived:
            first, hashes = self._arrived.popleft()
            missing = first - frontier.size - len(rest)
            if missing > 0:
                self._give_up()
                return
            rest.extend(hashes[-missing:])
        whole = len(rest) - len(rest) % LEAVES
        for n in range(0, whole, LEAVES):
            completed = frontier.add_subtree(LEVEL, root_of_block(rest[n : n + LEAVES]))
            self._nodes += [node for node in completed if node[0] % STEP == 0]
        del rest[:whole]

    def _give_up(self) -> None:
        self._listens = False
        self._edge = None
        self._nodes.clear()
        self._arrived.clear()
