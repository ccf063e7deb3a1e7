"""How sure a verdict is: from the signs that speak for and against it."""

import pytest

from scanner.classify import Layer, Word, classify
from scanner.classify.decision import Decision, decide
from scanner.classify.trust import SUREST, odds, signs, trust
from scanner.knowledge import load
from scanner.model import Category, Subject

WEIGHTS = {"bias": 1.0, "layer=knowledge": 0.0, "knowledge:guess": 0.5, "structure:agrees": 0.5}


def word(layer, category, confidence=0.9, **facts):
    return Word(
        layer=layer, entry="x", category=category, confidence=confidence, reason="", **facts
    )


def test_trust_adds_up_what_speaks_for_and_against():
    known = word(Layer.KNOWLEDGE, Category.STATISTICS)
    form = word(Layer.STRUCTURE, Category.MARKETING)

    alone = trust(decide([known]), [known], WEIGHTS)
    denied = trust(decide([known]), [known, form], WEIGHTS)

    assert alone == pytest.approx(0.731, abs=0.001)  # e / (e + 1)
    assert denied == pytest.approx(0.622, abs=0.001)  # with e to the power of a half


def test_a_guess_counts_as_much_as_it_is_sure():
    known = word(Layer.KNOWLEDGE, Category.NECESSARY)
    decided = Decision(known, 0.9, contested=False)

    for guess, expected in ((Category.FUNCTIONAL, 2.197), (Category.MARKETING, -2.197)):
        told = dict(signs(known, decided, [known, word(Layer.MODEL, guess)]))

        assert told["knowledge:guess"] == pytest.approx(expected, abs=0.001)


def test_what_was_never_learned_stays_as_sure_as_it_was():
    owner, setter = word(Layer.OWNER, Category.NECESSARY), word(Layer.SETTER, Category.MARKETING)

    assert trust(Decision(owner, 1.0, contested=False), [owner], WEIGHTS) == 1.0
    assert trust(Decision(setter, 0.85, contested=False), [setter], WEIGHTS) == 0.85
    assert trust(Decision(None, 0.0, contested=False), [], WEIGHTS) == 0.0


def test_nothing_is_certain():
    known = word(Layer.KNOWLEDGE, Category.STATISTICS)

    assert trust(decide([known]), [known], WEIGHTS | {"bias": 50.0}) == SUREST
    assert odds(1.0) == odds(SUREST) == -odds(0.0)


def test_a_name_on_which_sites_disagree_is_trusted_less_than_one_on_which_they_agree():
    agreed = classify(Subject(name="PHPSESSID", http_only=True), knowledge=load())
    torn = classify(Subject(name="_shopify_y", http_only=False), knowledge=load())

    assert torn.confidence < agreed.confidence
