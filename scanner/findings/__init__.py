"""Judge what a scan saw: potential breaches, work for the owner. Pure; texts in rules.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.findings import banner_rules, item_rules, signal_rules
from scanner.findings.rules import RULES, SEVERITIES, Rule, rule, told
from scanner.findings.seen import Seen
from scanner.model import SENT_KINDS, Finding, Kind, Party, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.findings.broken import Broken
    from scanner.model import BannerAnswer, Entry, Signal, Visit

    Check = Callable[[Seen], Broken | None]

__all__ = ["CHECKS", "RULES", "SEVERITIES", "Rule", "find", "rule", "told"]


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
    for each in RULES:
        hit = CHECKS[each.id](seen)
        if hit is not None:
            found.append(
                Finding(
                    rule=each.id,
                    severity=each.severity,
                    items=hit.items,
                    states=hit.states,
                    evidence=hit.evidence,
                    lines=hit.lines,
                    advice=each.advice,
                )
            )
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def _told(check: Callable[[tuple[Signal, ...]], Broken | None]) -> Check:
    """Return a check of the signals of a scan alone."""

    def checked(seen: Seen) -> Broken | None:
        return check(seen.signals)

    return checked


def _refused_and(
    check: Callable[[tuple[Signal, ...]], Broken | None],
) -> Check:
    """Return a check of the signals after a refusal that the banner has taken."""

    def checked(seen: Seen) -> Broken | None:
        return check(seen.signals) if seen.banner.rejected else None

    return checked


#: How each rule is checked; a test holds that every rule has its check.
CHECKS: dict[str, Check] = {
    "pre-consent-cookie": item_rules.pre_consent_cookie,
    "pre-consent-third-party-cookie": item_rules.pre_consent_third_party_cookie,
    "pre-consent-web-storage": item_rules.pre_consent_web_storage,
    "pre-consent-tracker-request": item_rules.pre_consent_tracker_request,
    "pre-consent-third-party-request": item_rules.pre_consent_third_party_request,
    "pre-consent-pixel-beacon": lambda seen: signal_rules.beacons(seen.entries, State.BEFORE),
    "pre-consent-fingerprinting": _told(
        lambda told: signal_rules.fingerprinting(told, State.BEFORE)
    ),
    "cname-cloaked-tracker": _told(signal_rules.cloaked),
    "missing-notice": banner_rules.missing_notice,
    "no-reject-first-layer": banner_rules.no_reject,
    "post-reject-cookie": item_rules.post_reject({Kind.COOKIE}),
    "post-reject-storage": item_rules.post_reject(item_rules.STORAGE),
    "post-reject-tracker-request": item_rules.post_reject(SENT_KINDS),
    "post-reject-fingerprinting": _refused_and(
        lambda told: signal_rules.fingerprinting(told, State.REJECT)
    ),
    "post-reject-cookieless-ping": _refused_and(
        lambda told: signal_rules.hits(told, granted=False)
    ),
    "gcm-default-missing": _told(signal_rules.default_missing),
    "gcm-default-granted": _told(signal_rules.default_granted),
    "gcm-update-mismatch": _refused_and(signal_rules.update_mismatch),
    "gcm-hit-mismatch": _refused_and(lambda told: signal_rules.hits(told, granted=True)),
    "tcf-positive-before-choice": _told(lambda told: signal_rules.tcf_positive(told, State.BEFORE)),
    "tcf-positive-after-reject": _refused_and(
        lambda told: signal_rules.tcf_positive(told, State.REJECT)
    ),
    "withdraw-cookies-remain": item_rules.remains(Party.FIRST),
    "withdraw-third-party-cookies-remain": item_rules.remains(Party.THIRD),
    "category-ignored": item_rules.category_ignored,
    "gpc-ignored": item_rules.gpc_ignored,
    "lifetime-over-13-months": item_rules.too_long,
    "cookie-no-secure": item_rules.no_secure,
    "gpc-wellknown-missing": _told(signal_rules.unpromised),
    "insecure-transport": lambda seen: signal_rules.insecure(seen.signals, seen.visits),
    "referrer-leak": _told(signal_rules.referrer),
    "unclassified-cookie": item_rules.unclassified,
    "refused-cookie": item_rules.refused,
    "scan-banner-unclear": banner_rules.banner_unclear,
    "scan-coverage-low": banner_rules.coverage,
}
