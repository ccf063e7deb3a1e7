"""The last layer: what items look like that have such names, hosts, lifetimes and values.

A guess names a category, never a purpose: that it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.classify.attribution import party
from scanner.classify.features import features
from scanner.classify.words import EXEMPT, Layer, Word
from scanner.model import Category, Party, Subject

if TYPE_CHECKING:
    from scanner.knowledge import Knowledge

#: A name of which nothing else is told gets a guess only from this probability on.
BARE = 0.8


def guessed(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return the likeliest of exempt, statistics and marketing; its probability is told.

    None: there are no weights, or nothing but the name is told and the name tells too little.
    """
    weights = knowledge.weights
    if weights is None:
        return None
    found = set(features(subject, knowledge))
    familiar = sum(map(weights.features.__contains__, found))
    chances = weights.weigh(found)
    third = party(subject) is Party.THIRD
    best, confidence = _likeliest(chances, weights.exemption_third if third else weights.exemption)
    if confidence < BARE and subject == Subject(name=subject.name, kind=subject.kind):
        return None
    return Word(
        layer=Layer.MODEL,
        entry="weights",
        category=best,
        confidence=round(confidence, 3),
        reason=f"a guess from {familiar} signs in name and attributes that such items share",
    )


def _likeliest(chances: dict[Category, float], exemption: float) -> tuple[Category, float]:
    """Return the best category with its probability; exempt ones count together.

    They need *exemption* at least: to exempt a tracker is the worse mistake.
    """
    exempt = sum(chance for name, chance in chances.items() if name in EXEMPT)
    trackers = chances.keys() - EXEMPT
    best = max(trackers, key=lambda name: chances[name])
    if exempt < exemption or exempt < chances[best]:
        return best, chances[best]
    return max(chances.keys() & EXEMPT, key=lambda name: chances[name]), exempt
