"""What the form of an item says when nobody knows its name: its words, flags, lifetime, value."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from typing import TYPE_CHECKING, Literal

import msgspec

from scanner.classify.attribution import party
from scanner.classify.words import Layer, Word
from scanner.model import Category, Party

if TYPE_CHECKING:
    from scanner.model import Subject

CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SIGN = re.compile(r"[^A-Za-z0-9]+")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of ``structure.toml``: a form of name, and conditions that must all hold."""

    key: str
    name: str  # a regular expression over the words of the name, see `words_of`
    http_only: bool | None = None
    session: bool | None = None  # ends with the browser
    third_party: bool | None = None
    min_lifetime: float | None = None  # seconds
    value: tuple[
        Literal["empty", "flag", "number", "time", "uuid", "hex", "base64", "json", "jwt", "text"],
        ...,
    ] = ()  # kinds of value; holds too when nothing is known of the value
    category: Category
    purposes: tuple[str, ...]
    confidence: float


@functools.cache
def rules() -> tuple[tuple[re.Pattern[str], Rule], ...]:
    """Return the rules with their compiled expressions, in the order of the file."""
    path = importlib.resources.files("scanner.knowledge") / "structure.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
    return tuple(
        (re.compile(rule.name), rule) for rule in msgspec.convert(tables, tuple[Rule, ...])
    )


def words_of(name: str) -> str:
    """Return *name* in lower case with its words parted by underscores: "isLoggedIn" has three."""
    return SIGN.sub("_", CAPITAL.sub("_", name)).lower()


def formed(subject: Subject) -> Word | None:
    """Return the word of the surest rule that fits *subject*."""
    fitting = [rule for rule in _spelt(words_of(subject.name)) if _holds(rule, subject)]
    if not fitting:
        return None
    rule = max(fitting, key=lambda rule: rule.confidence)
    return Word(
        layer=Layer.STRUCTURE,
        entry=rule.key,
        category=rule.category,
        confidence=rule.confidence,
        reason=f"name and attributes have the form '{rule.key}'",
        purposes=rule.purposes,
    )


@functools.lru_cache(maxsize=4096)
def _spelt(words: str) -> tuple[Rule, ...]:
    """Return the rules whose form of name *words* have."""
    return tuple(rule for pattern, rule in rules() if pattern.search(words))


def _holds(rule: Rule, subject: Subject) -> bool:
    observed = subject.http_only is not None
    shape = subject.value_shape
    return (
        (rule.http_only is None or subject.http_only is rule.http_only)
        and (rule.session is None or (observed and (subject.lifetime is None) is rule.session))
        and (rule.third_party is None or _fits_party(rule.third_party, subject))
        and (rule.min_lifetime is None or (subject.lifetime or 0) >= rule.min_lifetime)
        and (not rule.value or shape is None or shape.kind in rule.value)
    )


def _fits_party(third_party: bool, subject: Subject) -> bool:
    """Say whether the party fits; one that is not known fits rules for the site's own items."""
    return (party(subject) is Party.THIRD) is third_party
