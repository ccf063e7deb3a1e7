"""Facts of items in words for the pages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.languages import choose, lifetime_in_words

if TYPE_CHECKING:
    from scanner.changes import Change, Field
    from scanner.model import Entry, Kind

#: What decided, by the layer that a rule names.
_LAYERS = {
    "owner": "your own word in sites.yaml",
    "knowledge": "the knowledge base",
    "model": "a guess of the model",
}

#: What a visitor did, by the action of the decision.
_ACTIONS = {
    "accept-all": "accepted all",
    "reject-all": "refused all",
    "save": "chose by category",
    "withdraw": "withdrew",
    "gpc": "refused by browser signal",
    "import": "taken over",
}

#: What is odd about a decision, by its flags.
_FLAGS = {
    "clock-ahead": "The visitor's clock was ahead, so the time of receipt stands for it.",
    "late": "It came more than 30 days after it was made.",
    "unknown-revision": "It answers a banner that this server never showed.",
    "contradictory": "Its action says another thing than its choices; the choices count.",
    "no-origin": "No page in a browser sent it.",
}

#: Facts of a record whose names do not speak for themselves.
_LABELS = {
    "decided_at": "Decided (UTC)",
    "received_at": "Received (UTC)",
    "action": "The visitor",
    "gpc": "Browser signal",
    "flags": "Out of the ordinary",
    "surface": "Decided in",
}


def action(value: str) -> str:
    """Return what a visitor did."""
    return _ACTIONS.get(value, value)


def label(name: str) -> str:
    """Return the name of a fact of a record for people."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def fact(value: str, name: str) -> str:
    """Return the *value* of the fact *name* of a record for people."""
    if name == "flags":
        return " ".join(_FLAGS.get(flag, flag) for flag in value.split())
    if name in ("decided_at", "received_at"):
        return value[:19].replace("T", " ")
    return action(value) if name == "action" else value


def lifetime(entry: Entry) -> str:
    """Return how long the browser keeps *entry*."""
    return lifetime_in_words(entry.lifetime, entry.kind, "en")


def kind(value: str) -> str:
    """Return a kind of storage without its underscore."""
    return value.replace("_", " ")


def purpose(entry: Entry) -> str:
    """Return what *entry* is for, in English if that is known."""
    if not entry.purpose:
        return ""
    return entry.purpose[choose(["en"], list(entry.purpose))]


def why(entry: Entry) -> str:
    """Return what decided the category of *entry*, and how surely."""
    if entry.rule is None:
        return "nobody knows it"
    layer, _, name = entry.rule.partition(":")
    sure = "" if entry.confidence >= 1 else f", {entry.confidence:.0%} sure"
    return f"{_LAYERS.get(layer, layer)} ({name}){sure}"


def setter(entry: Entry) -> str:
    """Return who stored *entry*."""
    if entry.set_by is None:
        return "not known"
    how = "a script" if entry.set_by.kind == "script" else "a response"
    line = f", line {entry.set_by.line}" if entry.set_by.line else ""
    return f"{how}: {entry.set_by.url}{line}" if entry.set_by.url else how


def change_words(change: Change) -> list[str]:
    """Return what is different about an item, fact by fact."""
    return [
        f"{field.name.replace('_', ' ')}: {_value(field, field.old, change.old.kind)} → "
        f"{_value(field, field.new, change.new.kind)}"
        for field in change.fields
    ]


def _value(field: Field, value: str | float | list[str] | None, of: Kind) -> str:
    if field.name == "lifetime" and not isinstance(value, str | list):
        return lifetime_in_words(value, of, "en")
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "not known" if value is None else str(value)
