"""Facts of items and records in words for the pages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.languages import choose

if TYPE_CHECKING:
    from scanner.model import Entry
    from scanner.wording import Words

#: Whose values have names of their own, by the fact of a record.
_FACTS = {"action": "actions", "surface": "surfaces", "layout": "layouts"}

#: What decided, by the layer that a rule names.
_LAYERS = ("owner", "knowledge", "model")


def label(name: str, words: Words) -> str:
    """Return the name of a fact of a record."""
    return words.term("facts", name)


def fact(value: str, name: str, words: Words) -> str:
    """Return the *value* of the fact *name* of a record."""
    if name == "flags":
        return " ".join(words.term("flags", flag) for flag in value.split())
    return words.term(_FACTS.get(name, "answers"), value)


def lifetime(entry: Entry, words: Words) -> str:
    """Return how long the browser keeps *entry*."""
    return words.lifetime(entry.lifetime, entry.kind)


def kind(value: str, words: Words) -> str:
    """Return a kind of storage."""
    return words.term("kinds", value)


def purpose(entry: Entry, words: Words) -> str:
    """Return what *entry* is for, in the language that is nearest to that of *words*."""
    if not entry.purpose:
        return ""
    return entry.purpose[choose([words.language, "en"], list(entry.purpose))]


def why(entry: Entry, words: Words) -> str:
    """Return what decided the category of *entry*, and how surely."""
    if entry.rule is None:
        return words.text("item.nobody_knows")
    layer, _, name = entry.rule.partition(":")
    said = words.text(f"item.{layer if layer in _LAYERS else 'other'}", name=name or layer)
    if entry.confidence >= 1:
        return said
    percent = words.percent(entry.confidence, "0")
    return words.text("item.sure", layer=said, percent=percent)


def setter(entry: Entry, words: Words) -> str:
    """Return who stored *entry*."""
    if entry.set_by is None:
        return words.text("common.not_known")
    how = words.text("item.script" if entry.set_by.kind == "script" else "item.response")
    if not entry.set_by.url:
        return how
    if not entry.set_by.line:
        return words.text("item.by", how=how, url=entry.set_by.url)
    line = str(entry.set_by.line)
    return words.text("item.by_line", how=how, url=entry.set_by.url, line=line)
