"""Make observations of the evidence of a visit: pure, so that it can be told again."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner import lifetimes
from scanner.collectors import trail
from scanner.domains import registrable
from scanner.model import SENT_KINDS, Fate, Kind, Observation, SetBy, State
from scanner.statements import in_english, refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from scanner.collectors.evidence import CookieWrite, JarCookie, Request, StoredItem


_UNKNOWN = trail.Start()

Identity = tuple[str, str, str, bool]  # of a cookie: name, domain, path, partitioned

FOR_LONG = 300.0  # seconds of lifetime, with which no cookie expires during a visit
#: What we say where Chromium gave no reason, beside the names that it has for those it gives.
_NOT_KEPT, _UNHEARD = "NotKept", "Unheard"

#: What is kept in storage, other than cookies.
STORED = frozenset(Kind) - {Kind.COOKIE, Kind.CACHE_IDENTIFIER} - SENT_KINDS

#: Kinds whose whole content is looked at, at the end: what is missing then was taken away.
_LOOKED_AT = frozenset({Kind.LOCAL_STORAGE, Kind.SESSION_STORAGE})


def cookies(
    writes: Sequence[CookieWrite],
    jar: Collection[JarCookie],
    *,
    page: str,
    state: State,
    start: trail.Start = _UNKNOWN,
    deleted: Collection[Identity] = (),
    cleared: Collection[str] = (),
    accepted: Collection[Identity] = (),
) -> tuple[Observation, ...]:
    """
    Return the cookies that were written on a page.

    Args:
        writes: In the order of time.
        jar: At the end of the visit.
        start: When the page was asked for.
        deleted: What somebody was seen to delete.
        cleared: Hosts that had all cookies of their domain deleted.
        accepted: What some page was seen to keep. Where that is deleted, too, another page that is
            open at the same time may do so before the writer can read it back.
    """
    kept = {cookie.identity: cookie for cookie in jar}
    told: dict[tuple[str, str, str, bool], list[CookieWrite]] = {}
    for write in writes:
        if not write.line.deletes:
            told.setdefault(write.identity, []).append(write)
    taken = {write.identity for write in writes if write.line.deletes} | set(deleted)
    domains = {registrable(host) for host in cleared}
    found = []
    for identity, group in told.items():
        cookie = kept.get(identity)
        if cookie is not None:
            seen = _kept(cookie, group, page=page, state=state)
        else:
            was_taken = identity in taken or registrable(identity[1].lstrip(".")) in domains
            if was_taken and identity in accepted:
                group = [msgspec.structs.replace(write, seen=None) for write in group]
            seen = _lost(group, taken=was_taken, page=page, state=state)
        writers = [trail.writer(write.by, write.at, start) for write in _standing(group)]
        found.append(msgspec.structs.replace(seen, later=trail.later(seen.set_by, writers)))
    return tuple(found)


def _standing(writes: Sequence[CookieWrite]) -> list[CookieWrite]:
    """Return those of *writes* that the browser obeyed, as far as is known."""
    return [write for write in writes if not write.refused and write.seen is not False]


def met(
    cookie: JarCookie, *, by: SetBy | None, page: str, state: State, at: dt.datetime
) -> Observation:
    """
    Return a cookie of the jar that nobody was seen to write.

    Args:
        by: Who must have been.
        at: When the jar was read.
    """
    lifetime = None
    if cookie.expires is not None:
        lifetime = lifetimes.effective((cookie.expires - at).total_seconds(), asked=None)
    return _in_jar(
        cookie, lifetime=lifetime, declared=lifetime, by=by, page=page, state=state, at=at
    )


def stored(
    items: Iterable[StoredItem],
    *,
    looked: Collection[str] = (),
    late: Collection[tuple[Kind, str, str]] = (),
    emptied: Collection[str] = (),
    windows: bool = False,
    page: str,
    state: State,
    start: trail.Start = _UNKNOWN,
) -> tuple[Observation, ...]:
    """
    Return what is in storage, or was, each item once, with its writers in the order of time.

    Args:
        items: Writes in the order of time, then what was found at the end.
        looked: Hosts whose storage was looked at, at the end.
        late: Items that were written after that, when the page was left.
        emptied: Hosts that had all of it deleted.
        windows: Whether the page opened some: nobody looked at their session storage.
        start: When the page was asked for.
    """
    groups: dict[tuple[Kind, str, str], list[StoredItem]] = {}
    for item in items:
        groups.setdefault(item.identity, []).append(item)
    seen = _LOOKED_AT - {Kind.SESSION_STORAGE} if windows else _LOOKED_AT
    removed = {item.identity for group in groups.values() for item in group if item.gone}
    found = []
    for identity, group in groups.items():
        writes = [item for item in group if item.by is not None and not item.gone]
        present = [item for item in group if item.by is None]
        if not identity[2] or not (present or any(not item.faint for item in writes)):
            continue
        first = (writes or present)[0]
        kinds = STORED if first.host in emptied else seen
        if identity in late:
            kinds = frozenset()  # nobody looked again
        writers = [trail.writer(item.by, item.at, start) for item in writes if item.by]
        found.append(
            Observation(
                kind=first.kind,
                name=first.name,
                domain=first.host,
                page=page,
                state=state,
                seen_at=first.at,
                set_by=first.by,
                later=trail.later(first.by, writers),
                fate=Fate.GONE
                if not present and _taken(first, looked=looked, removed=removed, kinds=kinds)
                else Fate.KEPT,
                value_shape=first.shape,
                value_digest=first.digest,
            )
        )
    return tuple(found)


def _taken(
    item: StoredItem,
    *,
    looked: Collection[str],
    removed: Collection[tuple[Kind, str, str]],
    kinds: Collection[Kind],
) -> bool:
    """Tell whether *item*, that nobody found at the end, was taken away before."""
    places = [item.name]
    if item.kind is Kind.FILE_SYSTEM:  # with the folder that it was in
        places = list(itertools.accumulate(item.name.split("/"), "{}/{}".format))
    deleted = any((item.kind, place, item.host) in removed for place in places)
    return item.host in looked and (deleted or item.kind in kinds)


def requests(
    asked: Iterable[Request], *, site_host: str, page: str, state: State
) -> tuple[Observation, ...]:
    """
    Return one observation for each host that something was asked of, but for the site's own.

    Hosts beside that one count, also of the site's own domains: their names can lead elsewhere.
    """
    first: dict[str, Request] = {}
    for request in asked:
        first.setdefault(request.host, request)
    return tuple(
        Observation(
            kind=Kind.REQUEST,
            name=host,
            domain=host,
            page=page,
            state=state,
            seen_at=request.at,
            set_by=request.by,
        )
        for host, request in first.items()
        if host and host not in (site_host, urlsplit(page).hostname)
    )


def _kept(
    cookie: JarCookie, writes: Sequence[CookieWrite], *, page: str, state: State
) -> Observation:
    """Return a cookie that is in the jar: the first writer set it, the last one's word holds."""
    accepted = [write for write in writes if _obeyed(write, cookie)] or list(writes)
    first, last = accepted[0], accepted[-1]
    declared = last.line.declared_lifetime
    lifetime = None
    if cookie.expires is not None:
        lifetime = lifetimes.effective((cookie.expires - last.at).total_seconds(), asked=declared)
    return _in_jar(
        cookie,
        lifetime=lifetime,
        declared=declared,
        by=first.by,
        page=page,
        state=state,
        at=first.at,
    )


