"""What the knowledge base says about a name; host, setter and lifetime confirm it or do not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.classify.words import Layer, Word
from scanner.knowledge.base import hosts_above
from scanner.model import Kind

if TYPE_CHECKING:
    from scanner.knowledge import Knowledge
    from scanner.knowledge.patterns import Known
    from scanner.model import Subject

#: Chromium keeps no cookie longer, whatever was asked for.
BROWSER_LIMIT = 400 * 86400

#: How far an observed lifetime may lie from the documented one and still confirm it.
NEAR = 0.1

CONFIRMED = 0.03  # added when host or setter agree
UNCONFIRMED = 0.02  # taken away when neither is known
ELSEWHERE = 0.7  # factor: on another host than those that are documented
OTHER_STORAGE = 0.8  # factor: in another kind of storage than the documented one
LIFETIME_ONLY = 0.8  # factor: of a name that many use, only the lifetime agrees

MOST = 0.99


def named(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return what the best entry for the name says, or None when no entry may answer."""
    answers = [
        (one.rank, -confidence, reason, one)
        for one in knowledge.known(subject.name)
        if (answer := _answer(subject, one, knowledge))
        for confidence, reason in (answer,)
    ]
    if not answers:
        return None
    agreed = [answer for answer in answers if answer[2] != UNCONFIRMED_REASON]
    _, negative, reason, one = min(agreed or answers, key=lambda answer: answer[:2])
    return _word(one, -negative, reason)


UNCONFIRMED_REASON = "the name alone"


def _word(one: Known, confidence: float, reason: str) -> Word:
    vendor, cookie = one
    return Word(
        layer=Layer.KNOWLEDGE,
        entry=one.entry,
        category=cookie.category,
        confidence=round(confidence, 3),
        reason=f"{cookie.match} match of '{cookie.text}': {reason}",
        vendor_id=vendor.id,
        vendor=None if vendor.kind == "generic" else vendor.name,
        purposes=cookie.purposes,
        evidence=tuple(evidence.url for evidence in cookie.evidence),
        contested=cookie.contested,
    )


def _answer(subject: Subject, one: Known, knowledge: Knowledge) -> tuple[float, str] | None:
    """Return how sure *one* may be of *subject*, and why; None: it must keep silent."""
    cookie = one.cookie
    confidence = cookie.confidence
    if subject.kind not in cookie.storage:
        if cookie.generic or subject.kind in (Kind.REQUEST, Kind.BEACON):
            return None
        confidence *= OTHER_STORAGE
    on_host = _on_host(subject, one)
    if on_host or _set_by_vendor(subject, one, knowledge):
        return min(confidence + CONFIRMED, MOST), "the host agrees" if on_host else (
            "the script that set it is the vendor's"
        )
    if on_host is False:
        return None if cookie.generic else (confidence * ELSEWHERE, "on another host than known")
    if cookie.generic and one.vendor.kind != "generic":
        if not lifetime_agrees(subject, cookie.lifetime):
            return None
        return confidence * LIFETIME_ONLY, "of host, setter and lifetime only the last agrees"
    return confidence - UNCONFIRMED, UNCONFIRMED_REASON


def _on_host(subject: Subject, one: Known) -> bool | None:
    """Say whether the item lies on a documented host; None: not told, or any host will do."""
    if not one.cookie.hosts or subject.domain is None:
        return None
    return any(above in one.cookie.hosts for above in hosts_above(subject.domain))


def _set_by_vendor(subject: Subject, one: Known, knowledge: Knowledge) -> bool:
    if subject.set_by is None or subject.set_by.url is None:
        return False
    url = urlsplit(subject.set_by.url)
    host = url.hostname or ""
    if any(above in one.cookie.setters for above in hosts_above(host)):
        return True
    return one.vendor in knowledge.setters(host, url.path)


def lifetime_agrees(subject: Subject, documented: float | None) -> bool:
    """Say whether the observed lifetime confirms the documented one, as browsers shorten it."""
    if documented is None or subject.lifetime is None:
        return False
    near = NEAR * documented
    return (
        min(
            abs(subject.lifetime - min(documented, BROWSER_LIMIT)),
            abs(subject.lifetime - documented),
        )
        <= near
    )
