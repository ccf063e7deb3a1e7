"""Measure the classifier: ``python -m benchmarks.knowledge FILE… [--common LIST]``.

The forms of the files are those of knowledge_rows.py; LIST is a CSV of common cookies with the
columns ``rank, match, pattern``. The small model is trained anew for each of five folds without
any name that the fold tests, so its part of the numbers is honest. The knowledge base counts as
it ships, and its authors have seen these files: where it knows a name, the number is an upper
bound. Needs scikit-learn, like the training.
"""

from __future__ import annotations

import argparse
import collections
import csv
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.knowledge_noise import agreed, ceiling, contradictions
from benchmarks.knowledge_rows import Row, read, three
from benchmarks.knowledge_train import from_knowledge, train
from scanner.classify import classify
from scanner.classify.named import named
from scanner.knowledge import Knowledge, files, load
from scanner.knowledge.patterns import compiled
from scanner.model import Category, Subject, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDS = 5
SEED = 7
RESAMPLES = 1000
COMMON = 300  # the ranks of LIST in which no tracker may be exempted
SURE = 0.92  # accuracy at which the named vendors are counted


class Answered(NamedTuple):
    """A row with what was said of it."""

    row: Row
    verdict: Verdict
    known: bool  # the name is in the knowledge base

    @property
    def right(self) -> bool:
        """Whether one of three classes is that of the label."""
        return three(self.verdict.category) == three(self.row.label)

    @property
    def exempted(self) -> bool:
        """Whether it is a tracker that was called necessary or functional."""
        return three(self.row.label) != "essential" == three(self.verdict.category)


def folds(rows: list[Row]) -> Iterable[tuple[list[Row], list[Row]]]:
    """Yield training and test rows; no name is in both."""
    names = sorted({row.subject.name for row in rows})
    random.Random(SEED).shuffle(names)
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    for fold in range(FOLDS):
        yield (
            [row for row in rows if fold_of[row.subject.name] != fold],
            [row for row in rows if fold_of[row.subject.name] == fold],
        )


def answered(rows: list[Row]) -> list[Answered]:
    """Classify each row, and its bare name, with a model that has not seen its name."""
    contents = files.load()
    examples = from_knowledge()
    result = []
    for training, test in folds(rows):
        tested = {row.subject.name for row in test}
        seen = [row for row in training if not row.consent]
        seen += [row for row in examples if row.subject.name not in tested]
        knowledge = Knowledge(
            contents.vendors, contents.vocabulary, weights=train(seen), hosts=contents.hosts
        )
        bare = {name: Row(Subject(name=name), Category.UNCLASSIFIED, "", "bare", False)
                for name in sorted(tested)}  # fmt: skip
        for row in [*test, *bare.values()]:
            verdict = classify(row.subject, knowledge=knowledge)
            result.append(Answered(row, verdict, named(row.subject, knowledge) is not None))
    return result


