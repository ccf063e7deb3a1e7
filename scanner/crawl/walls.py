"""Tell a page from what is shown in its place: what such a page stores says nothing of the site."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

import msgspec

MAX_WORDS = 1200  # characters of text; a page that says more is a page


class Wall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of it, and the phrases that betray it, in small letters."""

    kind: str  # the code of what is said of it
    title: tuple[str, ...]
    text: tuple[str, ...]


def wall(*, title: str, words: str) -> str | None:
    """
    Return what kind of wall a page is; None: it is a page.

    Args:
        words: The text that is visible on it.
    """
    heading, text = title.lower().strip(), " ".join(words.lower().split())
    if len(text) > MAX_WORDS:
        return None
    for known in _walls():
        if any(heading.startswith(phrase) for phrase in known.title):
            return known.kind
        if any(phrase in text for phrase in known.text):
            return known.kind
    return None


@functools.cache
def _walls() -> tuple[Wall, ...]:
    text = resources.files(__package__).joinpath("walls.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["wall"], list[Wall]))
