"""What one visitor's pages wrote, deleted and met, and what of it no page alone can tell."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from scanner.collectors import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.collectors.evidence import CookieWrite, Evidence, JarCookie
    from scanner.model import Kind, Observation, SetBy, State


class Sightings:
    """All that was seen of the jar and of storage on a walk in *state* that began at *home*."""

    def __init__(self, state: State, *, home: str) -> None:
        self._state = state
        self._home = home
        self.deleted: set[fold.Identity] = set()
        self.accepted: set[fold.Identity] = set()  # cookies that some script could read back
        self.cleared: set[str] = set()  # hosts that had all cookies of their domain deleted
        self._written: set[fold.Identity] = set()  # cookies that some page was seen to write
        #: Who may set cookies that nobody hears, by the host that they are for; and on which page.
        self._unheard: dict[str, dict[SetBy, str]] = {}
        #: Where first in the jar.
        self._met: dict[fold.Identity, tuple[JarCookie, str, dt.datetime]] = {}
        self._stored: set[tuple[Kind, str, str]] = set()  # items that some page wrote
        self._present: dict[tuple[Kind, str, str], Observation] = {}  # that were there, where first

    def heard(self, noted: Evidence) -> None:
        """Note what somebody was heard to do to the jar, on a page that may still be open."""
        self.deleted |= {write.identity for write in noted.writes if write.line.deletes}
        self.accepted |= {write.identity for write in noted.writes if write.seen}
        self.cleared |= noted.cleared

    def told(self, writes: Iterable[CookieWrite], kept: Iterable[JarCookie], *, page: str) -> None:
        """Note that the *writes* of *page* are told, and what the jar held when it was left."""
        self._written |= {write.identity for write in writes}
        now = dt.datetime.now(dt.UTC)
        for cookie in kept:
            self._met.setdefault(cookie.identity, (cookie, page, now))

    def doubt(self, host: str, by: SetBy, page: str | None) -> None:
        """Note that *by* may set cookies of *host* that nobody hears of."""
        self._unheard.setdefault(host, {}).setdefault(by, page or self._home)

    def only_present(self, seen: Observation) -> bool:
        """
        Tell whether *seen* is an item of storage that was there, and nobody was seen to write.

        Another page that is open may be its writer's: so such items are told at the end.
        """
        if seen.kind not in fold.STORED:
            return False
        identity = (seen.kind, seen.name, seen.domain)
        if seen.set_by is not None:
            self._stored.add(identity)
            return False
        self._present.setdefault(identity, seen)
        return True

    def remaining(
        self,
        kept: Collection[fold.Identity],
        *,
        pressed: bool,
        given: Collection[tuple[str, str, str]],
    ) -> dict[str, tuple[Observation, ...]]:
        """
        Return what nobody was seen to write, by the page where it was met.

        Args:
            kept: What the jar holds in the end.
            pressed: Whether a banner was answered: then only what is left counts.
            given: Name, domain and path of the cookies that the visitor brought along.
        """
        found: dict[str, tuple[Observation, ...]] = {}
        for identity, (cookie, page, at) in self._met.items():
            if identity in self._written or (pressed and identity not in kept):
                continue
            if (cookie.name, cookie.domain.lstrip("."), cookie.path) in given:
                continue
            by, place = self._unseen(cookie, page)
            seen = fold.met(cookie, by=by, page=place, state=self._state, at=at)
            found[place] = (*found.get(place, ()), seen)
        for item, seen in self._present.items():
            if item not in self._stored:
                found[seen.page] = (*found.get(seen.page, ()), seen)
        return found

    def _unseen(self, cookie: JarCookie, met: str) -> tuple[SetBy | None, str]:
        """Return who must have set *cookie*, since all else is watched, and the page; or *met*."""
        domain = cookie.domain.lstrip(".")
        known = {
            by: page
            for host, found in self._unheard.items()
            if host == domain or (cookie.domain.startswith(".") and host.endswith(cookie.domain))
            for by, page in found.items()
            if by.kind == "http" or not cookie.http_only
        }
        if len(known) > 1:
            known = {by: page for by, page in known.items() if page == met}
        return known.popitem() if len(known) == 1 else (None, met)


def left_by(writes: Iterable[CookieWrite], jar: Iterable[JarCookie]) -> tuple[JarCookie, ...]:
    """
    Return what *jar* holds, but for cookies that the page itself deleted in the end.

    Those are of another page that is open at the same time, and is told with it. A script
    cannot delete what is HttpOnly, though it may try.
    """
    last = {write.identity: write for write in sorted(writes, key=lambda write: write.at)}
    gone = {identity: write.by.kind for identity, write in last.items() if write.line.deletes}
    return tuple(
        cookie
        for cookie in jar
        if cookie.identity not in gone or (cookie.http_only and gone[cookie.identity] != "http")
    )
