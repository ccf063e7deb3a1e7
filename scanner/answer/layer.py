"""What stands in front of a visitor: a layer of a banner, and what can be pressed in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from scanner.answer import words
from scanner.answer.choice import Choice, choices
from scanner.answer.control import Control, Switch
from scanner.answer.words import Meaning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.model import Category

#: Meanings that a consent banner has and a mere link to a policy has not.
ANSWERS = frozenset(
    {Meaning.ACCEPT, Meaning.REJECT, Meaning.NECESSARY, Meaning.SAVE, Meaning.ACKNOWLEDGE}
)

#: What may hide a banner, or be one that cannot be read: a door for grown-ups, a painted picture.
Screen: TypeAlias = Literal["age", "picture"]

#: Meanings that say no.
_REFUSALS = frozenset({Meaning.REJECT, Meaning.NECESSARY})

#: An "OK" or "yes" says little: the text around it must say the rest.
_PLAIN_ENOUGH = 2

#: Turns of a banner's speech that outweigh one word of another dialog.
_TRAP_WEIGHT = 2

_LITTLE_MORE = 120  # characters; a layer with more than that around a banner is the page's
_LONGEST_NOTICE = 800  # characters; what is longer is a text with a way to close it


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer that may be a banner's, as the survey found it."""

    root: int
    inside: tuple[int, ...] = ()  # roots of the layers that it lies in
    kind: Literal["rule", "overlay", "named", "edge", "frame", "form"]
    platform: str | None
    hint: bool  # its id, class or name speaks of cookies or consent
    dialog: bool
    stays: bool = True  # in the window when the page is scrolled, or as a dialog
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
            if control.meaning in meanings
            and control.element not in apart
            and control not in self.unsaid
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
        answers = ANSWERS & {control.meaning for control in self.controls}
        if self.platform is not None:
            return bool(answers) or bool(self.means(Meaning.SETTINGS))
        subjects, talk = words.subjects(self.text), words.talk(self.text)
        if not answers:
            return self._mute(subjects, talk) or self.is_notice
        if self.is_form and not self._settles(answers):
            return False
        if self.fields or self._placeholder(answers) or self._retort(answers, talk):
            return False
        traps = words.traps(self._free)
        if traps and subjects < _PLAIN_ENOUGH and not self._explicit:
            return subjects > 0 and talk > _TRAP_WEIGHT * traps
        choices = answers | {control.meaning for control in self.means(Meaning.SETTINGS)}
        if self.hint and len(choices) >= _PLAIN_ENOUGH:
            return True
        if len(self.offers) >= _PLAIN_ENOUGH and answers != {Meaning.ACKNOWLEDGE}:
            return True
        if answers == {Meaning.SAVE} and self.dialog and self.optional:
            return subjects > 0 or words.heads_settings(self.text)
        if answers == {Meaning.SAVE} and self._apart and words.heads_settings(self.text):
            return True
        if answers == {Meaning.ACKNOWLEDGE} or answers == {Meaning.SAVE}:
            return subjects > 0 and (talk >= _PLAIN_ENOUGH or self.hint or bool(self.switches))
        if subjects:
            both = Meaning.ACCEPT in answers and bool(answers & _REFUSALS)
            return talk > 0 or self.hint or (both and self._explicit)
        return len(choices) >= _PLAIN_ENOUGH and talk > _PLAIN_ENOUGH

    @property
    def is_notice(self) -> bool:
        """Whether it is called by cookies, tells of them, and can only be closed."""
        ways = {control.meaning for control in self.controls}
        told = self.hint and words.subjects(self.text) > 0 and words.talk(self.text) > 0
        short = len(self.text) <= _LONGEST_NOTICE and not self.switches
        silent = Meaning.CLOSE in ways and not ways & (ANSWERS | {Meaning.SETTINGS})
        return told and short and silent and self._apart

    @property
    def is_riddle(self) -> bool:
        """Whether it may be a banner whose words are not understood."""
        strong = {c.meaning for c in self.controls if c.weight == "strong"}
        asks = strong & {Meaning.NONE, Meaning.CLOSE} and not strong & (
            ANSWERS | {Meaning.SETTINGS}
        )
        baked = words.bakes(self.text) and not self.hint
        agreed = any(words.names_terms(control.label) for control in self.controls)
        told = self.hint or (words.subjects(self.text) > 0 and words.talk(self.text) > 0)
        return bool(asks) and not (baked or agreed) and told and self._apart

    @property
    def unsaid(self) -> tuple[Control, ...]:
        """
        The buttons that may say the contrary, or cost money.

        A bare yes or no to "Refuse cookies?", and "Continue without tracking" beside a price.
        """
        turned, priced = words.turns(self.text), words.names_price(self.text)
        return tuple(
            control
            for control in self.controls
            for said in (control.label or control.name,)
            if (turned and words.hangs(said)) or (priced and words.goes_without(said))
        )

    @property
    def unread(self) -> tuple[Control, ...]:
        """The buttons whose words are not understood: one of them may be the answer."""
        return self.unsaid + tuple(
            control
            for control in self.means(Meaning.NONE)
            if control.weight == "strong"
            and control.leads == "here"
            and not (control.tab or control.opens or control.disabled)
            and words.puzzles(control.label)
        )

    def baffles(self, tried: Collection[str]) -> bool:
        """
        Whether it may take an answer in a way that is not made out.

        It saves choices that were not understood, has its settings on another page, or a button
        that sleeps; *tried* are the words (see `words.normal`) of what was pressed in vain.
        """
        saves = any(words.normal(c.label or c.name) not in tried for c in self.means(Meaning.SAVE))
        apart = any(control.leads == "site" for control in self.means(Meaning.SETTINGS))
        sleeps = any(c.disabled and words.meaning(c.label) in ANSWERS for c in self.controls)
        return apart or sleeps or saves

    @property
    def saves_unseen(self) -> bool:
        """Whether it saves choices that were not made out: switches drawn by a style sheet."""
        return bool(self.means(Meaning.SAVE)) and not (self.switches or self.choices)

    @property
    def _free(self) -> str:
        """Its text; where one may pay instead, without what is bought, and where that leads."""
        text = self.text
        if any(words.costs(control.label) for control in self.controls):
            for control in self.controls:
                if control.leads != "here" or words.costs(control.label):
                    text = text.replace(control.label, " ")
            text = words.unpriced(text)
        return text

    @property
    def _apart(self) -> bool:
        """Whether it lies over the page, and is not about something else."""
        return self.stays and self.kind != "edge" and not self.fields and not words.traps(self.text)

    def _placeholder(self, answers: frozenset[Meaning]) -> bool:
        """Whether it stands in the place of a video or a map, and asks for that one alone."""
        alone = not answers & {Meaning.REJECT, Meaning.NECESSARY, Meaning.SAVE}
        here = not self.stays and self.kind in ("named", "overlay")
        return here and alone and words.embeds(self.text)

    def _retort(self, answers: frozenset[Meaning], talk: int) -> bool:
        """Whether there is nothing but a "no, thanks", as to an offer of biscuits."""
        if any(words.keeps_from_refusing(control.label) for control in self.controls):
            return False
        plain = talk <= _PLAIN_ENOUGH and not self.hint and not self.means(Meaning.SETTINGS)
        return answers == {Meaning.REJECT} and plain

    def _mute(self, subjects: int, talk: int) -> bool:
        """Whether another layer saves what it says: it can be set and closed, no more."""
        ways = {control.meaning for control in self.controls if control.weight == "strong"}
        apart = self.kind == "overlay" and not self.fields
        called = self.hint and len(self.offers) >= _PLAIN_ENOUGH
        told = subjects > 0 and (talk >= _PLAIN_ENOUGH or called)
        set_here = Meaning.SETTINGS in ways or bool(self.offers)
        return apart and told and set_here and Meaning.CLOSE in ways

    @property
    def is_form(self) -> bool:
        """Whether it is settings in the flow of the page, which stay when they are saved."""
        answers = ANSWERS & {control.meaning for control in self.controls}
        at_edge = self.kind == "edge" and answers == {Meaning.SAVE} and bool(self.switches)
        return self.kind == "form" or at_edge

    def _settles(self, answers: frozenset[Meaning]) -> bool:
        """Whether it is a form for choosing categories of cookies: others have boxes, too."""
        fixed = any(switch.disabled and switch.on for switch in self.switches)
        chosen = len(self.offers) + fixed >= _PLAIN_ENOUGH and bool(self.offers)
        return chosen and Meaning.SAVE in answers

    @property
    def is_part(self) -> bool:
        """Whether it stands in another layer, and lies over nothing itself."""
        return self.kind == "named" and bool(self.inside)

    def adds_to(self, inner: Layer) -> bool:
        """Whether this layer has answers, settings or switches that *inner*, a part, has not."""
        little = len(self.text) - len(inner.text) <= _LITTLE_MORE
        ways = ANSWERS | {Meaning.SETTINGS} if little else ANSWERS  # a page has settings, too
        more = {control.meaning for control in self.controls} & ways
        less = {control.meaning for control in inner.controls} & ways
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
            self.is_form,
            -(self.platform is not None),
            -len(answers & (ANSWERS | {Meaning.SETTINGS})),
            -self.hint,
            -self.dialog,
            len(self.text),
        )


def banners(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """
    Return the banners among *layers*, each once: the smallest layer that holds all of it.

    One that asks of several subjects, each in a part of its own, is one banner.
    """
    found = {layer.root: layer for layer in layers if layer.is_banner}
    outers = {root for layer in found.values() for root in layer.inside}
    parts = Counter(
        root
        for layer in found.values()
        if layer.is_part and layer.root not in outers
        for root in layer.inside
    )
    for inner in sorted(found.values(), key=lambda layer: -len(layer.inside)):
        around = [found[root] for root in inner.inside if root in found]
        for outer in around if inner.root in found else ():
            asks_more = parts[outer.root] > 1 or outer.adds_to(inner)
            found.pop(inner.root if asks_more else outer.root, None)
    return tuple(found.values())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the survey of one document found."""

    platforms: tuple[str, ...]  # that are there, whether or not they show something
    screens: tuple[Screen, ...] = ()
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
