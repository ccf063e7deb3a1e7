"""Each rule, on the smallest scan that breaks it and on one that does not."""

import datetime as dt
from pathlib import Path

import pytest

from scanner.findings import CHECKS, RULES, find
from scanner.model import (
    BannerAnswer,
    Category,
    Fate,
    Kind,
    Party,
    Press,
    SetBy,
    Severity,
    State,
    Visit,
    said,
)
from tests.scanner.entries import plain

ROOT = Path(__file__).parents[3]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ANSWERED = BannerAnswer(found=True, accepted=True, rejected=True, withdrawn=True, method="rule")


def entry(name="_ga", **facts):
    usual = {
        "set_by": SetBy(kind="script", url="https://tags.example/ga.js?id=1", line=12),
        "pages": ("https://shop.example/?q=mine",),
    }
    return plain(name, **(usual | facts))


def rules(*entries, banner=ANSWERED, visits=(), refused=()):
    found = find(visits=visits, banner=banner, entries=entries, refused=refused)
    return [finding.rule for finding in found]


def before(**facts):
    return entry(states=(State.BEFORE,), **facts)


def rejected(**facts):
    return entry(states=(State.REJECT,), **facts)


REQUEST = {"kind": Kind.REQUEST, "domain": "tags.example", "party": Party.THIRD}
STORAGE = {"kind": Kind.LOCAL_STORAGE, "domain": "shop.example"}


def test_every_rule_has_its_check_and_no_check_is_without_a_rule():
    assert [rule.id for rule in RULES] == list(CHECKS)


def test_no_text_calls_anything_illegal():
    texts = [f"{rule.title} {rule.help} {rule.advice}" for rule in RULES]

    assert not [text for text in texts if "illegal" in text.lower()]
    assert all("otential breach" in r.advice for r in RULES if r.severity is Severity.CRITICAL)


def test_a_scan_without_anything_has_no_finding():
    assert rules(banner=BannerAnswer(found=False)) == []


def test_items_that_were_consented_to_are_no_finding():
    assert rules(entry(), entry(**STORAGE), entry(**REQUEST)) == []


def test_necessary_items_need_no_consent():
    necessary = {"category": Category.NECESSARY, "party": Party.THIRD}

    assert rules(before(**necessary), rejected(**necessary)) == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (before(), ["pre-consent-cookie"]),
        (before(fate=Fate.GONE), ["pre-consent-cookie"]),
        (before(party=Party.THIRD), ["pre-consent-cookie", "pre-consent-third-party-cookie"]),
        (before(**STORAGE), ["pre-consent-web-storage"]),
        (before(**REQUEST), ["pre-consent-tracker-request"]),
        (
            before(**REQUEST, category=Category.UNCLASSIFIED),
            ["pre-consent-third-party-request"],
        ),
        (rejected(), ["post-reject-cookie"]),
        (rejected(fate=Fate.GONE), []),
        (rejected(**STORAGE), ["post-reject-storage"]),
        (rejected(**REQUEST), ["post-reject-tracker-request"]),
        (entry(states=(State.WITHDRAW,)), ["withdraw-cookies-remain"]),
        (
            entry(states=(State.WITHDRAW,), party=Party.THIRD),
            ["withdraw-third-party-cookies-remain"],
        ),
        (entry(states=(State.GPC,)), ["gpc-ignored"]),
        (entry(lifetime=34_560_000.0), ["lifetime-over-13-months"]),
        (entry(declared_lifetime=63_072_000.0), ["lifetime-over-13-months"]),
        (entry(lifetime=34_164_000.0), []),
        (entry(secure=False), ["cookie-no-secure"]),
        (entry(secure=False, pages=("http://shop.example/",)), []),
        (entry(category=Category.UNCLASSIFIED), ["unclassified-cookie"]),
    ],
)
def test_an_item_breaks_these_rules(seen, expected):
    assert rules(seen) == expected


def test_a_refusal_that_did_not_work_proves_nothing_about_what_came_after_it():
    could_not = BannerAnswer(found=True, accepted=True, rejected=False)

    assert rules(rejected(), banner=could_not) == ["no-reject-first-layer"]


def test_an_item_of_another_category_is_told_where_one_alone_was_accepted():
    alone = BannerAnswer(found=True, chosen={Category.MARKETING: True, Category.FUNCTIONAL: False})
    told = find(
        visits=(),
        banner=alone,
        entries=(
            entry("_ga", states=(State.ACCEPT_MARKETING, State.ACCEPT_FUNCTIONAL)),
            entry("_fbp", states=(State.ACCEPT_MARKETING,), category=Category.MARKETING),
            entry("lang", states=(State.ACCEPT_MARKETING,), category=Category.NECESSARY),
        ),
    )

    assert [(f.rule, f.items, f.states) for f in told] == [
        ("category-ignored", ("_ga",), (State.ACCEPT_MARKETING,))
    ]


