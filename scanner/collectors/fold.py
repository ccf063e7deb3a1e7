"""Make observations of the evidence of a visit: pure, so that it can be told again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import domains, lifetimes
from scanner.model import Fate, Kind, Observation, Party, SetBy, State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from scanner.collectors.evidence import CookieWrite, JarCookie, Request, StoredItem


def cookies(
    writes: Sequence[CookieWrite],
    jar: Collection[JarCookie],
    *,
    page: str,
    state: State,
) -> tuple[Observation, ...]:
    """
    Return the cookies that were written on a page.

    Args:
        writes: In the order of time.
        jar: At the end of the visit.
    """
    kept = {cookie.identity: cookie for cookie in jar}
    told: dict[tuple[str, str, str, bool], list[CookieWrite]] = {}
    for write in writes:
        if not write.line.deletes:
            told.setdefault(write.identity, []).append(write)
    found = []
    for identity, group in told.items():
        cookie = kept.get(identity)
        if cookie is not None:
            found.append(_kept(cookie, group, page=page, state=state))
        else:
            found.append(_lost(group, page=page, state=state))
    return tuple(found)


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
    credited: Collection[tuple[Kind, str, str]] = (),
    page: str,
    state: State,
) -> tuple[Observation, ...]:
    """
    Return the items of web storage, each once; its writer, where one was seen, is the first.

    Args:
        items: Writes in the order of time, then what was found at the end.
        credited: Items that an earlier visit of the same state accounts for, unless written anew.
    """
    first: dict[tuple[Kind, str, str], StoredItem] = {}
    for item in items:
        known = first.setdefault(item.identity, item)
        if known.by is None and item.by is not None:
            first[item.identity] = item
    return tuple(
        Observation(
            kind=item.kind,
            name=item.name,
            domain=item.host,
            page=page,
            state=state,
            seen_at=item.at,
            set_by=item.by,
            value_shape=item.shape,
            value_digest=item.digest,
        )
        for item in first.values()
        if item.host and (item.by is not None or item.identity not in credited)
    )


def requests(
    asked: Iterable[Request],
    *,
    site_host: str,
    own_domains: Collection[str],
    page: str,
    state: State,
) -> tuple[Observation, ...]:
    """Return one observation for each host of another party that something was asked of."""
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
        if host and domains.party(host, site_host=site_host, own_domains=own_domains) is Party.THIRD
    )


def _kept(
    cookie: JarCookie, writes: Sequence[CookieWrite], *, page: str, state: State
) -> Observation:
    """Return a cookie that is in the jar: the first writer set it, the last one's word holds."""
    accepted = [write for write in writes if write.refused is None] or list(writes)
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


def _lost(writes: Sequence[CookieWrite], *, page: str, state: State) -> Observation:
    """Return what became of a cookie that is not in the jar."""
    standing = [write for write in writes if write.refused is None and write.seen is not False]
    write = standing[0] if standing else writes[0]
    line = write.line
    asked = line.declared_lifetime
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
        reason=None if standing else write.refused or "the browser did not keep it",
        value_shape=line.shape,
        value_digest=line.digest,
    )
