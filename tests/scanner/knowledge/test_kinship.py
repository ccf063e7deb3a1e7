"""What is known of names that begin like another."""

import pytest

from scanner.knowledge import load
from scanner.knowledge.kinship import Kinship, plain, shared_start
from scanner.knowledge.model import Cookie, Vendor
from scanner.knowledge.patterns import Known
from scanner.model import Category

M, S, F = Category.MARKETING, Category.STATISTICS, Category.FUNCTIONAL


def known(vendor_id, name, category, **facts):
    vendor = Vendor(id=vendor_id, name=vendor_id, category=category, role="processor")
    cookie = Cookie(name=name, category=category, purposes=("session.id",), **facts)
    return Known(vendor, cookie)


def test_numbers_and_capitals_make_no_difference():
    assert plain("Acme_12_ID7") == "acme_0_id0"


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [("abc", "abd", 2), ("abc", "ab", 2), ("abc", "xyz", 0), ("", "", 0)],
)
def test_a_shared_start_is_counted_in_characters(one, other, length):
    assert shared_start(one, other) == length


def test_the_kin_of_a_name_are_those_with_the_longest_start_in_common():
    kinship = Kinship(
        [
            known("acme", "acme_ads_id", M),
            known("acme", "acme_ads_view", M),
            known("acme", "acme_chat", F),
            known("other", "acmeno", S),
        ]
    )

    ads = kinship.of("acme_ads_click", own=())
    chat = kinship.of("acme_chatter", own=())
    any_of_them = kinship.of("acmezz", own=())

    assert (ads.category, ads.vendor_id, ads.shared) == (M, "acme", 9)
    assert ads.share == pytest.approx(9 / 14)
    assert (chat.category, chat.shared) == (F, 9)
    assert (any_of_them.category, any_of_them.vendor_id) == (M, None)


def test_a_name_is_not_its_own_kin():
    kinship = Kinship([known("acme", "acme_id", M), known("acme", "acme_idle", S)])

    assert kinship.of("acme_id", own=()).category is S
    assert kinship.of("ACME_ID", own=()).category is S
    assert kinship.of("acme_id", own=("acme/acme_id", "acme/acme_idle")) is None


@pytest.mark.parametrize(
    "facts", [{"fallback": True, "match": "prefix"}, {"generic": True, "hosts": ("acme.example",)}]
)
def test_names_that_tell_nothing_of_their_vendor_are_nobodys_kin(facts):
    assert Kinship([known("acme", "acme_id", M, **facts)]).of("acme_id2", own=()) is None


def test_less_than_four_characters_make_no_kin():
    assert Kinship([known("acme", "acme_id", M)]).of("acm_zz", own=()) is None


def test_the_knowledge_base_leaves_out_what_it_says_of_the_name_itself():
    kin = load().kin("_hjSessionUser_123456")

    assert (kin.category, kin.vendor_id) == (S, "hotjar")
    assert kin.share < 1
