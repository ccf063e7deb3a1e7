"""The rules that a scan is judged by: their texts, from rules.toml."""

from __future__ import annotations

import functools
import importlib.resources

import msgspec

from scanner.languages import texts
from scanner.model import Severity


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a scan is judged by."""

    id: str
    severity: Severity
    title: str
    help: str
    advice: str


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


def _load() -> tuple[Rule, ...]:
    data = (importlib.resources.files("scanner.findings") / "rules.toml").read_bytes()
    return msgspec.toml.decode(data, type=_RuleFile).rule


#: Where the texts of the rules lie in other languages than English.
_FOLDER = "scanner/locale/rules"

#: The worst first.
SEVERITIES = tuple(Severity)

#: All rules, in the order of a visit: before the answer, the banner, after it, and the rest.
RULES = _load()


@functools.cache
def rule(id: str) -> Rule | None:  # noqa: A002 the name that the file uses
    """Return the rule of this identifier."""
    return next((rule for rule in RULES if rule.id == id), None)


@functools.cache
def told(language: str) -> tuple[Rule, ...]:
    """Return all rules with their texts in *language*; in English where there are none."""
    said = texts(language, of=_FOLDER)
    return tuple(msgspec.structs.replace(rule, **said.get(rule.id, {})) for rule in RULES)
