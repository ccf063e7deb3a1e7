"""What lists of cookies usually say: of an item that nobody met, only read of in some list.

Who lists a cookie without a site copies how others label the vendor's. Weights learned from
such lists tell when they call an item otherwise. What rests on code or on the vendor's documents
stands, and so do choices about consent, which lists call tracking. And lists exempt no item that
the knowledge or its host calls tracking: they do so with one tracker in seven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.classify.trust import SUREST, odds
from scanner.classify.words import EXEMPT, Layer, Word
from scanner.knowledge.weights import chances
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.classify.decision import Decision
    from scanner.knowledge import Knowledge
    from scanner.model import Subject

#: How likely lists must call an item exempt: half, so likelier than all tracking together.
EXEMPT_FROM = 0.5

#: The classes that weights tell of, in their order; the first stands for all that is exempt.
CLASSES = (Category.NECESSARY, Category.STATISTICS, Category.MARKETING)

#: Layers whose words lists may overrule.
ASKED = frozenset({Layer.KNOWLEDGE, Layer.HOST, Layer.STRUCTURE, Layer.MODEL})

#: Those of them that know nobody: only their trackers may turn out to be exempt.
UNFAMILIAR = frozenset({Layer.STRUCTURE, Layer.MODEL})


def listed(subject: Subject) -> bool:
    """Say whether nobody met *subject*: there is no site, no flag and no setter."""
    return subject.site is None and subject.http_only is None and subject.set_by is None


def followed(
    decided: Decision, words: Sequence[Word], subject: Subject, knowledge: Knowledge
) -> Decision:
    """Return *decided*, or with the category that lists clearly give to such items."""
    weights = knowledge.weights
    word = decided.word
    if word is None or weights is None or not weights.practice or not listed(subject):
        return decided
    if word.layer not in ASKED or word.documented or _about_consent(word):
        return decided
    usual = _usual(word, words, weights.practice)
    best = _likeliest(usual, exemptible=word.category in EXEMPT or word.layer in UNFAMILIAR)
    if best is _class(word.category):
        return decided
    return decided._replace(
        word=_as_listed(word, best, knowledge),
        confidence=round(min(usual[best], SUREST), 3),
        contested=True,
    )


def signs(word: Word, words: Sequence[Word]) -> dict[str, float]:
    """Return what tells how lists label that of which *word* decided, and how much of it."""
    found = {f"decided={word.layer}/{_class(word.category)}": 1.0}
    for one in words:
        theirs = _class(one.category)
        if one.layer is Layer.MODEL:
            found[f"{one.layer}:{theirs}"] = odds(one.confidence)
            continue
        found[f"{one.layer}={theirs}"] = 1.0
        found[f"{one.layer}:{theirs}"] = one.confidence
        if one.layer is Layer.KNOWLEDGE:
            found |= {f"purpose={purpose}": 1.0 for purpose in one.purposes}
        if one.vendor_id is not None:
            found[f"vendor={one.vendor_id}"] = 1.0
            found[f"vendor={one.vendor_id}/{theirs}"] = 1.0
    return found


def _usual(
    word: Word, words: Sequence[Word], weights: Mapping[str, Sequence[float]]
) -> dict[Category, float]:
    """Return how likely lists give each class to that of which *word* decided."""
    sums = list(weights["bias"])
    for sign, amount in signs(word, words).items():
        for place, weight in enumerate(weights.get(sign, ())):
            sums[place] += weight * amount
    return chances(CLASSES, sums)


def _likeliest(usual: Mapping[Category, float], *, exemptible: bool) -> Category:
    """Return the class that lists give; the exempt one only where the item may be that."""
    if exemptible and usual[CLASSES[0]] >= EXEMPT_FROM:
        return CLASSES[0]
    return max(CLASSES[1:], key=lambda category: usual[category])


def _about_consent(word: Word) -> bool:
    """Say whether a choice about consent is kept: lists name such items after their vendors."""
    return any(purpose.startswith("consent.") for purpose in word.purposes)


def _class(category: Category) -> Category:
    return Category.NECESSARY if category in EXEMPT else category


def _as_listed(word: Word, listed_as: Category, knowledge: Knowledge) -> Word:
    """Return *word* with what lists say; the vendor's purposes if it is known for the same.

    What nobody knows is never as much as necessary.
    """
    category = Category.FUNCTIONAL if listed_as in EXEMPT else listed_as
    vendor = knowledge.vendor(word.vendor_id) if word.vendor_id else None
    same = vendor is not None and vendor.category is category
    return msgspec.structs.replace(
        word,
        category=category,
        purposes=vendor.purposes if vendor is not None and same else (),
        reason=f"{word.reason}; met on no site, and lists call such items {category}",
        contested=word.contested or f"the entry says {word.category}",
    )
