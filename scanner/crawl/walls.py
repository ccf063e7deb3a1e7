"""Tell a page from what is shown in its place: what such a page stores says nothing of the site."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WORDS = 1200  # characters of text; a page that says more is a page
FEW_WORDS = 400  # likewise, of one that is told by what it loads: forms load captchas, too
_PARTING = re.compile(r"\s+[|]\s+")  # before the name of a site, in a title


class Wall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of it, and the phrases that betray it, in small letters."""

    kind: str  # the code of what is said of it
    title: tuple[str, ...]  # that it begins with
    heading: tuple[str, ...]  # the whole title, or its part before the name of the site
    text: tuple[str, ...]
    source: tuple[str, ...] = ()  # parts of addresses from which it is loaded


def wall(*, title: str, words: str, sources: Sequence[str] = ()) -> str | None:
    """
    Return what kind of wall a page is; None: it is a page.

    Args:
        words: The text that is visible on it.
        sources: The addresses of its scripts, frames and pictures.
    """
    head, text = (" ".join(said.lower().replace("’", "'").split()) for said in (title, words))
    if len(text) > MAX_WORDS:
        return None
    first = _PARTING.split(head)[0]
    loaded = [source.lower() for source in sources] if len(text) <= FEW_WORDS else []
    for known in _walls():
        if any(head.startswith(phrase) for phrase in known.title):
            return known.kind
        if head in known.heading or (first in known.heading and len(text) <= FEW_WORDS):
            return known.kind
        if any(phrase in text for phrase in known.text):
            return known.kind
        if any(part in source for part in known.source for source in loaded):
            return known.kind
    return None


@functools.cache
def _walls() -> tuple[Wall, ...]:
    text = resources.files(__package__).joinpath("walls.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["wall"], list[Wall]))
