"""What service workers and shared workers do, put down to the pages that started them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from scanner.collectors.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import SetBy


class Workers:
    """The workers of a profile that live beside its pages, by the address of their script."""

    def __init__(self) -> None:
        self.noted: dict[str, Evidence] = {}
        self._pages: dict[str, str] = {}  # worker -> page that started it first

    def evidence(self, url: str, *, pages: Iterable[Evidence]) -> Evidence:
        """
        Return where to note what the worker *url* does.

        Args:
            pages: What the pages that are open left behind: one of them started it.
        """
        noted = self.noted.setdefault(url, Evidence())
        noted.attached_at = time.monotonic()
        for page in pages:
            if url in page.made:  # a script without an address of its own
                noted.made[url] = page.made[url]
        return noted

    def told_with(
        self, evidence: Evidence, *, page: str, others: Iterable[Evidence]
    ) -> list[tuple[str, Evidence]]:
        """
        Return what is to be told with *page*, which left *evidence* behind, and for which page.

        It is what the workers did that the page started, and those that no page of *others* did:
        they belong to a page that was left before.
        """
        found = []
        elsewhere = list(others)
        for url, noted in self.noted.items():
            if _starts(evidence, url):
                if url in evidence.made:
                    _put_down(noted, url, to=evidence.made[url])
                found.append((self._pages.setdefault(url, page), noted))
            elif not any(_starts(other, url) for other in elsewhere):
                found.append((self._pages.get(url, page), noted))
        return found


def _put_down(noted: Evidence, url: str, *, to: SetBy) -> None:
    """Put what the script *url* did down *to* its maker, of whom we heard later than of it."""
    noted.made[url] = to
    noted.writes = [
        msgspec.structs.replace(write, by=to) if write.by.url == url else write
        for write in noted.writes
    ]
    noted.stored = [
        msgspec.structs.replace(item, by=to) if item.by and item.by.url == url else item
        for item in noted.stored
    ]


def _starts(page: Evidence, url: str) -> bool:
    return url in page.planned or url in page.made
