"""Which of a page's controls shows the banner again after a choice. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.answer import words
from scanner.answer.layer import ANSWERS
from scanner.answer.plan import label
from scanner.answer.words import Meaning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.answer.control import Control
    from scanner.answer.look import Door

#: A link that is no more than "Cookies" may be a control; a sentence about cookies is none.
_MOST_WORDS = 3


#: A text on privacy in which the control may stand: behind all controls, tucked ones too.
_STATEMENT = 20

#: Behind all that can be seen.
_TUCKED = 10


def likeliest(found: Iterable[Door], tried: Collection[str]) -> Door | None:
    """Return the likeliest of *found* whose label is not in *tried*; None: there is none."""
    ranked = [
        (rank + _TUCKED * door.control.tucked, door)
        for door in found
        if (rank := _rank(door.control)) is not None
    ]
    fresh = [(rank, door) for rank, door in ranked if label(door.control) not in tried]
    return min(fresh, key=lambda pair: pair[0])[1] if fresh else None


def is_text(control: Control) -> bool:
    """Whether *control* leads to a text, in which a control may stand."""
    return _rank(control) == _STATEMENT


def _rank(control: Control) -> int | None:
    """Return how likely *control* is, 0 most; None: it is none, or leads away from the site."""
    if control.disabled or control.leads == "away":
        return None
    said = control.label or control.name
    here = control.leads == "here"
    if control.platform is not None:
        return 0
    if control.meaning is Meaning.WITHDRAW:
        return 1
    named = words.names_consent(said) or (control.meaning is Meaning.REJECT and words.reopens(said))
    icon = control.floating and not control.label and control.meaning is not Meaning.CLOSE
    if control.meaning in ANSWERS | {Meaning.CLOSE} and not (named or icon):
        return None
    if named or words.reopens(said):
        return 2 if here else 4
    if control.floating:
        return 3 if here else None
    if words.subjects(said) and words.normal(said).count(" ") < _MOST_WORDS:
        return 5 if here else 6
    if control.leads == "site" and words.names_statement(said):
        return _STATEMENT
    return None
