"""Show what strangers hide in names: control characters, and those that turn text around."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Match

#: All controls but tab and the ends of lines, and what turns the direction of what follows.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BREAKING = re.compile("[\t\n\r]")


def visible(text: str) -> str:
    """Return *text* with each hidden character as it is written in JSON: ``\\u202e``."""
    return _HIDDEN.sub(_written, text)


def in_one_line(text: str) -> str:
    """Return *text* so, and with the ends of lines in it written out, too."""
    return _BREAKING.sub(_written, visible(text))


def _written(found: Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
