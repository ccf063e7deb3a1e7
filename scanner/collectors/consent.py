"""What a page's consent interfaces say, as `consent.js` tells it: a page's word, so checked."""

from __future__ import annotations

from typing import Any

import msgspec


class Command(msgspec.Struct, frozen=True):
    """A command of Google's Consent Mode in a data layer."""

    command: str  # default or update
    index: int  # in the layer
    values: dict[str, str] = {}  # storage type -> granted or denied
    region: bool = False  # whether it is for some regions only


class Layer(msgspec.Struct, frozen=True):
    """A data layer of Google's tags."""

    name: str
    tag: int | None = None  # index of the first entry that makes a tag run
    commands: tuple[Command, ...] = ()


class Framework(msgspec.Struct, frozen=True):
    """The state of IAB Europe's framework."""

    applies: bool | None = None
    status: str = ""
    cmp: int | None = None
    string: bool = False  # whether there is one; it is not kept
    consents: tuple[int, ...] = ()  # purposes
    interests: tuple[int, ...] = ()
    vendors: int = 0


class Platform(msgspec.Struct, frozen=True):
    """The state of the Global Privacy Platform."""

    status: str = ""
    sections: str = ""
    string: bool = False


class Said(msgspec.Struct, frozen=True):
    """All of it."""

    layers: tuple[Layer, ...] = ()
    tcf: Framework | None = None
    gpp: Platform | None = None
    usp: bool = False


def checked(told: Any) -> Said:
    """Return what the page told; a part that is not as it must be makes the whole count nothing."""
    try:
        return msgspec.convert(told or {}, type=Said)
    except msgspec.ValidationError:
        return Said()
