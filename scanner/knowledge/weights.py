"""The small model for names that nobody has listed: weights of features, added up.

Trained offline (``benchmarks/knowledge_train.py``); here is only the sum. The file holds whole
numbers: a weight is the number divided by *scale*.
"""

from __future__ import annotations

import functools
import importlib.resources
import math
from typing import TYPE_CHECKING

import msgspec

from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """A multinomial logistic regression over features that are there or are not."""

    classes: tuple[Category, ...]
    scale: float
    bias: tuple[int, ...]  # one number for each class
    features: dict[str, tuple[int, ...]]  # feature -> one number for each class
    exemption: float = 0.5  # probability from which on "necessary" or "functional" is a guess
    exemption_third: float = 0.5  # the same for items of third parties
    trust: dict[str, float] = {}  # what a sign says of a verdict, see scanner.classify.trust
    practice: dict[str, tuple[float, ...]] = {}  # of lists, see scanner.classify.practice
    recipe: dict[str, str | int | float] = {}  # how they came about

    def weigh(self, features: Iterable[str]) -> dict[Category, float]:
        """Return the probability of each class."""
        known = [self.features[feature] for feature in features if feature in self.features]
        sums = [sum(column) for column in zip(self.bias, *known, strict=True)]
        return chances(self.classes, sums, scale=self.scale)


def chances(
    classes: Sequence[Category], sums: Sequence[float], *, scale: float = 1
) -> dict[Category, float]:
    """Return the probability of each of *classes*, for which the weights come to *sums*."""
    top = max(sums)
    odds = [math.exp((total - top) / scale) for total in sums]
    whole = sum(odds)
    return {name: odd / whole for name, odd in zip(classes, odds, strict=True)}


@functools.cache
def load() -> Weights:
    """Return the weights that are shipped."""
    path = importlib.resources.files("scanner.knowledge") / "weights.json"
    return msgspec.json.decode(path.read_bytes(), type=Weights)
