"""What to press next in a banner so that it hears yes, or no. Pure: it sees only what was found."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from scanner.answer import words
from scanner.answer.control import UNNAMED, Control, Switch
from scanner.answer.words import Meaning
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.answer.choice import Option
    from scanner.answer.layer import Layer

#: Yes to everything, no to everything that can be refused, or yes to one category alone.
Answer: TypeAlias = Literal["yes", "no"] | Category


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One press, and the switches to turn over before it."""

    press: Control
    turn: tuple[Switch, ...] = ()
    keep: tuple[Switch, ...] = ()  # that must be on in the end: others may turn them, too
    choose: tuple[Control, ...] = ()  # to press before it: each answers for one subject
    final: bool  # whether the banner should have its answer then
    closes: bool = False  # whether it only closes a notice: no answer that a site could rely on
    sets: bool = False  # whether it leaves the switches as they should be, and saves nothing


def plan(
    layer: Layer,
    answer: Answer,
    pressed: Collection[str],
    *,
    ready: bool = False,
    opened: Collection[str] = (),
) -> Step | None:
    """
    Return the next step in *layer*; None: nothing in it gives that *answer*.

    A "no" is never given by accepting: where a banner has no way to refuse, there is no step.

    Args:
        layer: What is on the screen.
        answer: What the banner is to be told; a category: yes to it alone.
        pressed: Labels (see `label`) of what was already pressed in vain.
        ready: Whether the switches stand as they should, on a layer that saves nothing.
        opened: Labels of all that was pressed before, as to see the switches.
    """
    if ready and answer != "yes":
        for control in _fresh(layer, Meaning.SAVE, pressed):
            return Step(press=control, final=True)
    if isinstance(answer, Category):
        return _only(layer, answer, pressed, opened=opened)
    return _yes(layer, pressed) if answer == "yes" else _no(layer, pressed, opened=opened)


def accepts_chosen(layer: Layer) -> bool:
    """Whether an "accept" of *layer* may take its switches as they are: nothing else would."""
    accepting = layer.means(Meaning.ACCEPT)
    plain = any(not c.says_all or words.saves(c.label or c.name) for c in accepting)
    boxes = [switch for switch in layer.optional if switch.radio is None]
    return plain and bool(boxes) and not layer.means(Meaning.SAVE)


def asks_too(layer: Layer) -> bool:
    """Whether *layer* asks as well, and takes a no: a mere notice beside a banner does not."""
    ways = (Meaning.REJECT, Meaning.NECESSARY, Meaning.SETTINGS, Meaning.SAVE)
    return bool(layer.means(Meaning.ACCEPT)) and bool(layer.means(*ways)) and not layer.is_form


def label(control: Control) -> str:
    """Return what tells *control* from others in the same banner."""
    return words.normal(control.label or control.name) or f"element {control.element}"


def _yes(layer: Layer, pressed: Collection[str]) -> Step | None:
    off = _to_accept(layer.optional)
    for control in _fresh(layer, Meaning.ACCEPT, pressed):
        return Step(press=control, final=True)
    if not layer.means(Meaning.SETTINGS, Meaning.SAVE):
        for control in _fresh(layer, Meaning.ACKNOWLEDGE, pressed):
            return Step(press=control, turn=off, final=True)
    if off or any(switch.allows for switch in layer.optional) or layer.choices:
        chosen = [choice.yes for choice in layer.choices]
        for control in (*_fresh(layer, Meaning.SAVE, pressed), *_end(layer, pressed)):
            return _chosen(control, chosen, turn=off)
    for meaning in (Meaning.SETTINGS, Meaning.ACKNOWLEDGE):
        for control in _fresh(layer, meaning, pressed):
            return Step(press=control, final=meaning is Meaning.ACKNOWLEDGE)
    for control in _fresh(layer, Meaning.CLOSE, pressed) if layer.is_notice else ():
        return Step(press=control, final=True, closes=True)
    return None


def _no(layer: Layer, pressed: Collection[str], *, opened: Collection[str]) -> Step | None:
    for meaning in (Meaning.REJECT, Meaning.NECESSARY, Meaning.WITHDRAW):
        for control in _fresh(layer, meaning, pressed):
            return Step(press=control, final=True)
    for control in _crossing(layer, pressed):
        return Step(press=control, final=True)
    refused = any(label(control) in pressed for control in layer.means(Meaning.REJECT))
    off = _to_refuse(layer.optional)
    if off is not None and (layer.optional or refused or layer.choices):
        for control in _hidden(layer, opened):
            return Step(press=control, turn=off, final=False)
        chosen = [choice.no for choice in layer.choices]
        ways = (
            *_fresh(layer, Meaning.SAVE, pressed),
            *_end(layer, pressed),
            *_noting(layer, pressed),
        )
        for control in ways:
            return _chosen(control, chosen, turn=off)
        for control in _shut(layer, pressed):
            return Step(press=control, turn=off, final=False, sets=True)
    for control in _further(layer, pressed):
        return Step(press=control, final=False)
    return None


