"""Choices of two: a yes and a no to one category, or to one vendor, beside each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from scanner.answer import words
from scanner.answer.control import topic
from scanner.answer.words import Meaning
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.answer.control import Control, Switch

#: A lone pair of buttons is the banner's own answer, unless it stands beside more.
_LEAST_PAIRS = 2

#: What the two buttons of a choice mean.
_PAIR = frozenset({Meaning.ACCEPT, Meaning.REJECT})

Option: TypeAlias = "Control | Switch"


class Choice(msgspec.Struct, frozen=True):
    """One subject that can be allowed or not; its options are two buttons or radio buttons."""

    category: Category | None  # None: that is not said
    yes: Option
    no: Option

    @property
    def options(self) -> tuple[Option, Option]:
        """Both of its options."""
        return (self.yes, self.no)


def choices(controls: Sequence[Control], switches: Sequence[Switch]) -> tuple[Choice, ...]:
    """Return the choices of two among *controls* and *switches*, in their order."""
    shared = {switch.group for switch in switches if not switch.pressable}
    return (*_of_radios(switches), *_of_buttons(controls, shared))


def _of_radios(switches: Sequence[Switch]) -> Iterator[Choice]:
    groups: defaultdict[tuple[str, int | None], list[Switch]] = defaultdict(list)
    for switch in switches:
        if switch.radio is not None:
            groups[switch.radio, switch.group].append(switch)
    for options in groups.values():
        refusing = [option for option in options if words.refuses(option.label)]
        others = [option for option in options if option not in refusing]
        fixed = any(option.disabled or words.says_all(option.label) for option in options)
        if len(refusing) == 1 and len(others) == 1 and not fixed:
            yield Choice(topic(others[0].subjects), others[0], refusing[0])


def _of_buttons(controls: Sequence[Control], shared: set[int | None]) -> tuple[Choice, ...]:
    """Return the pairs of buttons that have a part of the layer to themselves, not *shared*."""
    groups: defaultdict[int, list[Control]] = defaultdict(list)
    for control in controls:
        if control.group is not None and control.group not in shared:
            groups[control.group].append(control)
    pairs = []
    for group in groups.values():
        options = [o for o in group if o.meaning not in (Meaning.POLICY, Meaning.NONE)]
        meant = {option.meaning: option for option in options}
        plain = not any(option.ruled or option.says_all for option in options)
        if plain and meant.keys() == _PAIR and len(meant) == len(options):
            yes = meant[Meaning.ACCEPT]
            pairs.append(Choice(topic(yes.subjects), yes, meant[Meaning.REJECT]))
    saved = any(control.meaning is Meaning.SAVE for control in controls)
    enough = saved or len(pairs) >= _LEAST_PAIRS
    return tuple(pairs) if enough and any(pair.category for pair in pairs) else ()
