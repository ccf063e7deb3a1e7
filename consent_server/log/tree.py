"""The log's Merkle tree in the database: its root, proofs, and the checkpoints made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import desc, func, select

from consent_server.log import leaf, note
from consent_server.log.growth import LEAVES, Growth
from consent_server.log.merkle import STEP, Frontier, inclusion_path
from consent_server.log.rows import groups_between, leaf_count
from scanner.database import dialect_named
from scanner.tables import checkpoint, node, to_milliseconds

if TYPE_CHECKING:
    import datetime as dt

    from nacl.signing import SigningKey
    from sqlalchemy import Connection, Engine

    from consent_server.log.growth import Edge, Node

_NODE = ("level", "position", "hash")
_GROUP = 2560  # leaves read at once: whole blocks of `merkle`, and half a megabyte


class Tree:
    """The tree over all leaves in *engine*'s database."""

    def __init__(self, engine: Engine, growth: Growth | None = None) -> None:
        """
        Args:
            growth: Gets the leaves that this process adds, so that they need not be read.
        """
        self._engine = engine
        self._growth = growth or Growth()
        dialect = dialect_named(engine.dialect.name)
        self._keep_node = dialect.insert(node).on_conflict_do_nothing()
        self._keep_checkpoint = dialect.insert(checkpoint).on_conflict_do_nothing()

    def sign(self, key: SigningKey, *, now: dt.datetime) -> str | None:
        """Keep and return a checkpoint of the tree as it is; None: the newest one is still true."""
        known = self._growth.now()
        with self._engine.begin() as connection:
            size = _size(connection)
            if known is None:
                (whole, rest), nodes = _read(connection, size)
                frontier = whole.copy()
                frontier.add_many(rest)
            else:
                frontier, nodes = known
                nodes += _grow(connection, frontier, size)
            if nodes:
                rows = [dict(zip(_NODE, each, strict=True)) for each in nodes]
                connection.execute(self._keep_node, rows)
            text = self._signed(connection, frontier, key, now)
        if known is None:
            self._growth.begin((whole, rest))
        else:
            self._growth.keep(nodes)
        return text

    def _signed(
        self, connection: Connection, frontier: Frontier, key: SigningKey, now: dt.datetime
    ) -> str | None:
        """Keep and return a checkpoint of *frontier*; None: there is one already, or a newer."""
        size = frontier.size
        newest: int | None = connection.execute(select(func.max(checkpoint.c.size))).scalar()
        if size <= (newest or 0):
            return None
        text = note.write(note.Checkpoint(size, frontier.root()), key)
        kept = connection.execute(
            self._keep_checkpoint.values(size=size, note=text, created_at=to_milliseconds(now)),
            execution_options={"preserve_rowcount": True},
        )
        return text if kept.rowcount else None

    def proof(self, position: int) -> tuple[str, list[bytes]] | None:
        """Return the newest checkpoint and the path to it; None: none holds *position* yet."""
        with self._engine.connect() as connection:
            newest = connection.execute(
                select(checkpoint).order_by(desc(checkpoint.c.size)).limit(1)
            ).first()
            if newest is None or position >= newest.size:
                return None
            return newest.note, inclusion_path(position, newest.size, _Finder(connection))


def signed_leaves(engine: Engine) -> int:
    """Return over how many leaves the newest checkpoint in *engine*'s database stands; 0: none."""
    with engine.connect() as connection:
        return connection.execute(select(func.max(checkpoint.c.size))).scalar() or 0


class _Finder:
    """Finds the nodes that are kept, a group of 256 at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._groups: dict[tuple[int, int], dict[int, bytes]] = {}

    def __call__(self, level: int, position: int) -> bytes | None:
        if level % STEP:
            return None
        group = (level, position >> STEP)
        if group not in self._groups:
            first = group[1] << STEP
            self._groups[group] = _hashes(self._connection, level, first, first + (1 << STEP))
        return self._groups[group].get(position)


def _size(connection: Connection) -> int:
    count: int | None = connection.execute(leaf_count()).scalar()
    return count or 0


def _hashes(connection: Connection, level: int, first: int, end: int) -> dict[int, bytes]:
    """Return the hashes at *level* from position *first* up to *end*."""
    if level == 0:
        return {
            place: hashed
            for begin, hashes in connection.execute(groups_between(first, end))
            for place, hashed in leaf.split(begin, bytes(hashes))
            if first <= place < end
        }
    here = node.c.level == level, node.c.position >= first, node.c.position < end
    query = select(node.c.position, node.c.hash).where(*here).order_by(node.c.position)
    return {place: bytes(hashed) for place, hashed in connection.execute(query)}


def _read(connection: Connection, size: int) -> tuple[Edge, list[Node]]:
    """Return the edge of the tree over *size* leaves, and the nodes that are not kept yet."""
    frontier = _kept(connection)
    nodes = _grow(connection, frontier, size - size % LEAVES)
    rest = list(_hashes(connection, 0, frontier.size, size).values())
    return (frontier, rest), nodes


def _grow(connection: Connection, frontier: Frontier, size: int) -> list[Node]:
    """Let *frontier* grow to *size* leaves, where it is smaller; return the nodes to keep."""
    nodes: list[Node] = []
    while frontier.size < size:
        end = min(frontier.size + _GROUP, size)
        nodes += frontier.add_many(list(_hashes(connection, 0, frontier.size, end).values()))
    return nodes


def _kept(connection: Connection) -> Frontier:
    """Return the frontier over all leaves that lie under nodes that are kept."""
    frontier = Frontier()
    tops = connection.execute(
        select(node.c.level, func.max(node.c.position)).group_by(node.c.level)
    )
    for level, last in sorted(map(tuple, tops), reverse=True):
        first = frontier.size >> level
        for current in _hashes(connection, level, first, last + 1).values():
            frontier.add_subtree(level, current)
    return frontier
