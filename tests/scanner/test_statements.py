"""What a scan tells, in plain English for programs and in a language for people."""

import re
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from scanner.browser import failures
from scanner.browser.failures import of_navigation, of_status
from scanner.findings import find
from scanner.model import (
    BannerAnswer,
    Carried,
    Fate,
    Finding,
    Kind,
    Party,
    SetBy,
    Severity,
    Signal,
    SignalKind,
    State,
    Visit,
    said,
)
from scanner.spoken import SPOKEN
from scanner.statements import (
    evidence_in_words,
    facts_in_words,
    failure_in_words,
    in_english,
    in_words,
    refusal_in_words,
    refused,
)
from scanner.wording import words
from tests.scanner.entries import plain

PAGE = "https://shop.example/kasse"
CAUSE = of_navigation("net::ERR_NAME_NOT_RESOLVED")
ROOT = Path(__file__).parents[2]


def visit(cause=CAUSE):
    failure = in_english(cause) if cause else "as an old scan says it"
    return Visit(
        url=PAGE, final_url=PAGE, state=State.BEFORE, status=None, failure=failure, cause=cause
    )


def test_every_code_has_its_text_and_no_text_is_without_a_code():
    folder = files("scanner") / "locale" / "report"
    texts = msgspec.json.decode((folder / "en.json").read_bytes())["statements"]
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "scanner").rglob("*")
        if path.suffix in (".py", ".toml")
    )

    used = set(re.findall(r'\bsaid\(\s*"(\w+)"', source))

    assert used - texts.keys() == set()
    assert all(in_english(of_navigation(error)) for error in failures._ERRORS)
    assert {code for code in texts if f'"{code}"' not in source} == set()


def test_the_english_of_a_failure_is_that_of_the_contract():
    assert in_english(CAUSE) == "the host's name is not known (ERR_NAME_NOT_RESOLVED)"
    assert in_english(of_navigation("net::ERR_NEW")) == "the browser says ERR_NEW"
    assert in_english(of_navigation("net::ERR_CERT_DATE_INVALID")) == (
        "the certificate is not trusted: date invalid (ERR_CERT_DATE_INVALID); "
        "--insecure accepts it"
    )
    assert in_english(of_status(503)) == "the server answered HTTP 503"
    assert in_english(of_status(302)) == "the server answered HTTP 302"
    assert [of_status(status) for status in (200, 226, 304)] == [None, None, None]
    assert of_status(200) is None


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nb", "vertens navn er ikke kjent (ERR_NAME_NOT_RESOLVED)"),
        ("de", "der Name des Hosts ist nicht bekannt (ERR_NAME_NOT_RESOLVED)"),
    ],
)
def test_a_failure_is_told_in_the_language_of_who_reads(language, told):
    assert failure_in_words(visit(), words(language)) == told


def test_a_statement_within_a_statement_is_said_in_the_same_language():
    fault = said("login_undone", seconds="10")
    whole = said("not_logged_in", number=2, action="press", target="#go", fault=fault)

    assert in_english(whole) == (
        "not logged in: step 2 of login (press '#go'): this could not be done within 10 seconds"
    )
    assert in_words([whole], words("nb")) == (
        "ikke logget inn: trinn 2 av login (press '#go'): dette kunne ikke gjøres innen 10 sekunder"
    )


def test_a_scan_from_before_statements_is_shown_as_it_was_kept():
    old = Finding(rule="x", severity=Severity.MINOR, items=(), evidence=("as kept",), advice="")

    assert failure_in_words(visit(cause=None), words("nb")) == "as an old scan says it"
    assert evidence_in_words(old, words("nb")) == ["as kept"]
    assert refusal_in_words(plain("a", reason="as kept"), words("nb")) == "as kept"


