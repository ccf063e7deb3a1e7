"""How often verdicts like this one prove right: from a decision to its confidence.

A word tells how sure its layer is of itself. Whether others would agree depends on more: on what
the item is for, on whether the form of name, the host and the guess say the same. The weights of
these signs are learned from labelled cookies, together with those of the guess.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scanner.classify.words import EXEMPT, Layer, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.classify.decision import Decision

#: No confidence counts as more than this, nor as less than the rest to 1.
SUREST = 0.99


def trust(decided: Decision, words: Sequence[Word], weights: Mapping[str, float]) -> float:
    """Return how likely the category of *decided* is right: 0 to 1.

    Of the owner's word, and of layers of which *weights* say nothing, the confidence stays.
    """
    if decided.word is None or f"layer={decided.word.layer}" not in weights:
        return decided.confidence
    total = weights.get("bias", 0.0)
    total += sum(
        weights.get(sign, 0.0) * amount for sign, amount in signs(decided.word, decided, words)
    )
    return round(min(max(1 / (1 + math.exp(-total)), 1 - SUREST), SUREST), 3)


def signs(word: Word, decided: Decision, words: Sequence[Word]) -> Iterator[tuple[str, float]]:
    """Yield what speaks for or against *word*, which decided, and how much there is of it."""
    yield f"layer={word.layer}", 1.0
    yield f"{word.layer}={word.category}", 1.0
    yield f"{word.layer}:sure", odds(word.confidence)
    if word.contested:
        yield "known to be contested", 1.0
    if word.documented:
        yield "documented", 1.0
    if word.confirmed:
        yield "confirmed", 1.0
    if decided.contested:
        yield "contested here", 1.0
    for purpose in word.purposes:
        yield f"purpose={purpose}", 1.0
    for other in words:
        if other is word:
            continue
        agrees = 1.0 if _alike(word, other) else -1.0
        if other.layer is Layer.MODEL:
            yield f"{word.layer}:guess", agrees * max(odds(other.confidence), 0.0)
        yield f"{other.layer}:agrees", agrees


def odds(confidence: float) -> float:
    """Return the logarithm of the odds that *confidence* stands for."""
    bounded = min(max(confidence, 1 - SUREST), SUREST)
    return math.log(bounded / (1 - bounded))


def _alike(one: Word, other: Word) -> bool:
    return one.category is other.category or {one.category, other.category} <= EXEMPT
