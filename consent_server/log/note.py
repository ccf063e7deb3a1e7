"""Checkpoints: signed statements of how large the log was and what its root was. Pure.

The text is that of C2SP's tlog-checkpoint in a signed note, so that other tools can read it:

    kapsel
    1842
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — kapsel Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+Z…
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

#: Whose log it is, in every note and key: keys tell logs apart.
NAME = "kapsel"

_ED25519 = b"\x01"  # the algorithm, as the notes' specification numbers it
_NOTE = re.compile(r"(kapsel\n(\d{1,18})\n([A-Za-z0-9+/]{43}=)\n)\n— kapsel ([A-Za-z0-9+/=]+)\n")
_KEY = re.compile(r"kapsel\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


class Checkpoint(NamedTuple):
    """What a note states."""

    size: int
    root: bytes


def write(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Return the note that states *checkpoint*, signed with *key*."""
    body = f"{NAME}\n{checkpoint.size}\n{_text(checkpoint.root)}\n"
    signature = _key_hash(key.verify_key) + key.sign(body.encode()).signature
    return f"{body}\n— {NAME} {_text(signature)}\n"


def read(note: str, key: VerifyKey) -> Checkpoint | None:
    """Return what *note* states; None: it is no note, or not signed with *key*."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return None
    signature = _bytes(found[4])
    root = _bytes(found[3])
    if signature is None or root is None or signature[:4] != _key_hash(key):
        return None
    try:
        key.verify(found[1].encode(), signature[4:])
    except (BadSignatureError, ValueError):  # or one of another length
        return None
    return Checkpoint(int(found[2]), root)


def split(text: str) -> list[str]:
    """Return the notes that stand in *text* one after the other; other lines as they are."""
    return re.findall(r"kapsel\n\d+\n[^\n]+\n\n— kapsel [^\n]+\n|[^\n]+\n?", text)


def write_key(key: VerifyKey) -> str:
    """Return *key* as text, by which anybody can verify the notes."""
    return f"{NAME}+{_key_hash(key).hex()}+{_text(_ED25519 + bytes(key))}"


def read_key(text: str) -> VerifyKey | None:
    """Return the key that `write_key` wrote as *text*; None: it is none."""
    found = _KEY.fullmatch(text.strip())
    data = _bytes(found[2]) if found else None
    if data is None or len(data) != 33 or data[:1] != _ED25519:
        return None
    key = VerifyKey(data[1:])
    return key if found and found[1] == _key_hash(key).hex() else None


def _key_hash(key: VerifyKey) -> bytes:
    named = NAME.encode() + b"\n" + _ED25519 + bytes(key)
    return hashlib.sha256(named).digest()[:4]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
