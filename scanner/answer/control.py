"""What can be pressed or switched in a banner, and what that would mean. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from scanner.answer import words
from scanner.answer.words import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Category


#: "Cookies for statistics and analysis" is a name; what is longer tells of it.
MOST_NAME_WORDS = 5

#: Stands for the group of radio buttons without a name of their own.
UNNAMED = "radio"


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be pressed."""

    element: int  # its place among the elements of the survey
    label: str  # what a person reads on it
    name: str = ""  # what a screen reader says instead
    ruled: Meaning | None = None  # what a platform's rule says of it
    leads: Literal["here", "site", "away"] = "here"  # where a link would take the visitor
    weight: Literal["strong", "pointer", "leaf"] = "strong"  # how sure it is that it can be pressed
    tab: bool = False
    opens: bool = False  # unfolds a part of the layer
    disabled: bool = False
    box: tuple[int, int, int, int] = (0, 0, 0, 0)  # x, y, width, height in its frame, CSS pixels
    platform: str | None = None
    floating: bool = False  # a small button that stays in place
    tucked: bool = False  # away in a menu that has to be unfolded
    group: int | None = None  # the smallest part of the layer that says what it is about
    subjects: tuple[str, ...] = ()  # what it says, and what the headings above it say

    @property
    def meaning(self) -> Meaning:
        """What pressing it does; a "save" that sleeps may wake once a switch is turned."""
        if self.ruled is not None:
            return self.ruled
        if self.leads == "away" or (
            self.disabled and words.meaning(self.label) is not Meaning.SAVE
        ):
            return Meaning.NONE
        said = words.meaning(self.label)
        if words.normal(self.label) in ("", "×", "x"):  # a sign: what it is called says more
            called = words.meaning(self.name)
            said = said if called is Meaning.NONE else called
        if self.tab and said is not Meaning.SETTINGS:
            return Meaning.NONE  # "Consent" over a tab is a heading
        return said

    @property
    def says_all(self) -> bool:
        """Whether it speaks of everything at once."""
        return words.says_all(self.label or self.name)


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A checkbox, a switch or a radio button: one category, or one vendor."""

    element: int
    label: str
    on: bool
    disabled: bool = False
    radio: str | None = None  # name of the group it belongs to; None: not a radio button
    pressable: bool = False  # a button that stays down: its label may make it an answer
    group: int | None = None
    subjects: tuple[str, ...] = ()
    box: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def inverse(self) -> bool:
        """Whether it is on to say no."""
        return self.radio is None and not self.pressable and words.forbids(self.label)

    @property
    def allows(self) -> bool:
        """Whether it says yes as it stands."""
        return self.on is not self.inverse

    @property
    def category(self) -> Category | None:
        """What it is for, as its label says, or what stands around it; None: that is not said."""
        return words.category(self.label) or topic(self.subjects)


def topic(subjects: Iterable[str]) -> Category | None:
    """
    Return the category that *subjects* speak of, the nearest first; None: they do not say.

    A name says more than a sentence, which may mention other categories. "Cookie preferences"
    stands over a banner, not over one category.
    """
    texts = [text for text in subjects if not words.reopens(text)]
    names = [text for text in texts if len(text.split()) <= MOST_NAME_WORDS]
    told = map(words.category, [*names, *texts])
    return next((category for category in told if category is not None), None)