def test_the_evidence_of_an_item_says_the_same_in_english_and_in_norwegian():
    cookie = plain(
        "_ga",
        lifetime=86400.0 * 1200,
        set_by=SetBy(kind="script", url="https://tags.example/ga.js?id=1", line=12),
        pages=(PAGE, f"{PAGE}/2", f"{PAGE}/3"),
        states=(State.BEFORE,),
    )

    (long,) = [
        finding
        for finding in find(visits=(), banner=BannerAnswer(), entries=(cookie,))
        if finding.rule == "lifetime-over-13-months"
    ]

    where = f"_ga (cookie, {cookie.domain})"
    assert long.evidence == (
        f"{where}, set by https://tags.example/ga.js line 12, 1200 days, on {PAGE} and 2 more",
    )
    (told,) = evidence_in_words(long, words("nb"))
    assert told.replace("\xa0", " ") == (
        f"_ga (informasjonskapsel, {cookie.domain}), satt av https://tags.example/ga.js "
        f"linje 12, 1 200 dager, på {PAGE} og 2 til"
    )


def test_what_a_beacon_tells_is_named_in_the_language_of_who_reads():
    beacon = plain(
        "tags.example/hit",
        kind=Kind.BEACON,
        domain="tags.example",
        party=Party.THIRD,
        carries=(Carried(name="em", content="email_hash"), Carried(name="dl", content="page")),
        states=(State.BEFORE,),
    )

    (told,) = [
        finding
        for finding in find(visits=(), banner=BannerAnswer(), entries=(beacon,))
        if finding.rule == "pre-consent-pixel-beacon"
    ]

    assert told.evidence == ("tags.example/hit is told email hash (em), page (dl)",)
    assert evidence_in_words(told, words("nb")) == [
        "tags.example/hit får vite hash av e-postadresse (em), side (dl)"
    ]


def test_a_page_that_failed_is_evidence_in_any_language():
    (told,) = find(visits=(visit(),), banner=BannerAnswer(), entries=())

    assert told.evidence == (f"{PAGE}: {in_english(CAUSE)}",)
    assert evidence_in_words(told, words("sv")) == [
        f"{PAGE}: värdens namn är inte känt (ERR_NAME_NOT_RESOLVED)"
    ]


def test_why_a_cookie_was_refused_is_told_also_where_the_reason_is_new_to_us():
    refusals = ("SameSiteNoneInsecure", "SomethingNew")
    cookie = plain("a", fate=Fate.REFUSED, reason="?", refusals=refusals)

    assert in_english(*refused(refusals)) == "SameSite=None without Secure, something new"
    assert refusal_in_words(cookie, words("nb")) == "SameSite=None uten Secure, something new"


def test_the_facts_of_a_signal_are_told_and_what_a_platform_says_stays():
    def facts(kind, **told):
        return Signal(kind=kind, name="x", facts={k.replace("__", " "): v for k, v in told.items()})

    norwegian = words("nb")
    state = facts(SignalKind.TCF, applies="yes", purposes__consented="none", status="tcloaded")
    header = facts(SignalKind.SECURITY_HEADER, sent="yes", value="none")
    alias = facts(SignalKind.CLOAKING, company="Eulerian", target="e.example", how="an alias of …")

    assert facts_in_words(state, norwegian) == (
        "gjelder ja, formål med samtykke ingen, status tcloaded"
    )
    assert facts_in_words(state, words("en")) == (
        "applies yes, purposes consented none, status tcloaded"
    )
    assert facts_in_words(header, norwegian) == "sendt ja, verdi none"
    assert facts_in_words(alias, norwegian) == "et alias for e.example (Eulerian)"


@pytest.mark.parametrize("language", SPOKEN)
def test_a_scan_that_is_kept_and_read_again_says_the_same(language):
    (told,) = find(visits=(visit(),), banner=BannerAnswer(), entries=())

    again = msgspec.json.decode(msgspec.json.encode(told), type=Finding)

    assert evidence_in_words(again, words(language)) == evidence_in_words(told, words(language))
