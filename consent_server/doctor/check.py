"""What was looked at, and how it is."""

from __future__ import annotations

import enum

import msgspec


class State(enum.StrEnum):
    """How something is."""

    GOOD = "good"
    NOTE = "note"  # it works; something could be better, or could not be told
    BAD = "bad"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    subject: str  # "browser", "site shop"
    state: State
    said: str  # what is so, in one sentence
    advice: str | None = None  # what to do; None: nothing


def good(subject: str, said: str) -> Check:
    """Return that *subject* is as it should be."""
    return Check(subject=subject, state=State.GOOD, said=said)


def note(subject: str, said: str, advice: str | None = None) -> Check:
    """Return what is worth knowing of *subject*."""
    return Check(subject=subject, state=State.NOTE, said=said, advice=advice)


def bad(subject: str, said: str, advice: str | None = None) -> Check:
    """Return what is wrong with *subject*."""
    return Check(subject=subject, state=State.BAD, said=said, advice=advice)
