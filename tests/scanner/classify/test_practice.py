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


def word(
    category: Category, layer: Layer = Layer.KNOWLEDGE, purpose: str = "contact.source"
) -> Word:
    return Word(
        layer=layer,
        entry="bizible/_biz_uid",
        category=category,
        confidence=0.8,
        reason="exact match",
        vendor_id="bizible",
        purposes=(purpose,),
    )


def follow(subject: Subject, one: Word, weights: dict[str, tuple[float, ...]]) -> Category:
    decided = decision.Decision(one, 0.8, contested=False)
    after = practice.followed(decided, (one,), subject, knowing(weights)).word
    assert after is not None
    return after.category


def ask(subject: Subject, category: Category, weights: dict[str, tuple[float, ...]]) -> Category:
    return follow(subject, word(category), weights)


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


@pytest.mark.parametrize("layer", [Layer.KNOWLEDGE, Layer.HOST])
def test_lists_never_exempt_what_the_knowledge_or_the_host_calls_a_tracker(layer: Layer) -> None:
    weights = {"bias": (9.0, 0.0, 1.0)}

    after = follow(Subject(name="_biz_uid"), word(Category.MARKETING, layer), weights)

    assert after is Category.MARKETING


@pytest.mark.parametrize(
    ("exempt", "category"), [(0.9, Category.FUNCTIONAL), (0.6, Category.STATISTICS)]
)
def test_a_guessed_tracker_is_exempt_where_lists_call_it_that_rather_than_any_kind_of_tracking(
    exempt: float, category: Category
) -> None:
    one = word(Category.STATISTICS, Layer.MODEL)

    after = follow(Subject(name="cart_x"), one, {"bias": (exempt, 0.1, 0.0)})

    assert after is category


def test_a_setting_is_tracking_where_lists_call_it_that() -> None:
    weights = {"bias": (0.0, 0.0, 2.0)}

    assert ask(Subject(name="_biz_uid"), Category.FUNCTIONAL, weights) is Category.MARKETING


def test_what_lists_exempt_as_well_keeps_its_own_category() -> None:
    weights = {"bias": (9.0, 0.0, 0.0)}

    assert ask(Subject(name="_biz_uid"), Category.NECESSARY, weights) is Category.NECESSARY


def test_lists_never_call_a_choice_about_consent_tracking() -> None:
    one = word(Category.NECESSARY, purpose="consent.refusal")

    after = follow(Subject(name="_biz_opt_out"), one, {"bias": (0.0, 9.0, 0.0)})

    assert after is Category.NECESSARY


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
