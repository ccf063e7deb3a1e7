"""How far labels can be trusted: what one label says of another of the same name."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from benchmarks.knowledge_rows import Row, three

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Category

SHOWN = 12  # names whose labels disagree most


def by_name(rows: Iterable[Row]) -> dict[str, collections.Counter[str]]:
    """Return how often each name bears each of three labels."""
    labels: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows:
        labels[row.subject.name][three(row.label)] += 1
    return labels


def ceiling(rows: list[Row]) -> str:
    """Return how often a look-up by name could be right at most, and how often in earnest.

    At most: each name gets its commonest label. In earnest: each row is predicted from the other
    rows of its name.
    """
    counts = list(by_name(rows).values())
    most = sum(max(one.values()) for one in counts)
    right = total = 0
    for one in counts:
        if one.total() < 2:
            continue
        for label, number in one.items():
            others = one - collections.Counter([label])
            total += number
            right += number * (others.most_common(1)[0][0] == label)
    told = f"label noise: the commonest label of each name fits {most / len(rows):.1%} of rows"
    if total:
        told += f"; that of a name's other rows fits {right / total:.1%} of {total}"
    return told


def contradictions(rows: list[Row]) -> str:
    """Return which names bear several labels, those with most rows against the commonest first."""
    torn = {name: one for name, one in by_name(rows).items() if len(one) > 1}
    worst = sorted(torn, key=lambda name: (max(torn[name].values()) - torn[name].total(), name))
    told = ", ".join(
        f"{name} ({' '.join(f'{label} {count}' for label, count in torn[name].most_common())})"
        for name in worst[:SHOWN]
    )
    return f"{len(torn)} names bear several labels: {told}" if torn else "no name bears two labels"


def agreed(met: list[Row], listed: list[Row]) -> dict[str, Category]:
    """Return the label of each name that both sources have, each with one label, and the same."""
    ours, theirs = by_name(met), by_name(listed)
    alike = {
        name
        for name in ours.keys() & theirs.keys()
        if len(ours[name]) == 1 and ours[name].keys() == theirs[name].keys()
    }
    return {row.subject.name: row.label for row in listed if row.subject.name in alike}
