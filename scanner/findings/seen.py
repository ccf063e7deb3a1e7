"""All that the rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from scanner.model import BannerAnswer, Entry, Signal, Visit


class Seen(NamedTuple):
    """What a scan saw."""

    visits: tuple[Visit, ...]
    banner: BannerAnswer
    entries: tuple[Entry, ...]
    refused: tuple[Entry, ...]
    signals: tuple[Signal, ...] = ()