def _only(
    layer: Layer, category: Category, pressed: Collection[str], *, opened: Collection[str]
) -> Step | None:
    """Turn off everything else, then on what belongs to *category*: an outer switch turns all."""
    if category in layer.offers:
        boxes = [switch for switch in layer.optional if switch.radio is None]
        wanted = tuple(s for s in boxes if s.category is category)
        others = tuple(s for s in boxes if s.allows and s not in wanted)
        for control in _hidden(layer, opened):
            return Step(press=control, turn=others, keep=wanted, final=False)
        chosen = [c.yes if c.category is category else c.no for c in layer.choices]
        ways = (
            *_fresh(layer, Meaning.SAVE, pressed),
            *_saving(layer, pressed, opened=opened),
            *_end(layer, pressed),
            *_noting(layer, pressed),
        )
        for control in ways:
            return _chosen(control, chosen, turn=others, keep=wanted)
        for control in _shut(layer, pressed):
            return Step(press=control, turn=others, keep=wanted, final=False, sets=True)
    for control in _further(layer, pressed):
        return Step(press=control, final=False)
    return None


def _further(layer: Layer, pressed: Collection[str]) -> list[Control]:
    """Return what shows more of the banner: its settings, or else what is called "more"."""
    more = [c for c in _fresh(layer, Meaning.POLICY, pressed) if c.leads == "here"]
    return [*_fresh(layer, Meaning.SETTINGS, pressed), *more]


def _hidden(layer: Layer, opened: Collection[str]) -> list[Control]:
    """Return what shows the part for legitimate interests: its switches may not exist before."""
    return [
        control
        for control in layer.controls
        if control.meaning is Meaning.NONE
        and (control.tab or control.weight == "strong")
        and control.leads == "here"
        and words.names_interest(control.label)
        and label(control) not in opened
    ]


def _chosen(
    control: Control,
    chosen: list[Option],
    *,
    turn: tuple[Switch, ...],
    keep: tuple[Switch, ...] = (),
) -> Step:
    """Press *control* once all that was *chosen* is pressed, or turned on."""
    radios = tuple(option for option in chosen if isinstance(option, Switch))
    buttons = tuple(option for option in chosen if isinstance(option, Control))
    return Step(press=control, turn=turn, keep=keep + radios, choose=buttons, final=True)


def _end(layer: Layer, pressed: Collection[str]) -> list[Control]:
    """Return what closes a layer whose choices hold as soon as they are made."""
    made = any(isinstance(choice.yes, Control) for choice in layer.choices)
    return _fresh(layer, Meaning.CLOSE, pressed) if made else []


def _shut(layer: Layer, pressed: Collection[str]) -> list[Control]:
    """Return what closes the switches in so many words: the layer behind them may save them."""
    if not layer.optional or layer.means(Meaning.REJECT, Meaning.NECESSARY):
        return []
    return [c for c in _fresh(layer, Meaning.CLOSE, pressed) if words.speaks(c.label)]


def _crossing(layer: Layer, pressed: Collection[str]) -> list[Control]:
    """Return what closes a layer of which that is the no: it says so, or its yes is a tick."""
    ticked = any(words.ticks(control.label) for control in layer.means(Meaning.ACCEPT))
    told = ticked or words.refuses_by_closing(layer.text)
    return _fresh(layer, Meaning.CLOSE, pressed) if told else []


def _saving(layer: Layer, pressed: Collection[str], *, opened: Collection[str]) -> list[Control]:
    """
    Return what says "accept" and takes the switches as they are.

    It stands beside an "accept all", or alone on a layer that was *opened* to see the switches.
    """
    accepting = _fresh(layer, Meaning.ACCEPT, pressed)
    plain = [control for control in accepting if not control.says_all]
    if len(plain) < len(accepting):
        return plain
    closed = any(label(control) not in opened for control in layer.means(Meaning.SETTINGS))
    if not opened or closed or layer.means(Meaning.SAVE):
        return []
    return [control for control in plain if not words.subjects(control.label)]


def _noting(layer: Layer, pressed: Collection[str]) -> list[Control]:
    """Return the "OK" beside switches that takes them as they are: nothing else answers there."""
    set_here = any(s.radio is None or words.refuses(s.label) for s in layer.optional)
    if not set_here or layer.means(Meaning.ACCEPT, Meaning.SETTINGS, Meaning.SAVE):
        return []
    return _fresh(layer, Meaning.ACKNOWLEDGE, pressed)


def _to_accept(switches: tuple[Switch, ...]) -> tuple[Switch, ...]:
    """Return what must be turned so that everything is on."""
    return tuple(s for s in switches if not s.allows and (not s.radio or words.says_all(s.label)))


def _to_refuse(switches: tuple[Switch, ...]) -> tuple[Switch, ...] | None:
    """Return what must be turned so that nothing optional stays on; None: that is not known."""
    boxes = [s for s in switches if s.radio is None and s.allows]
    groups: defaultdict[tuple[str, int | None], list[Switch]] = defaultdict(list)
    for switch in switches:
        if switch.radio is not None:
            alone = switch.group if switch.radio == UNNAMED else None
            groups[switch.radio, alone].append(switch)
    least = [_least(options) for options in groups.values()]
    if any(len(g) > 1 and found is None for g, found in zip(groups.values(), least, strict=True)):
        return None
    return tuple(boxes + [option for option in least if option is not None and not option.allows])


def _least(options: list[Switch]) -> Switch | None:
    """Return the radio button among *options* that refuses most; None: none does."""
    refusing = [option for option in options if words.refuses(option.label)]
    plain = [option for option in refusing if words.category(option.label) is None]
    return next(iter(plain or refusing), None)


def _fresh(layer: Layer, meaning: Meaning, pressed: Collection[str]) -> list[Control]:
    """Return the controls that mean *meaning* and were not tried, those that navigate last."""
    found = [control for control in layer.means(meaning) if label(control) not in pressed]
    if meaning is Meaning.SETTINGS:  # a further layer opens here; a link elsewhere is a text
        return [control for control in found if control.leads == "here"]
    return found
