"""Observations become entries, and two catalogues a difference."""

import datetime as dt
import random

import msgspec
import pytest

from scanner.catalogue import MAX_NAME, MAX_PAGES, fold, merged
from scanner.model import (
    Category,
    Fate,
    Kind,
    PageRead,
    Party,
    SetBy,
    State,
    ValueShape,
    Verdict,
    Visit,
)
from tests.scanner.folded import GA_JS, NOON, SITE, entries, folded, judge, scan, seen


def test_all_that_was_seen_of_an_item_becomes_one_entry():
    later = SetBy(kind="http", url="https://www.shop.example/api")
    (entry,) = entries(
        seen(at=9, page="https://www.shop.example/b", set_by=later, lifetime=34_559_999.6),
        seen(at=1, set_by=None, state=State.BEFORE, lifetime=None),
        seen(at=2),
    )

    assert entry.name == "_ga"
    assert entry.category is Category.STATISTICS
    assert entry.rule == "knowledge:_ga"
    assert entry.states == (State.BEFORE, State.ACCEPT)
    assert entry.pages == ("https://www.shop.example/", "https://www.shop.example/b")
    assert entry.set_by == GA_JS
    assert entry.lifetime == 34_560_000
    assert entry.declared_lifetime == 63_072_000
    assert entry.first_seen == NOON + dt.timedelta(seconds=1)
    assert entry.last_seen == NOON + dt.timedelta(seconds=9)


@pytest.mark.parametrize(
    "other",
    [
        {"domain": "www.shop.example"},
        {"path": "/kurs"},
        {"kind": Kind.LOCAL_STORAGE},
        {"partitioned": True},
        {"name": "_GA"},
    ],
)
def test_what_a_browser_keeps_apart_is_two_entries(other):
    assert len(entries(seen(), seen(**other))) == 2


@pytest.mark.parametrize(
    ("domain", "party"),
    [
        ("www.shop.example", Party.FIRST),
        (".other.shop.example", Party.FIRST),
        ("static.shop-cdn.example", Party.FIRST),
        (".tags.example", Party.THIRD),
    ],
)
def test_the_party_is_told_by_registrable_domain_and_the_owner_s_own_domains(domain, party):
    (entry,) = entries(seen(domain=domain))

    assert entry.party is party


def test_where_the_site_s_address_leads_is_its_own_domain_too():
    visit = Visit(
        url="https://www.shop.example/",
        final_url="https://butikk.new-name.example/no",
        state=State.BEFORE,
        status=200,
    )
    observations = (
        seen(domain="butikk.new-name.example"),
        seen("new-name.example", kind=Kind.REQUEST, domain="new-name.example"),
        seen("tags.example", kind=Kind.REQUEST, domain="tags.example"),
    )

    found = fold([PageRead(visit=visit, observations=observations)], site=SITE, judge=judge)

    assert [(entry.name, entry.party) for entry in found.entries] == [
        ("_ga", Party.FIRST),
        ("tags.example", Party.THIRD),
    ]


def test_the_weakest_flags_that_were_seen_are_told():
    (entry,) = entries(
        seen(secure=True, http_only=True, same_site="Lax"), seen(secure=False, http_only=True)
    )

    assert (entry.secure, entry.http_only, entry.same_site) == (False, True, "Lax")


def test_a_refused_cookie_is_told_apart_even_when_another_time_it_was_kept():
    refused = seen(fate=Fate.REFUSED, reason="SameSite=None without Secure", state=State.BEFORE)

    found = folded(refused, seen())

    assert [entry.states for entry in found.entries] == [(State.ACCEPT,)]
    assert [entry.reason for entry in found.refused] == ["SameSite=None without Secure"]


def test_an_item_that_was_deleted_after_the_visitor_refused_is_not_there_after_it():
    (entry,) = entries(
        seen(state=State.BEFORE), seen(at=1, state=State.REJECT, fate=Fate.GONE, lifetime=None)
    )

    assert entry.states == (State.BEFORE,)
    assert entry.fate is Fate.KEPT


def test_who_deleted_an_item_is_not_who_set_it():
    cleaner = SetBy(kind="script", url="https://www.shop.example/clean.js", line=1)

    (entry,) = entries(seen(fate=Fate.GONE, set_by=cleaner), seen(at=1))

    assert entry.set_by == GA_JS


def test_an_item_that_never_stayed_is_gone_but_told():
    (entry,) = entries(seen(fate=Fate.GONE, state=State.BEFORE))

    assert (entry.fate, entry.states) == (Fate.GONE, (State.BEFORE,))


def test_the_judge_sees_the_best_evidence():
    subjects = []

    def ask(subject):
        subjects.append(subject)
        return Verdict(category=Category.UNCLASSIFIED)

    shape = ValueShape(length=36, entropy=3.9, kind="uuid")
    folded(
        seen(set_by=None, lifetime=60.0, value_shape=ValueShape(length=0, entropy=0, kind="empty")),
        seen(at=1, value_shape=shape),
        judge=ask,
    )

    (subject,) = subjects
    assert subject.site == "shop.example"
    assert subject.set_by == GA_JS
    assert subject.lifetime == 34_560_000
    assert subject.value_shape == shape
    assert subject.party is Party.FIRST


def test_names_are_cut_and_cleaned_so_that_every_database_takes_them():
    (entry,) = entries(
        seen("a\x00b\ud800" + "x" * 1000, kind=Kind.LOCAL_STORAGE, domain="www.shop.example")
    )

    assert entry.name.startswith("a\ufffdb\ufffdxxx")
    assert len(entry.name) == MAX_NAME
    assert msgspec.json.encode(entry)


def test_a_thousand_pages_are_cut():
    (entry,) = entries(*(seen(page=f"https://www.shop.example/{n:04}") for n in range(1000)))

    assert len(entry.pages) == MAX_PAGES
    assert entry.pages[0] == "https://www.shop.example/0000"


def test_the_same_input_in_any_order_gives_the_same_bytes():
    observations = [
        seen(f"c{n % 7}", at=n % 3, domain=f".d{n % 5}.example", state=list(State)[n % 4])
        for n in range(60)
    ]
    first = msgspec.json.encode(folded(*observations))

    random.Random(1).shuffle(observations)

    assert msgspec.json.encode(folded(*observations)) == first


def test_a_scan_that_was_cut_short_does_not_make_items_disappear():
    complete, cut = scan(seen(), seen("cart")), scan(seen("new"), status="partial")
    ancient = scan(seen("ancient"))

    assert [entry.name for entry in merged([cut, complete, ancient])] == ["_ga", "cart", "new"]


def test_a_guess_helps_the_owner_and_decides_nothing():
    def guess(_):
        return Verdict(category=Category.MARKETING, rule="model:weights", confidence=0.7)

    (entry,) = folded(seen("vindkast"), judge=guess).entries

    assert entry.category is Category.UNCLASSIFIED
    assert entry.suggestion is Category.MARKETING
    assert entry.rule == "model:weights"
