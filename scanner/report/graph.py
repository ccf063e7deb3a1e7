"""Who stores what, where: a graph from setters to the domains of the items. Pure geometry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scanner.catalogue import setter_host
from scanner.model import SENT_KINDS, Category

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Entry

WIDTH = 760  # of the picture; all lengths are in its own units
BOX = 250  # width of a node
ROW = 34  # from one node to the next below it
MARGIN = 8
MAX_LABEL = 32  # signs that fit into a node
MAX_NODES = 24  # in each column; the table below the picture has the rest


class Node(NamedTuple):
    """A host, with the place of its box."""

    label: str
    full: str
    x: float
    y: float


class Edge(NamedTuple):
    """So many items that one host stores on another."""

    path: str  # of SVG
    width: float
    category: Category  # the most sensitive among the items


class Row(NamedTuple):
    """A line of the table that says what the picture shows."""

    setter: str
    domain: str
    names: tuple[str, ...]
    categories: tuple[Category, ...]


class Graph(NamedTuple):
    """The picture and its table."""

    height: float
    setters: tuple[Node, ...]
    domains: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rows: tuple[Row, ...]


#: Which category colours an edge that stands for several.
_WEIGHT = (
    Category.MARKETING,
    Category.STATISTICS,
    Category.UNCLASSIFIED,
    Category.FUNCTIONAL,
    Category.NECESSARY,
)


def graph(entries: Iterable[Entry], *, unknown: str = "not known") -> Graph:
    """
    Return who stores what; requests store nothing and are left out.

    Args:
        unknown: How a setter is called that is not known.
    """
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind not in SENT_KINDS:
            key = (setter_host(entry) or unknown, entry.domain.lstrip("."))
            groups.setdefault(key, []).append(entry)
    rows = tuple(_row(key, group) for key, group in sorted(groups.items()))
    setters = _column((row.setter for row in rows for _ in row.names), x=MARGIN)
    domains = _column((row.domain for row in rows for _ in row.names), x=WIDTH - MARGIN - BOX)
    left = {node.full: node for node in setters}
    right = {node.full: node for node in domains}
    edges = tuple(
        _edge(left[row.setter], right[row.domain], row)
        for row in rows
        if row.setter in left and row.domain in right
    )
    height = MARGIN * 2 + ROW * max(len(setters), len(domains), 1)
    return Graph(height, setters, domains, edges, rows)


def _row(key: tuple[str, str], group: list[Entry]) -> Row:
    categories = tuple(c for c in _WEIGHT if any(entry.category is c for entry in group))
    return Row(*key, tuple(sorted({entry.name for entry in group})), categories)


def _column(hosts: Iterable[str], *, x: float) -> tuple[Node, ...]:
    """Return a node for each host, the busiest first."""
    counted = sorted(Counter(hosts).items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Node(
            label=host if len(host) <= MAX_LABEL else f"…{host[1 - MAX_LABEL :]}",
            full=host,
            x=x,
            y=MARGIN + place * ROW,
        )
        for place, (host, _) in enumerate(counted[:MAX_NODES])
    )


def _edge(setter: Node, domain: Node, row: Row) -> Edge:
    start, end = setter.x + BOX, domain.x
    top, bottom = setter.y + ROW / 2 - 3, domain.y + ROW / 2 - 3
    middle = (start + end) / 2
    path = f"M{start:g} {top:g} C{middle:g} {top:g} {middle:g} {bottom:g} {end:g} {bottom:g}"
    return Edge(path, min(1.5 + len(row.names) * 0.75, 8), row.categories[0])
