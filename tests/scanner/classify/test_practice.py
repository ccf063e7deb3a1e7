"""What lists say of items that nobody met."""

from __future__ import annotations

import msgspec
import pytest

from scanner.classify import decision, practice
from scanner.classify.words import Layer, Word
from scanner.knowledge import Knowledge, files
from scanner.knowledge.weights import Weights
from scanner.model import Category, SetBy, Subject

LISTED_AS = "vendor=bizible/marketing"


def knowing(weights: dict[str, tuple[float, ...]]) -> Knowledge:
    vendors = files.load()
    blank = Weights(classes=(), scale=1, bias=(), features={}, practice=weights)
    return Knowledge(vendors.vendors, vendors.vocabulary, weights=blank)


def word(category: Category) -> Word:
    return Word(
        layer=Layer.KNOWLEDGE,
        entry="bizible/_biz_uid",
        category=category,
        confidence=0.8,
        reason="exact match",
        vendor_id="bizible",
        purposes=("contact.source",),
    )


def ask(subject: Subject, category: Category, weights: dict[str, tuple[float, ...]]) -> Category:
    one = word(category)
    decided = decision.Decision(one, 0.8, contested=False)
    after = practice.followed(decided, (one,), subject, knowing(weights)).word
    assert after is not None
    return after.category


def test_an_item_that_nobody_met_follows_what_lists_clearly_say_of_its_vendor() -> None:
    weights = {"bias": (0.0, 0.0, 0.0), LISTED_AS: (0.0, 2.0, 0.0)}

    assert ask(Subject(name="_biz_uid"), Category.MARKETING, weights) is Category.STATISTICS


@pytest.mark.parametrize(
    "subject",
    [
        Subject(name="_biz_uid", site="shop.example"),
        Subject(name="_biz_uid", http_only=False),
        Subject(name="_biz_uid", set_by=SetBy(kind="script", url="https://cdn.bizible.com/a.js")),
    ],
)
def test_an_item_that_was_met_keeps_its_verdict(subject: Subject) -> None:
    weights = {"bias": (0.0, 0.0, 0.0), LISTED_AS: (0.0, 2.0, 0.0)}

    assert ask(subject, Category.MARKETING, weights) is Category.MARKETING


def test_lists_never_exempt_a_tracker() -> None:
    weights = {"bias": (9.0, 0.0, 0.0)}

    assert ask(Subject(name="_biz_uid"), Category.MARKETING, weights) is Category.MARKETING


def test_lists_never_call_an_opt_out_tracking() -> None:
    weights = {"bias": (0.0, 9.0, 0.0)}

    assert ask(Subject(name="_biz_uid"), Category.NECESSARY, weights) is Category.NECESSARY


@pytest.mark.parametrize(
    ("documented", "category"), [(True, Category.MARKETING), (False, Category.STATISTICS)]
)
def test_what_rests_on_the_vendors_documents_stands_and_what_some_site_declares_does_not(
    documented: bool, category: Category
) -> None:
    one = msgspec.structs.replace(
        word(Category.MARKETING), evidence=("https://bizible.com/c",), documented=documented
    )
    decided = decision.Decision(one, 0.8, contested=False)
    knowledge = knowing({"bias": (0.0, 9.0, 0.0)})

    after = practice.followed(decided, (one,), Subject(name="_biz_uid"), knowledge)

    assert after.word is not None
    assert after.word.category is category


def test_lists_that_hardly_differ_change_nothing() -> None:
    weights = {"bias": (0.0, 0.3, 0.2)}

    assert ask(Subject(name="_biz_uid"), Category.MARKETING, weights) is Category.MARKETING


def test_what_is_called_otherwise_says_so_and_loses_purposes_that_no_longer_fit() -> None:
    one = word(Category.MARKETING)
    weights = {"bias": (0.0, 5.0, 0.0)}

    after = practice.followed(
        decision.Decision(one, 0.8, contested=False),
        (one,),
        Subject(name="_biz_uid"),
        knowing(weights),
    )

    assert after.contested
    assert after.confidence == 0.987
    assert after.word is not None
    assert after.word.purposes == ()
    assert after.word.contested == "the entry says marketing"
