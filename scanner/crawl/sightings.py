"""What one visitor's pages wrote, deleted and met, and what of it no page alone can tell."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from scanner.collectors import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.collectors.evidence import CookieWrite, Evidence, JarCookie, Unheard
    from scanner.model import Kind, Observation, SetBy, State


#: By how much an answer may be heard of after its cookie was met in the jar.
_DELAY = dt.timedelta(seconds=1)


class _Doubt(NamedTuple):
    """Somebody who may set cookies that nobody hears of."""

    by: SetBy
    page: str
    when: Unheard | None  # between when and when that would be; None: at any time


class _Met(NamedTuple):
    """A cookie of the jar: where it was met first, and in which time it came."""

    cookie: JarCookie
    page: str | None  # None: no page had been left yet
    since: dt.datetime | None  # when it was not there yet; None: it was never looked for
    until: dt.datetime

    def fitting(self, known: Sequence[_Doubt]) -> list[_Doubt]:
        """
        Return those of *known* that were under way when it came; if none, shortly after.

        An answer may be heard of after its cookie was met: two that were under way at once
        cannot be told apart.
        """
        times = [(doubt.when, doubt) for doubt in known if doubt.when]
        later = [(when, each) for when, each in times if not self.since or when.at > self.since]
        soon = [(when, each) for when, each in later if when.at <= self.until + _DELAY]
        under_way = [doubt for when, doubt in soon if when.asked <= self.until]
        return under_way or [doubt for _, doubt in soon]


class Sightings:
    """All that was seen of the jar and of storage on a walk in *state* that began at *home*."""

    def __init__(self, state: State, *, home: str) -> None:
        self._state = state
        self._home = home
        self.deleted: set[fold.Identity] = set()
        self.accepted: set[fold.Identity] = set()  # cookies that some script could read back
        self.cleared: set[str] = set()  # hosts that had all cookies of their domain deleted
        self._written: set[fold.Identity] = set()  # cookies that some page was seen to write
        self._unheard: dict[str, list[_Doubt]] = {}  # by the host that the cookies are for
        self._met: dict[fold.Identity, _Met] = {}
        self._looked_at: dt.datetime | None = None  # when the jar was asked for last
        self._stored: set[tuple[Kind, str, str]] = set()  # items that some page wrote
        self._present: dict[tuple[Kind, str, str], Observation] = {}  # that were there, where first

    def heard(self, noted: Evidence) -> None:
        """Note what somebody was heard to do to the jar, on a page that may still be open."""
        self.deleted |= {write.identity for write in noted.writes if write.line.deletes}
        self.accepted |= {write.identity for write in noted.writes if write.seen}
        self.cleared |= noted.cleared

    def told(
        self,
        writes: Iterable[CookieWrite],
        kept: Iterable[JarCookie],
        *,
        page: str,
        looked_at: dt.datetime,
    ) -> None:
        """
        Note that the *writes* of *page* are told, and what the jar held when it was left.

        Args:
            looked_at: When the jar was asked for.
        """
        self._written |= {write.identity for write in writes}
        self.looked(kept, page=page, looked_at=looked_at)

    def looked(
        self, kept: Iterable[JarCookie], *, page: str | None, looked_at: dt.datetime
    ) -> None:
        """Note what the jar held when *page* was left, or (None) in between."""
        now = dt.datetime.now(dt.UTC)
        for cookie in kept:
            met = self._met.setdefault(cookie.identity, _Met(cookie, page, self._looked_at, now))
            if met.page is None and page is not None:
                self._met[cookie.identity] = met._replace(page=page)
        self._looked_at = max(looked_at, self._looked_at or looked_at)

    def doubt(self, host: str, by: SetBy, page: str | None, *, when: Unheard | None = None) -> None:
        """Note that *by* may set cookies of *host* that nobody hears of."""
        doubt = _Doubt(by, page or self._home, when)
        known = self._unheard.setdefault(host, [])
        if doubt not in known:
            known.append(doubt)

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
        for identity, met in self._met.items():
            cookie = met.cookie
            if identity in self._written or (pressed and identity not in kept):
                continue
            if (cookie.name, cookie.domain.lstrip("."), cookie.path) in given:
                continue
            by, place = self._unseen(met)
            seen = fold.met(cookie, by=by, page=place, state=self._state, at=met.until)
            found[place] = (*found.get(place, ()), seen)
        for item, seen in self._present.items():
            if item not in self._stored:
                found[seen.page] = (*found.get(seen.page, ()), seen)
        return found

    def _unseen(self, met: _Met) -> tuple[SetBy | None, str]:
        """Return who must have set a cookie, since all else is watched, and the page; or where."""
        cookie = met.cookie
        domain = cookie.domain.lstrip(".")
        known = [
            doubt
            for host, found in self._unheard.items()
            if host == domain or (cookie.domain.startswith(".") and host.endswith(cookie.domain))
            for doubt in found
            if doubt.by.kind == "http" or not cookie.http_only
        ]
        timely = met.fitting(known)
        if not timely:
            timely = [doubt for doubt in known if doubt.when is None]
            if len(timely) > 1:
                timely = [doubt for doubt in timely if doubt.page == met.page]
        if len(timely) == 1:
            return timely[0].by, timely[0].page
        pages = {doubt.page for doubt in timely}
        return None, pages.pop() if len(pages) == 1 else met.page or self._home


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
