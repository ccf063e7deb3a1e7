"""What stands in front of a visitor: a layer of a banner, and what can be pressed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from scanner.answer import words
from scanner.answer.choice import Choice, choices, topic
from scanner.answer.words import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Category

#: Meanings that a consent banner has and a mere link to a policy has not.
ANSWERS = frozenset(
    {Meaning.ACCEPT, Meaning.REJECT, Meaning.NECESSARY, Meaning.SAVE, Meaning.ACKNOWLEDGE}
)

#: An "OK" or "yes" says little: the text around it must say the rest.
_PLAIN_ENOUGH = 2


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be pressed."""

    element: int  # its place among the elements of the survey
    label: str  # what a person reads on it
    name: str = ""  # what a screen reader says instead
    ruled: Meaning | None = None  # what a platform's rule says of it
    leads: Literal["here", "site", "away"] = "here"  # where a link would take the visitor
    weight: Literal["strong", "pointer", "leaf"] = "strong"  # how sure it is that it can be pressed
    tab: bool = False
    disabled: bool = False
    box: tuple[int, int, int, int] = (0, 0, 0, 0)  # x, y, width, height in its frame, CSS pixels
    platform: str | None = None
    floating: bool = False  # a small button that stays in place
    tucked: bool = False  # away in a menu that has to be unfolded
    group: int | None = None  # the smallest part of the layer that says what it is about
    subjects: tuple[str, ...] = ()  # what it says, and what the headings above it say

    @property
    def meaning(self) -> Meaning:
        """What pressing it does."""
        if self.ruled is not None:
            return self.ruled
        if self.disabled or self.leads == "away":
            return Meaning.NONE
        said = words.meaning(self.label)
        if said is Meaning.NONE and (not self.label or words.normal(self.label) in ("", "×", "x")):
            said = words.meaning(self.name)
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
    def category(self) -> Category | None:
        """What it is for, as its label says, or what stands around it; None: that is not said."""
        return words.category(self.label) or topic(self.subjects)


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer that may be a banner's, as the survey found it."""

    root: int
    inside: tuple[int, ...] = ()  # roots of the layers that it lies in
    kind: Literal["rule", "overlay", "named", "edge", "frame"]
    platform: str | None
    hint: bool  # its id, class or name speaks of cookies or consent
    dialog: bool
    text: str
    fields: int  # for an e-mail address, a password or a telephone number
    controls: tuple[Control, ...]
    switches: tuple[Switch, ...] = ()
    box: tuple[int, int, int, int] = (0, 0, 0, 0)

    def means(self, *meanings: Meaning) -> tuple[Control, ...]:
        """Return the controls with one of *meanings*, the likeliest first; no part of a choice."""
        apart = {option.element for choice in self.choices for option in choice.options}
        found = [
            control
            for control in self.controls
            if control.meaning in meanings and control.element not in apart
        ]
        return tuple(sorted(found, key=_preference))

    @property
    def optional(self) -> tuple[Switch, ...]:
        """The switches that a visitor can turn."""
        return tuple(
            switch
            for switch in self.switches
            if not switch.disabled
            and not (switch.pressable and words.meaning(switch.label) in ANSWERS)
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The pairs of a yes and a no to one subject."""
        return choices(self.controls, self.switches)

    @property
    def offers(self) -> frozenset[Category]:
        """The categories that can be chosen one by one."""
        found = {switch.category for switch in self.optional if switch.radio is None}
        found |= {choice.category for choice in self.choices}
        return frozenset(category for category in found if category is not None)

    @property
    def is_banner(self) -> bool:
        """Whether it asks for consent to cookies, and can be answered."""
        answers = {control.meaning for control in self.controls} & ANSWERS
        if self.platform is not None:
            return bool(answers) or bool(self.means(Meaning.SETTINGS))
        subjects, talk = words.subjects(self.text), words.talk(self.text)
        if not answers:
            return self._mute(subjects, talk)
        if self.fields:
            return False
        traps = words.traps(self.text)
        if traps and subjects < _PLAIN_ENOUGH and not self._explicit:
            return subjects > 0 and talk > _PLAIN_ENOUGH * traps
        choices = answers | {control.meaning for control in self.means(Meaning.SETTINGS)}
        if self.hint and len(choices) >= _PLAIN_ENOUGH:
            return True
        if answers == {Meaning.ACKNOWLEDGE} or answers == {Meaning.SAVE}:
            return subjects > 0 and (talk >= _PLAIN_ENOUGH or self.hint or bool(self.switches))
        if subjects:
            return talk > 0 or self.hint
        return len(choices) >= _PLAIN_ENOUGH and talk > _PLAIN_ENOUGH

    def _mute(self, subjects: int, talk: int) -> bool:
        """Whether another layer saves what it says: it can be set and closed, no more."""
        ways = {control.meaning for control in self.controls if control.weight == "strong"}
        apart = self.kind == "overlay" and not self.fields
        told = subjects > 0 and talk >= _PLAIN_ENOUGH
        set_here = Meaning.SETTINGS in ways or bool(self.offers)
        return apart and told and set_here and Meaning.CLOSE in ways

    def adds_to(self, inner: Layer) -> bool:
        """Whether this layer has answers or switches that *inner*, a part of it, has not."""
        more = {control.meaning for control in self.controls} & ANSWERS
        less = {control.meaning for control in inner.controls} & ANSWERS
        return more > less or len(self.optional) > len(inner.optional)

    @property
    def _explicit(self) -> bool:
        """Whether a button can be no other dialog's: it speaks of cookies, or of a choice."""
        return any(
            control.meaning in (Meaning.NECESSARY, Meaning.SETTINGS)
            or (control.meaning in ANSWERS and (control.says_all or words.subjects(control.label)))
            for control in self.controls
        )

    @property
    def rank(self) -> tuple[int, ...]:
        """What sorts the likeliest banner of a page first."""
        answers = {control.meaning for control in self.controls}
        return (
            -(self.platform is not None),
            -len(answers & (ANSWERS | {Meaning.SETTINGS})),
            -self.hint,
            -self.dialog,
            len(self.text),
        )


def banners(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the banners among *layers*, each once: the smallest layer that holds all of it."""
    found = {layer.root: layer for layer in layers if layer.is_banner}
    for inner in sorted(found.values(), key=lambda layer: -len(layer.inside)):
        outers = [found[root] for root in inner.inside if root in found]
        for outer in outers if inner.root in found else ():
            found.pop(inner.root if outer.adds_to(inner) else outer.root, None)
    return tuple(found.values())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the survey of one document found."""

    platforms: tuple[str, ...]  # that are there, whether or not they show something
    layers: tuple[Layer, ...]
    doors: tuple[Control, ...] = ()  # outside all layers; may show the banner again


def _preference(control: Control) -> tuple[int, ...]:
    weights = ("strong", "pointer", "leaf")
    width, height = control.box[2:]
    return (
        -(control.ruled is not None),
        -control.says_all,
        weights.index(control.weight),
        control.leads != "here",
        -width * height,
    )
