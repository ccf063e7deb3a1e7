"""From the words of all layers to one verdict.

The first layer that is sure enough decides, with one asymmetry: to call a tracker necessary
makes a site break the law, the reverse only hides a feature until the visitor agrees. So
`necessary` and `functional` need one strong or two independent words, and a word that says
"tracking" vetoes them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from scanner.classify.words import EXEMPT, TRACKING, Layer, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How sure a layer must be to decide alone.
THRESHOLD = {
    Layer.OWNER: 0.0,
    Layer.KNOWLEDGE: 0.5,
    Layer.SETTER: 0.6,
    Layer.HOST: 0.6,
    Layer.IMPORTED: 0.5,
    Layer.STRUCTURE: 0.8,
    Layer.MODEL: math.inf,
}

#: How sure a layer must be to make an item exempt on its own.
STRONG = {
    Layer.OWNER: 0.0,
    Layer.KNOWLEDGE: 0.7,
    Layer.SETTER: 0.9,
    Layer.HOST: 0.9,
    Layer.IMPORTED: 0.9,
    Layer.STRUCTURE: 0.9,
    Layer.MODEL: math.inf,
}

#: A word less sure than that still decides from here on when the guess is of the same mind.
WEAK = 0.5

#: A word this sure counts as the second of two, whatever its layer.
SECOND = 0.6

#: A word for tracking this sure vetoes "necessary" and "functional".
VETO = 0.8

#: How sure a verdict can be that had to overrule a word.
CONTESTED = 0.6


class Decision(NamedTuple):
    """The word that decided, if any, with the confidence that is left of it."""

    word: Word | None
    confidence: float
    contested: bool


def decide(words: Sequence[Word]) -> Decision:
    """Return what *words*, the strongest layer first, come to."""
    for word in words:
        if word.layer is Layer.OWNER:
            return Decision(word, 1.0, contested=False)
        if _settles(word):
            return Decision(word, word.confidence, contested=_disputed(word, words))
        if word.confidence < THRESHOLD[word.layer]:
            continue
        veto = _veto(word, words)
        if veto is not None:
            return Decision(veto, min(veto.confidence, CONTESTED), contested=True)
        if _exempt(word, words):
            return Decision(word, word.confidence, contested=_disputed(word, words))
    return _weighed(words)


def _weighed(words: Sequence[Word]) -> Decision:
    """Return what is left where no word suffices: one that the guess confirms, or the guess."""
    guess = next((word for word in words if word.layer is Layer.MODEL), None)
    for word in words:
        if word is guess or word.confidence < WEAK or (guess and not _agree(word, guess)):
            continue
        if word.category not in EXEMPT or _exempt(word, words):
            return Decision(word, word.confidence, contested=_disputed(word, words))
    if guess is None:
        return Decision(None, 0.0, contested=False)
    return Decision(guess, guess.confidence, contested=_disputed(guess, words))


def _agree(one: Word, other: Word) -> bool:
    return one.category is other.category or {one.category, other.category} <= EXEMPT


def _settles(word: Word) -> bool:
    """Say whether *word* decides if no stronger layer has, whatever the weaker ones say."""
    return word.category not in EXEMPT and word.confidence >= THRESHOLD[word.layer]


def _veto(word: Word, words: Sequence[Word]) -> Word | None:
    """Return the first word for tracking that forbids the exemption that *word* asks for.

    A name that its own host or script confirms is known for what it is, whoever's host that is;
    and a guess is no evidence against a name that is known.
    """
    if word.confirmed:
        return None
    known = word.layer is Layer.KNOWLEDGE and word.confidence >= STRONG[word.layer]
    for other in words:
        if other.category in TRACKING and other.confidence >= VETO:
            if known and other.layer is Layer.MODEL:
                continue
            return other
    return None


def _exempt(word: Word, words: Sequence[Word]) -> bool:
    """Say whether the evidence suffices for an item that no visitor is asked about."""
    if word.confidence >= STRONG[word.layer]:
        return True
    return any(
        other.layer is not word.layer and other.category in EXEMPT and other.confidence >= SECOND
        for other in words
    )


def _disputed(word: Word, words: Sequence[Word]) -> bool:
    return any(
        (other.category in EXEMPT) != (word.category in EXEMPT) and other.confidence >= SECOND
        for other in words
    )
