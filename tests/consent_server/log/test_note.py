"""Checkpoints are read by who has the key, and by nobody who changed a sign of them."""

import pytest
from nacl.signing import SigningKey

from consent_server.log import note

KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(32))
STATED = note.Checkpoint(1842, bytes(range(32)))


def test_a_checkpoint_is_signed_and_read():
    text = note.write(STATED, KEY)

    assert text.startswith(
        "kapsel\n1842\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— kapsel "
    )
    assert note.read(text, KEY.verify_key) == STATED


def test_no_sign_of_it_can_be_changed():
    text = note.write(STATED, KEY)

    for at, sign in enumerate(text):
        for instead in ("A", "7", "\n", ""):
            changed = text[:at] + instead + text[at + 1 :]
            if changed != text and sign != "=":
                assert note.read(changed, KEY.verify_key) is None


def test_another_key_does_not_read_it():
    assert note.read(note.write(STATED, KEY), OTHER.verify_key) is None


@pytest.mark.parametrize("text", ["", "kapsel\n", "kapsel\n1\nAA==\n\n— kapsel AA==\n"])
def test_what_is_no_note_is_not_read(text):
    assert note.read(text, KEY.verify_key) is None


def test_a_file_of_notes_is_split_into_them():
    first, second = note.write(STATED, KEY), note.write(note.Checkpoint(1, bytes(32)), KEY)

    assert note.split(first + second) == [first, second]
    assert note.split(first + "garbage\n" + second) == [first, "garbage\n", second]
    assert note.split("") == []


def test_a_key_goes_through_text():
    text = note.write_key(KEY.verify_key)

    assert note.read_key(text) == KEY.verify_key
    assert note.read_key(text[:-4] + "AAA=") is None
    assert note.read_key("kapsel+00000000+" + text.split("+", 2)[2]) is None
    assert note.read_key("") is None
