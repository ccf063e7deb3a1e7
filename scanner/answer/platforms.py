"""The consent platforms that are known by their marks. What is known is in platforms.toml."""

from __future__ import annotations

import functools
import re
import tomllib
from fnmatch import fnmatchcase
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Our own widget's name among the platforms.
OWN = "kapsel"


class Trace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a platform keeps the visitor's answer, and how a yes and a no look there."""

    cookie: str | None = None
    storage: str | None = None
    accepted: str
    rejected: str

    def says(self, value: str) -> Literal["yes", "no"] | None:
        """Return what *value* means; None: that cannot be told."""
        text = unquote(unquote(value))
        if re.search(self.rejected, text):
            return "no"
        return "yes" if re.search(self.accepted, text) else None


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One consent platform; selectors are CSS."""

    name: str
    host: str | None = None
    banner: str | None = None
    accept: str | None = None
    reject: str | None = None
    necessary: str | None = None
    settings: str | None = None
    save: str | None = None
    acknowledge: str | None = None
    withdraw: str | None = None
    revisit: str | None = None
    globals: tuple[str, ...] = ()
    trace: tuple[Trace, ...] = ()

    def heard(
        self, *, cookies: Iterable[tuple[str, str]], storage: Iterable[tuple[str, str]]
    ) -> Literal["yes", "no"] | None:
        """
        Return what the platform has kept as the visitor's answer; None: nothing, or not known.

        The first of its records that is there decides, also where it cannot be told: one record
        may say "yes" to the banner and another which categories that was for.

        Args:
            cookies: Names and values, as in the jar.
            storage: Keys and values of web storage.
        """
        for trace in self.trace:
            pairs, pattern = (
                (storage, trace.storage) if trace.storage else (cookies, trace.cookie or "")
            )
            kept = {trace.says(value) for name, value in pairs if fnmatchcase(name, pattern)}
            told = kept - {None}
            if kept:
                return told.pop() if len(told) == 1 else None
        return None


@functools.cache
def platforms() -> tuple[Platform, ...]:
    """Return all that is known, in the order in which it is looked for."""
    text = resources.files(__package__).joinpath("platforms.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["platform"], tuple[Platform, ...])


def platform(name: str | None) -> Platform | None:
    """Return the platform with *name*; None: it is not one of ours."""
    return next((known for known in platforms() if known.name == name), None)


@functools.cache
def rules() -> list[dict[str, Any]]:
    """Return what the survey of a page needs to know of the platforms."""
    return [
        {
            key: value
            for key, value in msgspec.to_builtins(known).items()
            if key != "trace" and value
        }
        for known in platforms()
    ]
