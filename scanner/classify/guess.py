"""The last layer: what items look like that have such names, hosts, lifetimes and values.

A guess names a category, never a vendor or a purpose: those it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.classify.attribution import party
from scanner.classify.features import features
from scanner.classify.words import EXEMPT, Layer, Word
from scanner.knowledge.patterns import is_shared
from scanner.model import Party

if TYPE_CHECKING:
    from scanner.knowledge.weights import Weights
    from scanner.model import Subject

#: A guess rests on pieces of the name that were seen before: this share of those with three
#: signs, or there is none.
FAMILIAR = 0.5


def guessed(subject: Subject, weights: Weights) -> Word | None:
    """Return the likeliest of exempt, statistics and marketing; its probability is told."""
    if is_shared(subject.name) and party(subject) is not Party.THIRD:
        return None
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
    )
