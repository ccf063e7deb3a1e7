"""The last layer: what items look like that have such names, hosts, lifetimes and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.classify.features import features
from scanner.classify.words import EXEMPT, Layer, Word
from scanner.model import Category

if TYPE_CHECKING:
    from scanner.knowledge.weights import Weights
    from scanner.model import Subject

#: What a guess can at most say about the purpose.
PURPOSES = {
    Category.NECESSARY: ("session.id",),
    Category.FUNCTIONAL: ("choice.settings",),
    Category.STATISTICS: ("visits.visitor",),
    Category.MARKETING: ("ads.visitor",),
}

#: A guess rests on pieces of the name that were seen before: this share of those with three
#: signs, or there is none.
FAMILIAR = 0.5


def guessed(subject: Subject, weights: Weights) -> Word | None:
    """Return the likeliest of exempt, statistics and marketing; its probability is told."""
    found = set(features(subject))
    pieces = [feature for feature in found if feature.startswith("n:") and len(feature) == 5]
    familiar = sum(feature in weights.features for feature in pieces)
    if not pieces or familiar < FAMILIAR * len(pieces):
        return None
    chances = weights.weigh(found)
    exempt = {name: chance for name, chance in chances.items() if name in EXEMPT}
    best = max(chances.keys() - exempt.keys(), key=lambda name: chances[name])
    confidence = chances[best]
    if sum(exempt.values()) > confidence:
        best = max(exempt, key=lambda name: exempt[name])
        confidence = sum(exempt.values())
    return Word(
        layer=Layer.MODEL,
        entry="weights",
        category=best,
        confidence=round(confidence, 3),
        reason=f"{familiar} of {len(pieces)} pieces of the name are known from such items",
        purposes=PURPOSES[best],
    )
