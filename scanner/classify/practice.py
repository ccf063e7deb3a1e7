"""What lists of cookies usually say: of an item that nobody met, only read of in some list.

Who lists a cookie without a site copies how others label the vendor's. Weights learned from
such lists tell when statistics is called marketing there, or the reverse. What rests on code or
on the vendor's documents stands, and so does what is exempt: lists call opt-outs tracking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.classify.trust import SUREST, odds
from scanner.classify.words import EXEMPT, TRACKING, Layer, Word
from scanner.knowledge.weights import chances
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.classify.decision import Decision
    from scanner.knowledge import Knowledge
    from scanner.model import Subject

#: How much likelier another class must be than ours before practice counts.
CLEARLY = 0.2

#: The classes that weights tell of, in their order; the first stands for all that is exempt.
CLASSES = (Category.NECESSARY, Category.STATISTICS, Category.MARKETING)

#: Layers that name a vendor whose items lists can label.
ASKED = frozenset({Layer.KNOWLEDGE, Layer.HOST})


def listed(subject: Subject) -> bool:
    """Say whether nobody met *subject*: there is no site, no flag and no setter."""
    return subject.site is None and subject.http_only is None and subject.set_by is None


def followed(
    decided: Decision, words: Sequence[Word], subject: Subject, knowledge: Knowledge
) -> Decision:
    """Return *decided*, or with the category that lists clearly give to such items."""
    weights = knowledge.weights
    if decided.word is None or weights is None or not weights.practice or not listed(subject):
        return decided
    if decided.word.layer not in ASKED or decided.word.documented:
        return decided
    if decided.word.category not in TRACKING:
        return decided
    usual = _usual(decided.word, words, weights.practice)
    best = max(CLASSES[1:], key=lambda category: usual[category])
    if usual[best] <= usual[decided.word.category] + CLEARLY:
        return decided
    return decided._replace(
        word=_as_listed(decided.word, best, knowledge),
        confidence=round(min(usual[best], SUREST), 3),
        contested=True,
    )


def signs(word: Word, words: Sequence[Word]) -> Iterator[tuple[str, float]]:
    """Yield what tells how lists label that of which *word* decided, and how much of it."""
    ours = _class(word.category)
    yield f"says={ours}", 1.0
    yield f"{word.layer}={ours}", 1.0
    for purpose in word.purposes:
        yield f"purpose={purpose}", 1.0
    if word.vendor_id is not None:
        yield f"vendor={word.vendor_id}/{ours}", 1.0
    for other in words:
        if other is word:
            continue
        sure = odds(other.confidence) if other.layer is Layer.MODEL else other.confidence
        yield f"{other.layer}:{_class(other.category)}", sure


def _usual(
    word: Word, words: Sequence[Word], weights: Mapping[str, Sequence[float]]
) -> dict[Category, float]:
    """Return how likely lists give each class to that of which *word* decided."""
    sums = list(weights["bias"])
    for sign, amount in signs(word, words):
        for place, weight in enumerate(weights.get(sign, ())):
            sums[place] += weight * amount
    return chances(CLASSES, sums)


def _class(category: Category) -> Category:
    return Category.NECESSARY if category in EXEMPT else category


def _as_listed(word: Word, category: Category, knowledge: Knowledge) -> Word:
    """Return *word* with what lists say; the vendor's purposes if it is known for the same."""
    vendor = knowledge.vendor(word.vendor_id) if word.vendor_id else None
    same = vendor is not None and vendor.category is category
    return msgspec.structs.replace(
        word,
        category=category,
        purposes=vendor.purposes if vendor is not None and same else (),
        reason=f"{word.reason}; met on no site, and lists call such items {category}",
        contested=word.contested or f"the entry says {word.category}",
    )
