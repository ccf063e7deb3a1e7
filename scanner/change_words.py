"""What is different about an item since the scan before, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.changes import Change, Field
    from scanner.model import Kind
    from scanner.wording import Words

#: Whose values have names of their own, by the field.
_NAMED = {"category": "categories", "states": "states"}


def change_words(change: Change, words: Words) -> list[str]:
    """Return what is different about an item, fact by fact."""
    return [
        f"{words.term('fields', field.name)}: {_value(field, field.old, change.old.kind, words)} → "
        f"{_value(field, field.new, change.new.kind, words)}"
        for field in change.fields
    ]


def _value(field: Field, value: str | float | list[str] | None, of: Kind, words: Words) -> str:
    if field.name == "lifetime" and not isinstance(value, str | list):
        return words.lifetime(value, of)
    if isinstance(value, list):
        return words.terms(_NAMED[field.name], value) or words.text("news.none")
    if value is None:
        return words.text("news.unknown")
    return words.term(_NAMED[field.name], value) if field.name in _NAMED else str(value)