def test_what_was_pressed_for_one_category_says_nothing_of_refusing():
    presses = (
        Press(label="Godta", meaning="accept", rule="words", state=State.ACCEPT),
        Press(label="Avvis", meaning="reject", rule="words", state=State.REJECT),
        Press(label="Velg", meaning="settings", rule="words", state=State.ACCEPT_STATISTICS),
        Press(label="Velg", meaning="settings", rule="words", state=State.ACCEPT),
    )

    assert (
        rules(banner=BannerAnswer(found=True, accepted=True, rejected=True, presses=presses)) == []
    )


def press(meaning, label=""):
    return Press(label=label, meaning=meaning, rule="words")


@pytest.mark.parametrize(
    ("rejected", "presses", "expected"),
    [
        (True, ("accept", "reject"), []),
        (True, ("accept", "settings", "save"), ["no-reject-first-layer"]),
        (True, ("accept", "policy", "save"), ["no-reject-first-layer"]),
        (True, ("accept", "reject", "accept", "reopen", "settings", "save"), []),
        (False, ("accept",), ["no-reject-first-layer"]),
        (False, ("accept", "reject"), ["scan-banner-unclear"]),
        (None, ("accept",), []),
    ],
)
def test_refusing_must_be_as_easy_as_accepting(rejected, presses, expected):
    banner = BannerAnswer(
        found=True, accepted=True, rejected=rejected, presses=tuple(map(press, presses))
    )

    assert rules(banner=banner) == expected


def test_a_press_in_vain_is_told_only_of_what_was_pressed():
    vain = BannerAnswer(found=True, accepted=False, presses=(press("accept", "OK"),))

    assert rules(banner=vain) == ["scan-banner-unclear"]
    assert rules(banner=BannerAnswer(found=True, accepted=False)) == []


def test_what_cannot_be_known_of_the_banner_is_told():
    (finding,) = find(
        visits=(), banner=BannerAnswer(doubts=(said("age_door"),)), entries=(), refused=()
    )

    assert finding.rule == "scan-banner-unclear"
    assert "a door for grown-ups" in finding.evidence[0]


def test_the_way_to_a_refusal_is_told():
    presses = (press("accept", "OK"), press("settings", "Choose"), press("save", "Save"))
    banner = BannerAnswer(
        found=True, platform="klaro", accepted=True, rejected=True, presses=presses
    )

    (finding,) = find(visits=(), banner=banner, entries=())

    assert finding.evidence == ("klaro: one press accepts; to refuse took these: 'Choose', 'Save'",)


def test_a_site_without_banner_is_told_so_only_when_something_needs_consent():
    none = BannerAnswer(found=False)

    assert rules(before(), banner=none) == ["pre-consent-cookie", "missing-notice"]
    assert rules(before(category=Category.NECESSARY), banner=none) == []


def test_a_banner_that_was_not_looked_for_is_not_missing():
    assert "missing-notice" not in rules(before(), banner=BannerAnswer())


def test_the_worst_comes_first():
    severities = [
        finding.severity
        for finding in find(
            visits=(),
            banner=ANSWERED,
            entries=(
                before(**REQUEST, category=Category.UNCLASSIFIED),
                rejected(secure=False),
                entry("x", category=Category.UNCLASSIFIED),
            ),
        )
    ]

    assert severities == [
        Severity.CRITICAL,
        Severity.SERIOUS,
        Severity.MODERATE,
        Severity.MINOR,
    ]


def test_what_the_browser_refused_is_told_with_its_reason():
    odd = entry("odd", reason="SameSite=None without Secure", fate=Fate.REFUSED)

    (finding,) = find(visits=(), banner=ANSWERED, entries=(), refused=(odd,))

    assert finding.rule == "refused-cookie"
    assert "SameSite=None without Secure" in finding.evidence[0]


def test_pages_that_failed_are_told():
    visit = Visit(
        url="https://shop.example/a",
        final_url="https://shop.example/a",
        state=State.BEFORE,
        status=None,
        failure="the connection was refused",
    )

    (finding,) = find(visits=(visit,), banner=ANSWERED, entries=())

    assert finding.rule == "scan-coverage-low"
    assert finding.evidence == ("https://shop.example/a: the connection was refused",)


def test_the_evidence_names_the_setter_and_the_page_but_no_query():
    (finding,) = find(visits=(), banner=ANSWERED, entries=(before(),))

    assert finding.severity is Severity.CRITICAL
    assert finding.items == ("_ga",)
    assert finding.states == (State.BEFORE,)
    (line,) = finding.evidence
    assert line == (
        "_ga (cookie, .shop.example), set by https://tags.example/ga.js line 12, "
        "on https://shop.example/"
    )


def test_a_thousand_items_make_one_finding_with_a_bounded_list_of_evidence():
    (finding,) = find(
        visits=(), banner=ANSWERED, entries=tuple(before(name=f"c{n}") for n in range(1000))
    )

    assert len(finding.items) == 1000
    assert len(finding.evidence) == 26
    assert finding.evidence[-1] == "and 975 more"


def test_the_page_about_the_rules_says_what_the_rules_say():
    page = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")

    for rule in RULES:
        assert f"| `{rule.id}` | {rule.severity} | {rule.title} |" in page
        assert f"## {rule.id}\n\n{rule.help}\n\n{rule.advice}\n" in page
