"""Labelled rows with what the classifier says of them, its model never having seen them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.knowledge_rows import Row, three
from benchmarks.knowledge_train import Trainer, from_knowledge, know, parts, unseen
from scanner.classify import classify
from scanner.classify.named import named
from scanner.model import Category, Subject, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.knowledge.weights import Weights

FOLDS = 5


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


def trained(
    rows: list[Row], trainer: Trainer, apart: Callable[[Row], str]
) -> list[tuple[Weights, list[Row]]]:
    """Return weights, each with the rows of which, by *apart*, they have seen none."""
    examples = from_knowledge()
    return [
        (trainer.train(training, unseen(examples, test, apart), apart), test)
        for training, test in parts(rows, FOLDS, apart)
    ]


def answered(
    folds: list[tuple[Weights, list[Row]]], *, forget: bool = False, bare: bool = False
) -> list[Answered]:
    """Classify the rows of *folds* with their weights.

    Args:
        folds: weights, and rows that they have not seen.
        forget: take what fits a tested name out of the knowledge base.
        bare: classify each name a second time, told alone.
    """
    result = []
    for weights, test in folds:
        tested = sorted({row.subject.name for row in test})
        knowledge = know(weights, forgotten=tested if forget else ())
        alone = [Row(Subject(name=name), Category.UNCLASSIFIED, "", "bare", False)
                 for name in tested if bare]  # fmt: skip
        for row in [*test, *alone]:
            verdict = classify(row.subject, knowledge=knowledge)
            result.append(Answered(row, verdict, named(row.subject, knowledge) is not None))
    return result
