"""The owner's own word, from sites.yaml. It wins over all knowledge."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from scanner.classify.words import Layer, Word

if TYPE_CHECKING:
    from scanner.model import Override, Subject


def overridden(subject: Subject, overrides: tuple[Override, ...]) -> Word | None:
    """Return the owner's word on *subject*: of the first override that fits it."""
    for override in overrides:
        if fnmatch.fnmatchcase(subject.name, override.name) and _same_domain(subject, override):
            return Word(
                layer=Layer.OWNER,
                entry=override.name,
                category=override.category,
                confidence=1.0,
                reason="the owner of the site says so in sites.yaml",
                vendor=override.vendor,
                text=override.purpose,
            )
    return None


def _same_domain(subject: Subject, override: Override) -> bool:
    if override.domain is None:
        return True
    wanted = override.domain.lstrip(".").lower()
    domain = (subject.domain or "").lstrip(".").lower()
    return domain == wanted or domain.endswith(f".{wanted}")
