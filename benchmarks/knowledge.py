"""Measure the classifier: ``python -m benchmarks.knowledge FILE… [--common LIST]``.

The forms of the files are those of knowledge_rows.py; LIST is a CSV of common cookies with the
columns ``rank, match, pattern``. The small model, and the trust in verdicts, are learned anew for
each of five folds without any name that the fold tests, so their part of the numbers is honest.
Cookies met on sites are asked a second time with the sites held out, not the names: the model
may then have seen the name elsewhere, as it will have in use.

The knowledge base counts as it ships, and its authors have seen these files: where it knows a
name, the number is an upper bound. So there is a lower one: all rows with every entry taken out
of the knowledge base that fits a name of the fold. Needs scikit-learn, like the training.
"""

from __future__ import annotations

import argparse
import collections
import csv
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.knowledge_answers import Answered, answered, trained
from benchmarks.knowledge_common import told
from benchmarks.knowledge_curve import curve
from benchmarks.knowledge_noise import agreed, ceiling, contradictions
from benchmarks.knowledge_rows import Row, read, three
from benchmarks.knowledge_train import Trainer, by_name, by_site
from scanner.classify import classify
from scanner.knowledge import load
from scanner.model import Category, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 7
RESAMPLES = 1000
SURE = 0.92  # accuracy at which the named vendors are counted


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


def summary(title: str, answers: list[Answered]) -> None:
    """Print the table of *answers*, and how they spread."""
    table(title, answers)
    print(f"95 % range of all: {spread(answers)}")
    print(named_surely(answers))
    print(f"calibration: confidence and share of right differ by {calibration(answers):.1%}")


def calibration(answers: list[Answered]) -> float:
    """Return how far confidence lies from the share of right verdicts, in ten classes, weighed."""
    classes = collections.defaultdict(list)
    for one in answers:
        if one.verdict.category is not Category.UNCLASSIFIED:
            classes[min(int(one.verdict.confidence * 10), 9)].append(one)
    return sum(
        abs(sum(one.verdict.confidence - one.right for one in some)) for some in classes.values()
    ) / max(sum(map(len, classes.values())), 1)


def report(
    path: Path, rows: list[Row], answers: dict[str, list[Answered]], paths: list[Path]
) -> None:
    """Print what is found on the rows of one file."""
    mine = set(map(id, rows))
    for how, every in answers.items():
        own = [one for one in every if id(one.row) in mine]
        if own:
            summary(f"{path.name}, {how}", own)
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
    met = [row for row in every if row.source == "met"]
    listed = [row for row in every if row.source == "listed"]
    trainer = Trainer()
    folds = trained(every, trainer, by_name)
    answers = answered(folds, bare=True)
    by = {"model trained without the row's name": answers}
    by["nor is its name in the knowledge base"] = answered(folds, forget=True)
    if met:
        others = answered(trained(every, trainer, by_site))
        by["model trained without the row's site"] = [
            one for one in others if one.row.source == "met"
        ]
    for path in given.files:
        report(path, rows[path], by, given.files)
    if met and listed:
        consensus(met, listed, answers)
    print(curve(folds))
    if given.common:
        print(f"\n{told(answers, given.common)}")
    speed(every)


if __name__ == "__main__":
    main()