def _obeyed(write: CookieWrite, cookie: JarCookie) -> bool:
    """Tell whether *write* may have made *cookie*; no script can change an HttpOnly one."""
    if cookie.http_only and write.by.kind == "script" and not write.seen:
        return False
    return not write.refused


def _in_jar(
    cookie: JarCookie,
    *,
    lifetime: float | None,
    declared: float | None,
    by: SetBy | None,
    page: str,
    state: State,
    at: dt.datetime,
) -> Observation:
    return Observation(
        kind=Kind.COOKIE,
        name=cookie.name,
        domain=cookie.domain,
        path=cookie.path,
        page=page,
        state=state,
        seen_at=at,
        lifetime=lifetime,
        declared_lifetime=declared,
        http_only=cookie.http_only,
        secure=cookie.secure,
        same_site=cookie.same_site,
        partitioned=cookie.partitioned,
        set_by=by,
        value_shape=cookie.shape,
        value_digest=cookie.digest,
    )


def _lost(writes: Sequence[CookieWrite], *, taken: bool, page: str, state: State) -> Observation:
    """
    Return what became of a cookie that is not in the jar.

    A response's word is no proof that it ever was there: the browser hears it in silence where
    the request was made without credentials.

    Args:
        taken: Whether somebody deleted it.
    """
    standing = [
        write
        for write in _standing(writes)
        if taken or write.seen or (write.line.declared_lifetime or FOR_LONG) < FOR_LONG
    ]
    write = standing[0] if standing else writes[0]
    heard = write.by.kind == "http"
    line = write.line
    asked = line.declared_lifetime
    refusals = () if standing else write.refused or (_UNHEARD if heard else _NOT_KEPT,)
    return Observation(
        kind=Kind.COOKIE,
        name=line.name,
        domain=line.domain,
        path=line.path,
        page=page,
        state=state,
        seen_at=write.at,
        lifetime=None if asked is None else min(asked, float(lifetimes.BROWSER_CAP)),
        declared_lifetime=asked,
        http_only=line.http_only,
        secure=line.secure,
        same_site=line.same_site,
        partitioned=line.partitioned,
        set_by=write.by,
        fate=Fate.GONE if standing else Fate.REFUSED,
        reason=in_english(*refused(refusals)) or None,
        refusals=refusals,
        value_shape=line.shape,
        value_digest=line.digest,
    )
