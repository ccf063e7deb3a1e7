"""Names with a part that is made anew for each visitor, visit or page. Pure.

Feature tests leave such names (``dmn_chk_<uuid>``, the hour as a key), and so do a few trackers.
Each scan sees others, and no visitor has those that a scan saw; what all of them share is a
pattern, in which a ``*`` stands for any characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.model import Observation, State

_UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
_DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d{4} [\d:]{8}"
_ZONE = r"(?P<zone> GMT[+-]\d{4}(?: \([^)]*\))?)?"
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_FRACTION = r"0\.\d{6,}"
_WORD = r"[A-Za-z0-9]{8,}"
_PART = re.compile(f"(?i:{_UUID})|{_DATE}{_ZONE}|{_ISO}|{_FRACTION}|{_WORD}")
_NUMBER = re.compile(r"\d{10,}")  # such as the time, in seconds or less
_TURN = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_TURNS = 3  # from letters to digits and back, that no word with a version has
_TELLING = re.compile(r"[A-Za-z]{2}|\W\w\W")


def pattern(name: str) -> str:
    """Return *name* with a ``*`` for each part that looks random; without one, as it is."""
    return re.sub(r"\*+", "*", _PART.sub(_starred, name))


def tells(pattern: str) -> bool:
    """Whether enough of a name is left in *pattern* for it to stand for these names only."""
    return _TELLING.search(pattern) is not None


def made_anew(seen: Iterable[Observation]) -> bool:
    """
    Return whether the names of what was *seen*, which share a pattern, are made anew.

    They are if no name came in the fresh profiles of two states; where only one state saw
    them, if no name came on two pages.
    """
    states: dict[str, set[State]] = {}
    pages: dict[str, set[str]] = {}
    for one in seen:
        states.setdefault(one.name, set()).add(one.state)
        pages.setdefault(one.name, set()).add(one.page)
    return _apart(states.values()) or (
        len(set().union(*states.values())) == 1 and _apart(pages.values())
    )


def _starred(part: re.Match[str]) -> str:
    if part["zone"]:
        return "* GMT*"  # a date as scripts write it: so much of it is always there
    return "*" if _random(part[0]) else _NUMBER.sub("*", part[0])


def _apart(places: Collection[Collection[object]]) -> bool:
    """Return whether there are several places, and each name was in one of them."""
    return all(len(of) == 1 for of in places) and len(set().union(*places)) > 1


def _random(part: str) -> bool:
    if not re.fullmatch(_WORD, part):
        return True
    return part.isdigit() or len(_TURN.findall(part)) >= _TURNS
