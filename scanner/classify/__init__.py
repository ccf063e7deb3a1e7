"""What an item is for, who stands behind it, and why we say so.

Subject ─► the words of all layers ─► decision ─► trust, practice ─► Verdict, or Explanation

Pure: takes values and knowledge, returns values. Each layer lives in its own module and may
keep silent; `scanner.classify.decision` weighs what the others said, `scanner.classify.trust`
says how often such a decision proves right, `scanner.classify.practice` how lists label an
item that nobody met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.classify import (
    attribution,
    decision,
    guess,
    imported,
    named,
    owner,
    practice,
    structure,
    trust,
)
from scanner.classify.words import Layer, Word
from scanner.knowledge.model import Vendor
from scanner.model import SENT_KINDS, Category, Subject, Verdict

if TYPE_CHECKING:
    from scanner.knowledge import Knowledge
    from scanner.model import Override

__all__ = ["Explanation", "Layer", "Word", "classify", "explain", "said"]

#: Stands behind an item when no vendor does.
SITE = Vendor(id="site", name="", kind="generic", category=Category.FUNCTIONAL, role="own-software")


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with every layer's word on it."""

    subject: Subject
    verdict: Verdict
    contested: bool  # a layer says "tracking" and another does not
    because: tuple[Word, ...]  # words for the category of the verdict
    against: tuple[Word, ...]  # words for another
    documented_lifetime: float | None  # seconds; None: the session, or nobody has told
    evidence: tuple[str, ...]  # URLs
    knowledge: str  # version of the knowledge base


def classify(
    subject: Subject, *, knowledge: Knowledge, overrides: tuple[Override, ...] = ()
) -> Verdict:
    """Say what *subject* is for. What nobody knows is `unclassified`."""
    words = said(subject, knowledge=knowledge, overrides=overrides)
    return _verdict(_decided(subject, words, knowledge), words, knowledge)


def explain(
    subject: Subject, *, knowledge: Knowledge, overrides: tuple[Override, ...] = ()
) -> Explanation:
    """Say what *subject* is for, and what each layer has to say for and against it."""
    words = said(subject, knowledge=knowledge, overrides=overrides)
    decided = _decided(subject, words, knowledge)
    verdict = _verdict(decided, words, knowledge)
    because = tuple(word for word in words if word.category is verdict.category)
    if decided.word is not None and decided.word not in words:
        because = (decided.word, *because)
    return Explanation(
        subject=subject,
        verdict=verdict,
        contested=decided.contested,
        because=because,
        against=tuple(word for word in words if word.category is not verdict.category),
        documented_lifetime=_documented(subject, decided.word, knowledge),
        evidence=tuple(dict.fromkeys(url for word in because for url in word.evidence)),
        knowledge=knowledge.version,
    )


def said(
    subject: Subject, *, knowledge: Knowledge, overrides: tuple[Override, ...] = ()
) -> tuple[Word, ...]:
    """Return what each layer says of *subject*, the strongest layer first; some keep silent."""
    stored = subject.kind not in SENT_KINDS
    words: list[Word | None] = [owner.overridden(subject, overrides)]
    if stored:
        words.append(named.named(subject, knowledge))
    words.append(attribution.set_by(subject, knowledge))
    words.append(attribution.on_host(subject, knowledge))
    if knowledge.imports:
        words.extend(imported.imported(subject, knowledge.imports))
    if stored:
        words.append(structure.formed(subject))
        words.append(guess.guessed(subject, knowledge))
    return tuple(word for word in words if word is not None)


def _decided(subject: Subject, words: tuple[Word, ...], knowledge: Knowledge) -> decision.Decision:
    """Return what *words* come to, and how often that proves right."""
    decided = decision.decide(words)
    if knowledge.weights is None or subject.kind in SENT_KINDS:
        return decided
    trusted = decided._replace(confidence=trust.trust(decided, words, knowledge.weights.trust))
    return practice.followed(trusted, words, subject, knowledge)


def _verdict(decided: decision.Decision, words: tuple[Word, ...], knowledge: Knowledge) -> Verdict:
    word = decided.word
    if word is None:
        return Verdict(category=Category.UNCLASSIFIED)
    told = _told(word, words)
    vendor = knowledge.vendor(told.vendor_id) if told.vendor_id else None
    return Verdict(
        category=word.category,
        vendor=word.vendor or told.vendor,
        vendor_id=told.vendor_id,
        purposes=told.purposes,
        purpose=word.text or knowledge.texts(told.purposes, vendor or SITE),
        rule=word.rule,
        confidence=decided.confidence,
    )


def _told(word: Word, words: tuple[Word, ...]) -> Word:
    """Return who tells vendor and purpose where *word* does not.

    For an owner who gave only a category, the knowledge; for a guess, the vendor alone, from
    its script or its host.
    """
    if word.layer is Layer.OWNER and word.vendor is None and not word.text:
        for other in words:
            if other.layer is Layer.KNOWLEDGE and other.category is word.category:
                return other
    if word.layer is Layer.MODEL:
        for other in words:
            if other.layer in (Layer.SETTER, Layer.HOST) and other.vendor_id:
                return msgspec.structs.replace(other, purposes=())
    return word


def _documented(subject: Subject, word: Word | None, knowledge: Knowledge) -> float | None:
    """Return the lifetime that is documented for the entry that decided."""
    if word is None or word.layer is not Layer.KNOWLEDGE:
        return None
    known = knowledge.entry(subject.name, word.entry)
    return None if known is None else known.cookie.lifetime
