"""What imported lists say. Their words count little: they disagree on one name in four."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.classify.attribution import party
from scanner.classify.words import Layer, Word
from scanner.knowledge.hosts import hosts_above
from scanner.model import Category, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.knowledge.imported import Imports
    from scanner.model import Subject


def imported(subject: Subject, imports: Imports) -> Iterator[Word]:
    """Yield what the lists say about the name, and about the host of a third party."""
    for found in imports.named(subject.name):
        line = found.line
        if line.domain and not _lies_on(subject, line.domain):
            continue
        yield Word(
            layer=Layer.IMPORTED,
            entry=f"{found.collection.source}/{line.name}{'*' if line.prefix else ''}",
            category=line.category,
            confidence=found.collection.confidence,
            reason=f"listed in {found.collection.source}",
            vendor=line.vendor,
        )
        break
    if subject.domain and party(subject) is Party.THIRD:
        host = subject.domain.lstrip(".").lower()
        collection = imports.tracker(host)
        if collection is not None:
            yield Word(
                layer=Layer.HOST,
                entry=f"{collection.source}/{host}",
                category=Category.MARKETING,
                confidence=collection.confidence,
                reason=f"{host} is listed as a tracker in {collection.source}",
                purposes=("ads.visitor",),
            )


def _lies_on(subject: Subject, domain: str) -> bool:
    return subject.domain is not None and domain in hosts_above(subject.domain)
