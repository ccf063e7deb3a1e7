"""What items are for, in words."""

import pytest

from scanner.knowledge import files
from scanner.knowledge.model import Vendor
from scanner.knowledge.purposes import Phrases, Vocabulary
from scanner.model import Category

VOCABULARY = files.load().vocabulary


def vendor(name="Acme", kind="vendor"):
    return Vendor(id="acme", name=name, kind=kind, category=Category.STATISTICS)


def test_there_are_enough_codes_for_every_category():
    by_category = {category: 0 for category in Category if category is not Category.UNCLASSIFIED}
    for category in VOCABULARY.codes.values():
        by_category[category] += 1

    assert sum(by_category.values()) >= 60
    assert min(by_category.values()) >= 10


@pytest.mark.parametrize(
    ("codes", "category"),
    [
        (("session.id",), "necessary"),
        (("session.id", "choice.language"), "functional"),
        (("choice.language", "visits.visitor"), "statistics"),
        (("ads.visitor", "visits.visitor", "session.id"), "marketing"),
    ],
)
def test_the_most_invasive_purpose_decides_the_category(codes, category):
    assert VOCABULARY.category(codes) == category


def test_without_a_purpose_there_is_no_category():
    with pytest.raises(ValueError, match="empty"):
        VOCABULARY.category(())


def test_several_purposes_are_several_sentences():
    text = VOCABULARY.texts(("visits.visit", "visits.link"), vendor())["en"]

    assert text == (
        "Keeps the pages of one visit together, so that Acme can count visits and how long they "
        "last. Remembers which link you clicked, so that Acme can count it."
    )


def test_who_stands_behind_an_item_is_named_in_each_language():
    def told(kind, language):
        return VOCABULARY.texts(("login.state",), vendor("WordPress", kind))[language]

    assert "damit WordPress nicht" in told("vendor", "de")
    assert "slik at dette nettstedet (WordPress) ikke" in told("platform", "nb")
    assert "jotta tämä sivusto ei" in told("generic", "fi")
    assert "WordPress" not in told("generic", "fi")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Adobe", "pour qu’Adobe ne"),
        ("Ísland.is", "pour qu’Ísland.is ne"),
        ("Ørsted", "pour qu’Ørsted ne"),
        ("PHP", "pour que PHP ne"),
    ],
)
def test_french_drops_a_vowel_before_a_vowel_of_any_country(name, told):
    assert told in VOCABULARY.texts(("login.state",), vendor(name))["fr"]


def test_a_sentence_begins_with_a_capital_even_with_a_vendor_that_does_not():
    phrases = Phrases(
        site="this website", platform="this website ({name})", purposes={"x": "{vendor} sees you."}
    )
    vocabulary = Vocabulary(codes={"x": Category.MARKETING}, phrases={"en": phrases})

    assert vocabulary.texts(("x",), vendor("adform"))["en"] == "Adform sees you."
