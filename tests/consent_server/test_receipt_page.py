"""The receipt and the form for requests speak every language, whatever was answered."""

import re

import pytest

from consent_server.model import Action
from consent_server.rights.model import Right, Standing
from scanner.languages import LANGUAGES, texts


def leaves(words, path=()):
    for name, value in words.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["receipt", "requests"])
def test_each_language_has_all_texts_with_the_same_places_to_fill(language, section):
    english, own = (dict(leaves(texts(tag)[section])) for tag in ("en", language))

    assert own.keys() == english.keys()
    for path, text in own.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(
            re.findall(r"\{\w+\}", english[path])
        ), path
    alike = {path[-1] for path, text in own.items() if text == english[path]}
    assert language == "en" or alike <= {"number", "send"}


def test_there_are_words_for_every_way_to_answer_and_to_ask():
    words = texts("en")

    assert set(words["receipt"]["actions"]) == set(Action)
    assert set(words["requests"]["rights"]) == set(Right)
    assert set(words["requests"]["states"]) == set(Standing)
