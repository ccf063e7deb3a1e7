import datetime as dt

import pytest

from consent_server.demo.proof import compare
from scanner.model import BannerAnswer, Category, Kind, Scan, State, Visit
from tests.scanner.entries import plain

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ALL = (State.BEFORE, State.ACCEPT, State.REJECT)


def entry(name, category, states, *, kind=Kind.COOKIE):
    domain = "ads.example" if kind is Kind.REQUEST else "shop.example"
    return plain(name, kind=kind, domain=domain, category=category, states=states)


def scan(*entries, banner, status="complete", visits=()):
    return Scan(
        site="fjellbua",
        url="https://shop.example/",
        started_at=NOON,
        finished_at=NOON,
        status=status,
        visits=visits,
        banner=banner,
        entries=entries,
    )


NO_BANNER = BannerAnswer(found=False)
ANSWERED = BannerAnswer(found=True, platform="kapsel", accepted=True, rejected=True, method="own")

AS_FOUND = scan(
    entry("session", Category.NECESSARY, ALL),
    entry("_ga", Category.STATISTICS, ALL),
    entry("vindkast", Category.UNCLASSIFIED, ALL),
    entry("ads.example", Category.MARKETING, ALL, kind=Kind.REQUEST),
    banner=NO_BANNER,
)
WITH_KAPSEL = scan(
    entry("session", Category.NECESSARY, ALL),
    entry("_ga", Category.STATISTICS, (State.ACCEPT,)),
    entry("kapsel_consent", Category.NECESSARY, (State.ACCEPT, State.REJECT)),
    banner=ANSWERED,
)


def test_the_sentences_count_what_the_scans_found():
    proof = compare(AS_FOUND, WITH_KAPSEL)

    assert proof.shortfalls == ()
    first, second, third = proof.sentences
    assert first == (
        "As found, without any banner, stored before anybody is asked: 2 items that need "
        "consent; other companies' hosts that learn of the visit: 1."
    )
    assert second == "With Kapsel, stored before the visitor answers: 1 item (session)."
    assert third == (
        "After a no: 2 items. After a yes: 3 items. "
        "Nothing that needs consent is stored without it."
    )


def test_what_is_stored_without_consent_is_said_and_is_a_shortfall():
    leaking = scan(entry("_fbp", Category.MARKETING, (State.ACCEPT, State.REJECT)), banner=ANSWERED)

    proof = compare(AS_FOUND, leaking)

    assert proof.sentences[2] == (
        "After a no: 1 item. After a yes: 1 item. Stored without consent: _fbp."
    )
    assert proof.shortfalls == ("with Kapsel, stored without consent in the state 'reject': _fbp",)


@pytest.mark.parametrize(
    ("as_found", "with_kapsel", "shortfall"),
    [
        (
            scan(banner=NO_BANNER),
            WITH_KAPSEL,
            "as found, the shop stores nothing that needs consent",
        ),
        (
            scan(*AS_FOUND.entries, banner=ANSWERED),
            WITH_KAPSEL,
            "a banner was found on the shop that has none",
        ),
        (
            AS_FOUND,
            scan(*WITH_KAPSEL.entries, banner=ANSWERED, status="failed"),
            "the scan of the shop with Kapsel has failed",
        ),
        (
            AS_FOUND,
            scan(*WITH_KAPSEL.entries, banner=BannerAnswer(found=True, accepted=True)),
            "the scanner could not refuse in Kapsel's banner",
        ),
        (
            AS_FOUND,
            scan(*WITH_KAPSEL.entries, banner=BannerAnswer(found=True, rejected=True)),
            "the scanner could not accept in Kapsel's banner",
        ),
        (
            AS_FOUND,
            scan(entry("session", Category.NECESSARY, ALL), banner=ANSWERED),
            "with Kapsel, nothing was stored although the visitor agreed",
        ),
    ],
)
def test_whatever_is_not_as_it_should_be_is_a_shortfall(as_found, with_kapsel, shortfall):
    assert compare(as_found, with_kapsel).shortfalls == (shortfall,)


def test_a_page_that_was_slow_is_named_and_is_no_shortfall():
    visit = Visit(
        url="https://shop.example/slow",
        final_url="https://shop.example/slow",
        state=State.BEFORE,
        status=200,
        timed_out=True,
        failure="the page did not finish loading in time",
    )
    slow = scan(*AS_FOUND.entries, banner=NO_BANNER, status="partial", visits=(visit,))

    proof = compare(slow, WITH_KAPSEL)

    assert proof.shortfalls == ()
    assert proof.sentences[-1] == (
        "Not read to its end: https://shop.example/slow (before): "
        "the page did not finish loading in time."
    )
