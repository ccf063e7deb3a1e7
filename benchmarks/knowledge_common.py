"""Trackers among the commonest names that are exempted: by row, by name, and at what price.

Sites label one and the same cookie differently. Where the classifier sees the same in rows of
both labels, exempting none of the trackers among them makes the others wrong: that price is told.
"""

from __future__ import annotations

import collections
import csv
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.knowledge_rows import three
from benchmarks.knowledge_train import know
from scanner.classify.features import features
from scanner.knowledge.patterns import compiled
from scanner.knowledge.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from benchmarks.knowledge_answers import Answered

COMMON = 300  # the ranks of the list in which no tracker may be exempted


class Torn(NamedTuple):
    """The rows of one name of which some are exempted trackers."""

    name: str
    exempted: int  # trackers that were exempted
    rightly: int  # rows that were exempted, and whose sites say so, too
    alike: int  # exempted trackers that look to the classifier as one of those does

    def __str__(self) -> str:
        """Tell it in one line."""
        return (
            f"{self.name}: {self.exempted} rows; {self.rightly} others are exempt rightly,"
            f" and {self.alike} of the {self.exempted} cannot be told from them"
        )


def common(path: Path) -> Callable[[str], bool]:
    """Return whether a name is one of the COMMON first of the list in *path*."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["rank"]) <= COMMON]
    exact = {row["pattern"] for row in rows if row["match"] == "exact"}
    starts = tuple(row["pattern"] for row in rows if row["match"] == "prefix")
    forms = [compiled("regex", row["pattern"]) for row in rows if row["match"] == "regex"]

    def is_common(name: str) -> bool:
        return (
            name in exact or name.startswith(starts) or any(form.fullmatch(name) for form in forms)
        )

    return is_common


def told(answers: Iterable[Answered], path: Path) -> str:
    """Return what is exempted among the common names of the list in *path*, and the price."""
    is_common = common(path)
    met = [one for one in answers if one.row.source == "met"]
    rows: dict[str, list[Answered]] = collections.defaultdict(list)
    for one in met:
        if is_common(one.row.subject.name):
            rows[one.row.subject.name].append(one)
    names = [torn(name, some) for name, some in sorted(rows.items()) if any_exempted(some)]
    mostly = [one.name for one in names if 2 * one.exempted > len(rows[one.name])]
    wins, costs = sum(one.exempted for one in names), sum(one.rightly for one in names)
    right = sum(one.right for one in met)
    best = (right + wins - costs) / len(met)
    lines = [
        f"trackers exempted among the {COMMON} commonest, by row: {wins}",
        *(f"  {one}" for one in names),
        f"  to exempt none of these names: {right / len(met):.1%} right become {best:.1%} at best",
        f"by name, what most of its rows say: {len(mostly)} of {len(rows)} ({', '.join(mostly)})",
    ]
    return "\n".join(lines)


def any_exempted(answers: Iterable[Answered]) -> bool:
    """Say whether one of *answers* exempts a tracker."""
    return any(one.exempted for one in answers)


def torn(name: str, answers: Sequence[Answered]) -> Torn:
    """Return how many of the rows of *name* are exempted rightly, and how many trackers are."""
    blank = know(Weights(classes=(), scale=1, bias=(), features={}))
    seen = {id(one): frozenset(features(one.row.subject, blank)) for one in answers}
    exempted = [one for one in answers if one.exempted]
    rightly = [one for one in answers if one.right and three(one.row.label) == "essential"]
    looks = {seen[id(one)] for one in rightly}
    return Torn(
        name=name,
        exempted=len(exempted),
        rightly=len(rightly),
        alike=sum(seen[id(one)] in looks for one in exempted),
    )
