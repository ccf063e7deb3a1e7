"""Judge what a scan saw: potential breaches, work for the owner. Pure; texts in findings.toml."""

from __future__ import annotations

import functools
import importlib.resources
import itertools
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from scanner import signal_rules
from scanner.model import (
    OPTIONAL_CATEGORIES,
    BannerAnswer,
    Category,
    Entry,
    Fate,
    Finding,
    Kind,
    Party,
    Severity,
    Signal,
    State,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.signal_rules import Broken

#: 13 months of the longest kind, and the half hour that a clock may be wrong.
MAX_LIFETIME = 397 * 86400.0

MAX_EVIDENCE = 25  # lines of a finding: enough to act on

_STORAGE = frozenset(Kind) - {Kind.COOKIE, Kind.REQUEST, Kind.BEACON}
_REFUSALS = frozenset({"reject", "necessary"})  # what a press can have been taken for
_SENT = frozenset({Kind.REQUEST, Kind.BEACON})


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a scan is judged by."""

    id: str
    severity: Severity
    title: str
    help: str
    advice: str


class Seen(NamedTuple):
    """All that the rules look at."""

    visits: tuple[Visit, ...]
    banner: BannerAnswer
    entries: tuple[Entry, ...]
    refused: tuple[Entry, ...]
    signals: tuple[Signal, ...] = ()


class _Hit(NamedTuple):
    items: tuple[str, ...]
    states: tuple[State, ...]
    evidence: tuple[str, ...]


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


def _load() -> tuple[Rule, ...]:
    data = (importlib.resources.files("scanner") / "findings.toml").read_bytes()
    return msgspec.toml.decode(data, type=_RuleFile).rule


#: The worst first.
SEVERITIES = tuple(Severity)

#: All rules, in the order of a visit: before the answer, the banner, after it, and the rest.
RULES = _load()


def find(
    *,
    visits: tuple[Visit, ...],
    banner: BannerAnswer,
    entries: tuple[Entry, ...],
    refused: tuple[Entry, ...] = (),
    signals: tuple[Signal, ...] = (),
) -> tuple[Finding, ...]:
    """Return what is to be said of a scan, the worst first."""
    seen = Seen(visits, banner, entries, refused, signals)
    found = []
    for rule in RULES:
        hit = CHECKS[rule.id](seen)
        if hit is not None:
            found.append(
                Finding(
                    rule=rule.id,
                    severity=rule.severity,
                    items=hit.items,
                    states=hit.states,
                    evidence=hit.evidence,
                    advice=rule.advice,
                )
            )
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _in_state(
    seen: Seen,
    state: State,
    kinds: Iterable[Kind],
    *,
    categories: Iterable[Category] = OPTIONAL_CATEGORIES,
    party: Party | None = None,
) -> _Hit | None:
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
    return _hit(chosen, state)


def _pre_consent_cookie(seen: Seen) -> _Hit | None:
    return _in_state(seen, State.BEFORE, {Kind.COOKIE})


def _pre_consent_third_party_cookie(seen: Seen) -> _Hit | None:
    any_but_necessary = (*OPTIONAL_CATEGORIES, Category.UNCLASSIFIED)
    return _in_state(
        seen, State.BEFORE, {Kind.COOKIE}, categories=any_but_necessary, party=Party.THIRD
    )


def _pre_consent_web_storage(seen: Seen) -> _Hit | None:
    return _in_state(seen, State.BEFORE, _STORAGE)


def _pre_consent_tracker_request(seen: Seen) -> _Hit | None:
    trackers = (Category.STATISTICS, Category.MARKETING)
    return _in_state(seen, State.BEFORE, _SENT, categories=trackers, party=Party.THIRD)


def _pre_consent_third_party_request(seen: Seen) -> _Hit | None:
    others = (Category.FUNCTIONAL, Category.UNCLASSIFIED)
    return _in_state(seen, State.BEFORE, {Kind.REQUEST}, categories=others, party=Party.THIRD)


def _missing_notice(seen: Seen) -> _Hit | None:
    if seen.banner.found is not False:
        return None
    chosen = [entry for entry in seen.entries if entry.category in OPTIONAL_CATEGORIES]
    return _hit(chosen, *(state for state in State if any(state in e.states for e in chosen)))


def _no_reject(seen: Seen) -> _Hit | None:
    banner = seen.banner
    if not (banner.found and banner.accepted):
        return None
    # what is pressed to open the settings again belongs to the withdrawal
    asked = [press for press in banner.presses if press.state in (None, State.ACCEPT, State.REJECT)]
    presses = list(itertools.takewhile(lambda press: press.meaning != "reopen", asked))
    meanings = {press.meaning for press in presses}
    name = banner.platform or "a banner that is not known by name"
    refusing = [p for p in presses if p.state in (None, State.REJECT) and p.meaning != "accept"]
    if banner.rejected and "settings" in {press.meaning for press in refusing}:
        labels = ", ".join(f"'{press.label}'" for press in refusing)
        said = f"{name}: one press accepts; to refuse took these: {labels}"
    elif banner.rejected is False and not meanings & _REFUSALS:
        said = f"{name}: a control that accepts was pressed, none that refuses was found"
    else:
        return None
    return _Hit((), (State.REJECT,), (said,))


def _post_reject(kinds: Iterable[Kind]) -> Callable[[Seen], _Hit | None]:
    def check(seen: Seen) -> _Hit | None:
        return _in_state(seen, State.REJECT, kinds) if seen.banner.rejected else None

    return check


def _remains(party: Party) -> Callable[[Seen], _Hit | None]:
    def check(seen: Seen) -> _Hit | None:
        if not seen.banner.withdrawn:
            return None
        return _in_state(seen, State.WITHDRAW, {Kind.COOKIE, *_STORAGE}, party=party)

    return check


def _category_ignored(seen: Seen) -> _Hit | None:
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
            and entry.kind not in _SENT
            and entry.category in OPTIONAL_CATEGORIES
            and entry.category is not state.only
            and entry.fate is Fate.KEPT
        ]
        chosen |= {(e.kind, e.name, e.domain, e.path): e for e in others}
        states += [state] * bool(others)
    return _hit(list(chosen.values()), *states)


def _gpc_ignored(seen: Seen) -> _Hit | None:
    return _in_state(seen, State.GPC, {Kind.COOKIE, *_STORAGE})


def _too_long(seen: Seen) -> _Hit | None:
    return _hit(
        [
            entry
            for entry in seen.entries
            if entry.kind is Kind.COOKIE
            and max(entry.lifetime or 0, entry.declared_lifetime or 0) > MAX_LIFETIME
        ]
    )


def _no_secure(seen: Seen) -> _Hit | None:
    return _hit(
        [
            entry
            for entry in seen.entries
            if entry.kind is Kind.COOKIE
            and not entry.secure
            and any(page.startswith("https://") for page in entry.pages)
        ]
    )


def _unclassified(seen: Seen) -> _Hit | None:
    return _hit(
        [
            entry
            for entry in seen.entries
            if entry.category is Category.UNCLASSIFIED and entry.kind not in _SENT
        ]
    )


def _refused(seen: Seen) -> _Hit | None:
    return _hit(list(seen.refused))


def _banner_unclear(seen: Seen) -> _Hit | None:
    banner = seen.banner
    vain = "the control that {} was pressed, and nothing that could be verified came of it"
    lines = []
    if banner.found and banner.accepted is False:
        lines.append((State.ACCEPT, vain.format("accepts")))
    if banner.rejected is False and {p.meaning for p in banner.presses} & _REFUSALS:
        lines.append((State.REJECT, vain.format("refuses")))
    if not lines:
        return None
    return _Hit((), tuple(state for state, _ in lines), tuple(said for _, said in lines))


def _coverage(seen: Seen) -> _Hit | None:
    failed = [visit for visit in seen.visits if visit.failure is not None]
    lines = sorted({f"{_bare(visit.url)}: {visit.failure}" for visit in failed})
    states = tuple(state for state in State if any(visit.state is state for visit in failed))
    return _Hit((), states, _cut(lines)) if failed else None


def _told(check: Callable[[tuple[Signal, ...]], Broken | None]) -> Callable[[Seen], _Hit | None]:
    """Return a check of the signals of a scan alone."""

    def checked(seen: Seen) -> _Hit | None:
        return _from(check(seen.signals))

    return checked


def _refused_and(
    check: Callable[[tuple[Signal, ...]], Broken | None],
) -> Callable[[Seen], _Hit | None]:
    """Return a check of the signals after a refusal that the banner has taken."""

    def checked(seen: Seen) -> _Hit | None:
        return _from(check(seen.signals)) if seen.banner.rejected else None

    return checked


def _from(broken: Broken | None) -> _Hit | None:
    if broken is None:
        return None
    return _Hit(broken.items[:MAX_EVIDENCE], broken.states, _cut(list(broken.evidence)))


#: How each rule is checked; a test holds that every rule has its check.
CHECKS: dict[str, Callable[[Seen], _Hit | None]] = {
    "pre-consent-cookie": _pre_consent_cookie,
    "pre-consent-third-party-cookie": _pre_consent_third_party_cookie,
    "pre-consent-web-storage": _pre_consent_web_storage,
    "pre-consent-tracker-request": _pre_consent_tracker_request,
    "pre-consent-third-party-request": _pre_consent_third_party_request,
    "pre-consent-pixel-beacon": lambda seen: _from(
        signal_rules.beacons(seen.entries, State.BEFORE)
    ),
    "pre-consent-fingerprinting": _told(
        lambda signals: signal_rules.fingerprinting(signals, State.BEFORE)
    ),
    "cname-cloaked-tracker": _told(signal_rules.cloaked),
    "missing-notice": _missing_notice,
    "no-reject-first-layer": _no_reject,
    "post-reject-cookie": _post_reject({Kind.COOKIE}),
    "post-reject-storage": _post_reject(_STORAGE),
    "post-reject-tracker-request": _post_reject(_SENT),
    "post-reject-fingerprinting": _refused_and(
        lambda signals: signal_rules.fingerprinting(signals, State.REJECT)
    ),
    "post-reject-cookieless-ping": _refused_and(
        lambda signals: signal_rules.hits(signals, granted=False)
    ),
    "gcm-default-missing": _told(signal_rules.default_missing),
    "gcm-default-granted": _told(signal_rules.default_granted),
    "gcm-update-mismatch": _refused_and(signal_rules.update_mismatch),
    "gcm-hit-mismatch": _refused_and(lambda signals: signal_rules.hits(signals, granted=True)),
    "tcf-positive-before-choice": _told(
        lambda signals: signal_rules.tcf_positive(signals, State.BEFORE)
    ),
    "tcf-positive-after-reject": _refused_and(
        lambda signals: signal_rules.tcf_positive(signals, State.REJECT)
    ),
    "withdraw-cookies-remain": _remains(Party.FIRST),
    "withdraw-third-party-cookies-remain": _remains(Party.THIRD),
    "category-ignored": _category_ignored,
    "gpc-ignored": _gpc_ignored,
    "lifetime-over-13-months": _too_long,
    "cookie-no-secure": _no_secure,
    "gpc-wellknown-missing": _told(signal_rules.unpromised),
    "insecure-transport": lambda seen: _from(signal_rules.insecure(seen.signals, seen.visits)),
    "referrer-leak": _told(signal_rules.referrer),
    "unclassified-cookie": _unclassified,
    "refused-cookie": _refused,
    "scan-banner-unclear": _banner_unclear,
    "scan-coverage-low": _coverage,
}


def _hit(entries: list[Entry], *states: State) -> _Hit | None:
    """Return what is to be said of *entries*; None: there are none."""
    if not entries:
        return None
    among = states or tuple(s for s in State if any(s in entry.states for entry in entries))
    names = tuple(dict.fromkeys(entry.name for entry in entries))
    return _Hit(names, among, _cut([_evidence(entry) for entry in entries]))


def _evidence(entry: Entry) -> str:
    """Say where an item was found and who stored it; addresses without their query."""
    words = [f"{entry.name} ({entry.kind.replace('_', ' ')}, {entry.domain})"]
    if entry.reason:
        words.append(entry.reason)
    if entry.set_by is not None and entry.set_by.url:
        line = f" line {entry.set_by.line}" if entry.set_by.line else ""
        words.append(f"set by {_bare(entry.set_by.url)}{line}")
    longest = max(entry.lifetime or 0, entry.declared_lifetime or 0)
    if longest > MAX_LIFETIME:
        words.append(f"{round(longest / 86400)} days")
    if entry.pages:
        more = f" and {len(entry.pages) - 1} more" if len(entry.pages) > 1 else ""
        words.append(f"on {_bare(entry.pages[0])}{more}")
    return ", ".join(words)


def _bare(url: str) -> str:
    """Return *url* without query and fragment: they can hold what names a person."""
    parts = urlsplit(url)
    return parts._replace(query="", fragment="").geturl()


def _cut(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= MAX_EVIDENCE:
        return tuple(lines)
    return (*lines[:MAX_EVIDENCE], f"and {len(lines) - MAX_EVIDENCE} more")


@functools.cache
def rule(id: str) -> Rule | None:  # noqa: A002 the name that the file uses
    """Return the rule of this identifier."""
    return next((rule for rule in RULES if rule.id == id), None)
