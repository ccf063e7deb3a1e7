"""What may be known of a value that is never kept: its shape, and a keyed hash of it."""

from __future__ import annotations

import base64
import binascii
import collections
import hashlib
import json
import math
import re
import secrets
from typing import Literal

from scanner.model import ValueShape

Kind = Literal["empty", "flag", "number", "time", "uuid", "hex", "base64", "json", "jwt", "text"]

_FLAG = re.compile(r"0|1|true|false|yes|no|on|off|y|n", re.IGNORECASE)
_TIME = re.compile(r"1[0-9]{9}([0-9]{3})?([0-9]{3})?|\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_HEX = re.compile(r"[0-9a-f]{8,}", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_BASE64 = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/-]{12,}={0,2}")


def shape(value: str) -> ValueShape:
    """Return how long *value* is, how random it looks, and what kind of text it is."""
    return ValueShape(length=len(value), entropy=round(_entropy(value), 3), kind=_kind(value))


class Digester:
    """Hash values with a key that is made on the spot and dies with it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def digest(self, value: str) -> str:
        """Return the same text for the same *value*, and nobody can tell the value from it."""
        return hashlib.blake2b(
            value.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16
        ).hexdigest()


def _kind(value: str) -> Kind:
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(value):
            return kind
    if value[:1] in ("{", "[", "%") and _is_json(value):
        return "json"
    return "base64" if _BASE64.fullmatch(value) and _decodes(value) else "text"


_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("empty", re.compile("")),
    ("flag", _FLAG),
    ("time", _TIME),
    ("number", _NUMBER),
    ("uuid", _UUID),
    ("hex", _HEX),
    ("jwt", _JWT),
)


def _is_json(value: str) -> bool:
    text = value.replace("%7B", "{").replace("%5B", "[").replace("%22", '"').replace("%2C", ",")
    try:
        json.loads(text.replace("%3A", ":").replace("%7D", "}").replace("%5D", "]"))
    except (ValueError, RecursionError):
        return False
    return True


def _decodes(value: str) -> bool:
    text = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return False
    return True


def _entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of *value*, in bits per character."""
    total = len(value)
    counts = collections.Counter(value).values()
    return sum(count / total * math.log2(total / count) for count in counts)
