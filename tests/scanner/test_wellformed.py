import msgspec
import pytest

from scanner.wellformed import read


class Word(msgspec.Struct):
    name: str
    raw: msgspec.Raw = msgspec.Raw(b"{}")


def test_half_a_character_is_replaced_and_whole_ones_stay():
    text = r'{"name": "a\ud800b \ud83d\ude00 \\ud800 \udfff"}'

    word = read(text.encode(), msgspec.json.Decoder(Word).decode)

    assert word.name == "a\ufffdb \U0001f600 \\ud800 \ufffd"


def test_what_is_no_json_or_not_what_is_expected_stays_a_mistake():
    for text in ("{", "nothing", '{"name": 3}', '{"name": "\\ud800", "raw": ', "[" * 100_000):
        with pytest.raises(msgspec.MsgspecError):
            read(text, msgspec.json.Decoder(Word).decode)