def line(name: str, answers: list[Answered]) -> str:
    """Return one line of the table."""
    if not answers:
        return f"{name:<34} {0:>5}"
    said = [one for one in answers if one.verdict.category is not Category.UNCLASSIFIED]
    right = sum(one.right for one in said)
    exact = sum(one.verdict.category is one.row.label for one in said)
    trackers = [one for one in said if three(one.row.label) != "essential"]
    needed = [one for one in said if three(one.row.label) == "essential"]
    blocked = sum(one.verdict.category is Category.MARKETING for one in needed)
    return (
        f"{name:<34} {len(answers):>5} {len(said) / len(answers):>8.1%}"
        f" {right / max(len(said), 1):>8.1%} {right / len(answers):>8.1%}"
        f" {exact / len(answers):>8.1%}"
        f" {sum(one.exempted for one in trackers) / max(len(trackers), 1):>8.1%}"
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


def spread(answers: list[Answered]) -> str:
    """Return the 95 % range of "of all", by drawing sites or vendors anew."""
    groups = collections.defaultdict(list)
    for one in answers:
        groups[one.row.group].append(one.right)
    pool = list(groups.values())
    draw = random.Random(SEED)
    shares = []
    for _ in range(RESAMPLES):
        drawn = [right for group in draw.choices(pool, k=len(pool)) for right in group]
        shares.append(sum(drawn) / len(drawn))
    shares.sort()
    return f"{shares[RESAMPLES // 40]:.1%} to {shares[-RESAMPLES // 40]:.1%}"


def named_surely(answers: list[Answered]) -> str:
    """Return how many have vendor and purpose, and how many at an accuracy of SURE."""
    full = [one for one in answers if one.verdict.vendor and one.verdict.purposes]
    full.sort(key=lambda one: -one.verdict.confidence)
    most = right = 0
    for count, one in enumerate(full, 1):
        right += one.right
        if right >= SURE * count:
            most = count
    return (
        f"vendor and purpose named: {len(full) / len(answers):.1%} of cookies,"
        f" {right / len(full):.1%} of these right; at {SURE:.0%} right: {most / len(answers):.1%}"
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


def database(path: Path) -> Callable[[str, bool], Verdict]:
    """Return a look-up in an open cookie database: exact, or also by its wildcards (prefix)."""
    exact: dict[str, Category] = {}
    starts: dict[str, Category] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            where = starts if row["wildcard"] == "1" else exact
            where.setdefault(row["name_pattern"], Category(row["category4"]))

    def look_up(name: str, wildcards: bool) -> Verdict:
        fitting = [start for start in starts if wildcards and name.startswith(start)]
        found = starts[max(fitting, key=len)] if fitting else Category.UNCLASSIFIED
        return Verdict(category=exact.get(name, found))

    return look_up


def speed(rows: list[Row]) -> None:
    """Print the time for one verdict, with the knowledge as it is shipped."""
    knowledge = load()
    for row in rows:  # fill the caches
        classify(row.subject, knowledge=knowledge)
    started = time.process_time()
    for row in rows:
        classify(row.subject, knowledge=knowledge)
    spent = time.process_time() - started
    print(f"\ntime: {spent / len(rows) * 1000:.3f} ms of processor for a cookie")


def consensus(met: list[Row], listed: list[Row], answers: list[Answered]) -> None:
    """Print how names fare, told alone, on which both sources agree."""
    labels = agreed(met, listed)
    asked = [
        one._replace(row=one.row._replace(label=labels[one.row.subject.name]))
        for one in answers
        if one.row.source == "bare" and one.row.subject.name in labels
    ]
    table("names that both sources label alike, the name alone", asked)


def report(path: Path, rows: list[Row], answers: list[Answered], paths: list[Path]) -> None:
    """Print what is found on the rows of one file."""
    mine = set(map(id, rows))
    own = [one for one in answers if id(one.row) in mine]
    table(f"{path.name}, model trained without the row's name", own)
    print(f"95 % range of all: {spread(own)}")
    print(named_surely(own))
    print(ceiling(rows))
    print(contradictions(rows))
    for other in paths if rows[0].source == "met" else ():
        if read(other)[0].source == "listed":
            look_up = database(other)
            for wildcards in (False, True):
                title = f"  {other.stem} look-up{' and wildcards' if wildcards else ''}"
                found = [Answered(row, look_up(row.subject.name, wildcards), True) for row in rows]
                print(line(title, found))


def main() -> None:
    """Measure on all files of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--common", type=Path)
    given = parser.parse_args()
    rows = {path: read(path) for path in given.files}
    every = [row for path in given.files for row in rows[path]]
    answers = answered(every)
    for path in given.files:
        report(path, rows[path], answers, given.files)
    met = [row for row in every if row.source == "met"]
    listed = [row for row in every if row.source == "listed"]
    if met and listed:
        consensus(met, listed, answers)
    if given.common:
        is_common = common(given.common)
        hits = collections.Counter(
            (one.row.subject.name, one.row.subject.domain, str(one.row.label), one.verdict.rule)
            for one in answers
            if one.row.source == "met" and one.exempted and is_common(one.row.subject.name)
        )
        print(f"\ntrackers exempted among the {COMMON} commonest: {hits.total()}")
        for hit, count in hits.most_common():
            print(f"  {count} ×", *hit)
    speed(every)


if __name__ == "__main__":
    main()
