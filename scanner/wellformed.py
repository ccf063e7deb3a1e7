"""Read JSON that a page had a say in: its strings may hold halves of characters.

A string of JavaScript is a row of UTF-16 units, and nothing keeps a page from half a pair: as a
value it stores, as the name of a function, as a title. JSON has a way to write it, `\\ud800`, that
is no character; what reads JSON strictly refuses the whole message for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def read(text: bytes | str, decode: Callable[[bytes | str], T]) -> T:
    """
    Return what *decode* makes of *text*, with U+FFFD in the place of each half of a character.

    Raises:
        msgspec.MsgspecError: If it is no JSON, or not what *decode* expects.
    """
    try:
        return decode(text)
    except msgspec.MsgspecError:
        whole = _whole(text)
        if whole is None:
            raise
        return decode(whole)


def _whole(text: bytes | str) -> str | None:
    """Return *text* without halves of characters; None if it is no JSON at all."""
    try:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
