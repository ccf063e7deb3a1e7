"""Measure the classifier: ``python benchmarks/knowledge.py FILE…`` (forms: see knowledge_rows.py).

The small model is trained anew for each fold without that fold's sites and vendors, so its part
of the numbers is honest. The knowledge base is not: its authors have seen these files; the
numbers on rows that it knows are an upper bound. Needs scikit-learn, like the training.
"""

from __future__ import annotations

import collections
import csv
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from knowledge_rows import Row, read, three
from knowledge_train import from_knowledge, train

from scanner.classify import classify
from scanner.classify.named import named
from scanner.knowledge import Knowledge, files, load
from scanner.model import Category, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDS = 5
OFTEN = 5  # rows that a name needs before its commonest label says something


class Answered(NamedTuple):
    """A row with what was said of it."""

    row: Row
    category: Category
    known: bool  # the name is in the knowledge base


def folds(rows: list[Row]) -> Iterable[tuple[list[Row], list[Row]]]:
    """Yield training and test rows; rows of one site or vendor stay together."""
    sizes = collections.Counter(row.group for row in rows)
    load_of = [0] * FOLDS
    fold_of = {}
    for group, size in sizes.most_common():
        fold_of[group] = load_of.index(min(load_of))
        load_of[fold_of[group]] += size
    for fold in range(FOLDS):
        yield (
            [row for row in rows if fold_of[row.group] != fold],
            [row for row in rows if fold_of[row.group] == fold],
        )


def answered(rows: list[Row], others: list[Row]) -> list[Answered]:
    """Classify each row with a model that has seen neither its site nor its vendor."""
    contents = files.load()
    examples = from_knowledge()
    result = []
    for training, test in folds(rows):
        weights = train([row for row in training + others if not row.consent] + examples)
        knowledge = Knowledge(
            contents.vendors, contents.vocabulary, weights=weights, hosts=contents.hosts
        )
        for row in test:
            verdict = classify(row.subject, knowledge=knowledge)
            known = named(row.subject, knowledge) is not None
            result.append(Answered(row, verdict.category, known))
    return result


def line(name: str, answers: list[Answered]) -> str:
    """Return one line of the table."""
    if not answers:
        return f"{name:<34} {0:>5}"
    said = [one for one in answers if one.category is not Category.UNCLASSIFIED]
    right = sum(three(one.category) == three(one.row.label) for one in said)
    exact = sum(one.category is one.row.label for one in said)
    trackers = [one for one in said if three(one.row.label) != "essential"]
    exempted = sum(three(one.category) == "essential" for one in trackers)
    needed = [one for one in said if three(one.row.label) == "essential"]
    blocked = sum(one.category is Category.MARKETING for one in needed)
    return (
        f"{name:<34} {len(answers):>5} {len(said) / len(answers):>8.1%}"
        f" {right / max(len(said), 1):>8.1%} {right / len(answers):>8.1%}"
        f" {exact / len(answers):>8.1%} {exempted / max(len(trackers), 1):>8.1%}"
        f" {blocked / max(len(needed), 1):>8.1%}"
    )


def table(title: str, answers: list[Answered]) -> None:
    """Print the lines for all rows, those in the knowledge base and those not in it."""
    print(f"\n{title}")
    print(
        f"{'':<34} {'rows':>5} {'answers':>8} {'right':>8} {'of all':>8} {'4 class':>8}"
        f" {'exempted':>8} {'ess→mark':>8}"
    )
    print(line("all", answers))
    print(line("  name in the knowledge base", [one for one in answers if one.known]))
    print(line("  not in it", [one for one in answers if not one.known]))
    own = [one for one in answers if not one.row.consent]
    if len(own) < len(answers):
        print(line("  without consent platforms' own", own))


def database(path: Path) -> Callable[[str, bool], Category]:
    """Return a look-up in an open cookie database: exact, or also by its wildcards (prefix)."""
    exact: dict[str, Category] = {}
    starts: dict[str, Category] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            where = starts if row["wildcard"] == "1" else exact
            where.setdefault(row["name_pattern"], Category(row["category4"]))

    def look_up(name: str, wildcards: bool) -> Category:
        if name in exact:
            return exact[name]
        fitting = [start for start in starts if wildcards and name.startswith(start)]
        return starts[max(fitting, key=len)] if fitting else Category.UNCLASSIFIED

    return look_up


def noise(rows: list[Row]) -> None:
    """Print how far the labels agree with themselves."""
    labels = collections.defaultdict(collections.Counter)
    for row in rows:
        labels[row.subject.name][three(row.label)] += 1
    often = [counts for counts in labels.values() if counts.total() >= OFTEN]
    agreeing = sum(counts.most_common(1)[0][1] for counts in often)
    total = sum(counts.total() for counts in often)
    if total:
        print(
            f"label noise: of {total} rows whose name occurs at least {OFTEN} times, "
            f"{agreeing / total:.1%} bear their name's commonest label"
        )


def speed(rows: list[Row]) -> None:
    """Print the time for one verdict, with the knowledge as it is shipped."""
    knowledge = load()
    classify(rows[0].subject, knowledge=knowledge)
    started = time.perf_counter()
    verdicts: list[Verdict] = [classify(row.subject, knowledge=knowledge) for row in rows]
    spent = time.perf_counter() - started
    print(f"\ntime: {spent / len(verdicts) * 1000:.3f} ms for a cookie")


def main() -> None:
    """Measure on all files of the command line."""
    paths = [Path(name) for name in sys.argv[1:]]
    rows = {path: read(path) for path in paths}
    for path in paths:
        others = [row for other in paths if other != path for row in rows[other]]
        answers = answered(rows[path], others)
        table(f"{path.name}, model trained without the row's site or vendor", answers)
        noise(rows[path])
        if rows[path][0].source != "met":
            continue
        for other in paths:
            if rows[other][0].source == "listed":
                look_up = database(other)
                for wildcards in (False, True):
                    print(
                        line(
                            f"  {other.stem} look-up{' and wildcards' if wildcards else ''}",
                            [
                                Answered(row, look_up(row.subject.name, wildcards), True)
                                for row in rows[path]
                            ],
                        )
                    )
    speed([row for path in paths for row in rows[path]])


if __name__ == "__main__":
    main()
