"""How the words of the layers become one verdict."""

import pytest

from scanner.classify.decision import CONTESTED, decide
from scanner.classify.words import Layer, Word
from scanner.model import Category

N, F, S, M = Category.NECESSARY, Category.FUNCTIONAL, Category.STATISTICS, Category.MARKETING


def word(layer, category, confidence, **facts):
    return Word(
        layer=layer, entry="x", category=category, confidence=confidence, reason="", **facts
    )


def test_without_words_there_is_no_verdict():
    assert decide([]).word is None


def test_the_first_layer_that_is_sure_enough_decides():
    known = word(Layer.KNOWLEDGE, S, 0.9)

    assert decide([known, word(Layer.HOST, M, 0.85)]).word is known


def test_a_layer_that_is_not_sure_leaves_it_to_the_next():
    guess = word(Layer.MODEL, M, 0.8)

    assert decide([word(Layer.STRUCTURE, S, 0.5), guess]).word is guess


@pytest.mark.parametrize("category", [N, F])
@pytest.mark.parametrize(
    ("layer", "confidence"),
    [(Layer.STRUCTURE, 0.85), (Layer.HOST, 0.65), (Layer.SETTER, 0.65), (Layer.IMPORTED, 0.55),
     (Layer.KNOWLEDGE, 0.65)],
)  # fmt: skip
def test_one_weak_word_makes_nothing_exempt(category, layer, confidence):
    assert decide([word(layer, category, confidence)]).word is None


@pytest.mark.parametrize("category", [N, F, S, M])
def test_where_nobody_is_sure_the_guess_stands_as_a_guess(category):
    guess = word(Layer.MODEL, category, 0.5)

    assert decide([guess]).word is guess
    assert decide([word(Layer.STRUCTURE, N, 0.4), guess]).word is guess


@pytest.mark.parametrize(("weak", "guessed"), [(S, S), (M, M)])
def test_a_weak_word_that_the_guess_confirms_decides(weak, guessed):
    form = word(Layer.STRUCTURE, weak, 0.6)

    assert decide([form, word(Layer.MODEL, guessed, 0.5)]).word is form


@pytest.mark.parametrize(("weak", "guessed"), [(S, M), (M, N), (N, M)])
def test_a_weak_word_that_the_guess_denies_does_not(weak, guessed):
    guess = word(Layer.MODEL, guessed, 0.5)

    assert decide([word(Layer.STRUCTURE, weak, 0.6), guess]).word is guess


def test_two_weak_words_of_different_layers_do():
    form = word(Layer.STRUCTURE, N, 0.85)

    assert decide([form, word(Layer.MODEL, N, 0.7)]).word is form
    assert decide([form, word(Layer.STRUCTURE, F, 0.7)]).word is None


def test_a_guess_is_no_evidence_against_a_name_that_is_known():
    guess = word(Layer.MODEL, M, 0.95)
    known, doubtful = word(Layer.KNOWLEDGE, N, 0.9), word(Layer.KNOWLEDGE, N, 0.6)

    assert decide([known, guess]).word is known
    assert decide([known, guess]).contested
    assert decide([doubtful, guess]).word is guess


@pytest.mark.parametrize("layer", [Layer.SETTER, Layer.HOST, Layer.STRUCTURE])
def test_a_sure_word_for_tracking_vetoes_an_exemption(layer):
    tracker = word(layer, M, 0.85)

    decision = decide([word(Layer.KNOWLEDGE, N, 0.9), tracker])

    assert decision.word is tracker
    assert decision.confidence == CONTESTED
    assert decision.contested


def test_a_name_that_its_own_host_confirms_is_not_vetoed():
    confirmed = word(Layer.KNOWLEDGE, F, 0.9, confirmed=True)

    decision = decide([confirmed, word(Layer.HOST, M, 0.85)])

    assert decision.word is confirmed
    assert decision.contested


def test_no_word_for_an_exemption_vetoes_tracking():
    tracker = word(Layer.KNOWLEDGE, M, 0.6)

    assert (
        decide([tracker, word(Layer.STRUCTURE, N, 0.9), word(Layer.MODEL, N, 1.0)]).word is tracker
    )


def test_the_owner_decides_against_everybody():
    owner = word(Layer.OWNER, N, 1.0)

    assert decide([owner, word(Layer.KNOWLEDGE, M, 0.99)]) == (owner, 1.0, False)
