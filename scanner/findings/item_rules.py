"""The rules about what is stored and whom a page asks, in each state. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.findings.broken import MAX_LIFETIME, Broken, by_items
from scanner.model import OPTIONAL_CATEGORIES, SENT_KINDS, Category, Entry, Fate, Kind, Party, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.findings.seen import Seen

STORAGE = frozenset(Kind) - {Kind.COOKIE} - SENT_KINDS


def _in_state(
    seen: Seen,
    state: State,
    kinds: Iterable[Kind],
    *,
    categories: Iterable[Category] = OPTIONAL_CATEGORIES,
    party: Party | None = None,
) -> Broken | None:
    """Return the items of these kinds and categories that were there in *state*."""
    chosen = [
        entry
        for entry in seen.entries
        if state in entry.states
        and entry.kind in kinds
        and entry.category in categories
        and (party is None or entry.party is party)
        and (entry.fate is Fate.KEPT or state in (State.BEFORE, State.GPC))
    ]
    return by_items(chosen, state)


def pre_consent_cookie(seen: Seen) -> Broken | None:
    """Return the cookies that were there before an answer."""
    return _in_state(seen, State.BEFORE, {Kind.COOKIE})


def pre_consent_third_party_cookie(seen: Seen) -> Broken | None:
    """Return the cookies of other parties that were there before an answer."""
    any_but_necessary = (*OPTIONAL_CATEGORIES, Category.UNCLASSIFIED)
    return _in_state(
        seen, State.BEFORE, {Kind.COOKIE}, categories=any_but_necessary, party=Party.THIRD
    )


def pre_consent_web_storage(seen: Seen) -> Broken | None:
    """Return what else was stored before an answer."""
    return _in_state(seen, State.BEFORE, STORAGE)


def pre_consent_tracker_request(seen: Seen) -> Broken | None:
    """Return the known trackers that were asked before an answer."""
    trackers = (Category.STATISTICS, Category.MARKETING)
    return _in_state(seen, State.BEFORE, SENT_KINDS, categories=trackers, party=Party.THIRD)


def pre_consent_third_party_request(seen: Seen) -> Broken | None:
    """Return the other parties that were asked before an answer."""
    others = (Category.FUNCTIONAL, Category.UNCLASSIFIED)
    return _in_state(seen, State.BEFORE, {Kind.REQUEST}, categories=others, party=Party.THIRD)


def post_reject(kinds: Iterable[Kind]) -> Callable[[Seen], Broken | None]:
    """Return the check of what is there of these *kinds* after a refusal that was taken."""

    def check(seen: Seen) -> Broken | None:
        return _in_state(seen, State.REJECT, kinds) if seen.banner.rejected else None

    return check


def remains(party: Party) -> Callable[[Seen], Broken | None]:
    """Return the check of what is left of a *party* after a withdrawal that was taken."""

    def check(seen: Seen) -> Broken | None:
        if not seen.banner.withdrawn:
            return None
        return _in_state(seen, State.WITHDRAW, {Kind.COOKIE, *STORAGE}, party=party)

    return check


def category_ignored(seen: Seen) -> Broken | None:
    """Return what needs another consent than the one category that was agreed to."""
    chosen: dict[tuple[str, ...], Entry] = {}
    states = []
    for state in State:
        if state.only is None or not seen.banner.chosen.get(state.only):
            continue
        others = [
            entry
            for entry in seen.entries
            if state in entry.states
            and entry.kind not in SENT_KINDS
            and entry.category in OPTIONAL_CATEGORIES
            and entry.category is not state.only
            and entry.fate is Fate.KEPT
        ]
        chosen |= {(e.kind, e.name, e.domain, e.path): e for e in others}
        states += [state] * bool(others)
    return by_items(list(chosen.values()), *states)


def gpc_ignored(seen: Seen) -> Broken | None:
    """Return what is stored though the browser sends Global Privacy Control."""
    return _in_state(seen, State.GPC, {Kind.COOKIE, *STORAGE})


def too_long(seen: Seen) -> Broken | None:
    """Return the cookies that live for more than 13 months."""
    return by_items(
        [
            entry
            for entry in seen.entries
            if entry.kind is Kind.COOKIE
            and max(entry.lifetime or 0, entry.declared_lifetime or 0) > MAX_LIFETIME
        ]
    )


def no_secure(seen: Seen) -> Broken | None:
    """Return the cookies of encrypted pages that also travel unencrypted."""
    return by_items(
        [
            entry
            for entry in seen.entries
            if entry.kind is Kind.COOKIE
            and not entry.secure
            and any(page.startswith("https://") for page in entry.pages)
        ]
    )


def unclassified(seen: Seen) -> Broken | None:
    """Return what nobody knows the use of."""
    return by_items(
        [
            entry
            for entry in seen.entries
            if entry.category is Category.UNCLASSIFIED and entry.kind not in SENT_KINDS
        ]
    )


def refused(seen: Seen) -> Broken | None:
    """Return the cookies that the browser did not take."""
    return by_items(list(seen.refused))
