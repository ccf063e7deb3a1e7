"""What the knowledge base says about a name; host, setter and lifetime confirm it or do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from scanner.classify.attribution import party
from scanner.classify.words import TRACKING, Layer, Word
from scanner.knowledge.hosts import hosts_above
from scanner.model import SENT_KINDS, Category, Party

if TYPE_CHECKING:
    from scanner.knowledge import Knowledge
    from scanner.knowledge.model import Vendor
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

#: What an entry rests on that the vendor itself wrote.
DOCUMENTED = ("vendor-doc", "source")

TELLING = 6  # characters of a name that is not met by chance on another host

#: What browsers, not vendors, have names begin with.
BROWSER_PREFIX = re.compile("^__(Secure|Host)-")

STEM = 0.9  # factor: the name is known without the id that ends this one

#: A name with an id of the site's own at its end: "_fathom_cr78t6".
WITH_ID = re.compile(r"(.{4,}?)[_.:|/-]+(?=[A-Za-z]*\d)[A-Za-z0-9]{5,}", re.DOTALL)


class Answer(NamedTuple):
    """What one entry may say of a subject."""

    known: Known
    confidence: float
    confirmed: bool  # by host or setter
    reason: str


def named(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return what the best entry for the name says, or None when no entry may answer.

    Where none fits the whole name, one for the name without an id at its end may answer.
    """
    word = _whole(subject, knowledge)
    parted = WITH_ID.fullmatch(subject.name) if word is None else None
    if parted is None:
        return word
    stem = parted[1]
    if all(one.cookie.generic or one.vendor.kind == "generic" for one in knowledge.known(stem)):
        return None
    word = _whole(msgspec.structs.replace(subject, name=stem), knowledge)
    if word is None:
        return None
    return msgspec.structs.replace(
        word,
        confidence=round(word.confidence * STEM, 3),
        reason=f"{word.reason}; of '{stem}', without the id at its end",
    )


def _whole(subject: Subject, knowledge: Knowledge) -> Word | None:
    """Return what the best entry for the whole name says."""
    answers = [
        answer
        for one in knowledge.known(subject.name)
        if (answer := _answer(subject, one, knowledge)) is not None
    ]
    if not answers:
        return None
    best = min(answers, key=_order)
    word = _word(best)
    return _for_its_vendor(word, best.known.vendor) if _embedded(subject, best) else word


def _order(answer: Answer) -> tuple[bool, tuple[int, int], bool, float]:
    """Sort key: the better answer first; what is bound to hosts last where none confirms it."""
    bound = bool(answer.known.cookie.hosts) and not answer.confirmed
    return (not answer.confirmed, answer.known.rank, bound, -answer.confidence)


def _word(best: Answer) -> Word:
    vendor, cookie = best.known
    ended = cookie.ended or vendor.ended
    since = f"; the service ended on {ended}" if ended else ""
    return Word(
        layer=Layer.KNOWLEDGE,
        entry=best.known.entry,
        category=cookie.category,
        confidence=round(best.confidence, 3),
        reason=f"{cookie.match} match of '{cookie.text}': {best.reason}{since}",
        vendor_id=vendor.id,
        vendor=None if vendor.kind == "generic" else vendor.name,
        purposes=cookie.purposes,
        evidence=tuple(evidence.url for evidence in cookie.evidence),
        documented=cookie.basis in DOCUMENTED and bool(cookie.evidence),
        contested=cookie.contested,
        confirmed=best.confirmed,
    )


def _embedded(subject: Subject, best: Answer) -> bool:
    """Say whether a setting of a tracker's own service is met on somebody else's site.

    A visitor who asked for this site chose nothing over there. Where no site is told, it may be
    the vendor's own. A portal's setting stays one: people go there and choose it themselves.
    """
    vendor, cookie = best.known
    return (
        cookie.category is Category.FUNCTIONAL
        and vendor.category in TRACKING
        and not vendor.portal
        and bool(cookie.hosts)
        and best.confirmed
        and subject.site is not None
        and party(subject) is Party.THIRD
    )


def _for_its_vendor(word: Word, vendor: Vendor) -> Word:
    """Return *word* with the category of what the vendor is on the site for."""
    return msgspec.structs.replace(
        word,
        category=vendor.category,
        purposes=vendor.purposes,
        reason=f"{word.reason}; on another's site it only serves what {vendor.name} does there",
        contested=word.contested or f"on {vendor.name}'s own site it is {word.category}",
    )


def _answer(subject: Subject, one: Known, knowledge: Knowledge) -> Answer | None:
    """Return how sure *one* may be of *subject*, and why; None: it must keep silent."""
    cookie = one.cookie
    confidence = cookie.confidence
    if subject.kind not in cookie.storage:
        if cookie.generic or subject.kind in SENT_KINDS:
            return None
        confidence *= OTHER_STORAGE
    on_host = _on_host(subject, one)
    if on_host:
        return Answer(one, min(confidence + CONFIRMED, MOST), True, "the host agrees")
    if _set_by_vendor(subject, one, knowledge):
        return Answer(one, min(confidence + CONFIRMED, MOST), True, "the vendor's script set it")
    if cookie.hosts and cookie.match != "exact" and not _telling(subject, one):
        return None  # a pattern bound to hosts is too wide without them
    if on_host is False:
        if cookie.generic or len(subject.name) < TELLING:
            return None
        return Answer(one, confidence * ELSEWHERE, False, "on another host than known")
    if cookie.generic and one.vendor.kind != "generic":
        if not lifetime_agrees(subject, cookie.lifetime):
            return None
        return Answer(one, confidence * LIFETIME_ONLY, False, "only the lifetime agrees")
    return Answer(one, confidence - UNCONFIRMED, False, "the name alone")


def _telling(subject: Subject, one: Known) -> bool:
    """Say whether a beginning bound to hosts is telling where only the name is told."""
    cookie = one.cookie
    if subject.domain or subject.site or subject.set_by or cookie.match != "prefix":
        return False
    return len(BROWSER_PREFIX.sub("", cookie.text)) >= TELLING


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
