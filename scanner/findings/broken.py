"""What breaks a rule, where, and the evidence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.addresses import without_query
from scanner.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.model import Entry

#: 13 months of the longest kind, and the half hour that a clock may be wrong.
MAX_LIFETIME = 397 * 86400.0

MAX_EVIDENCE = 25  # lines of a finding: enough to act on


class Broken(NamedTuple):
    """What breaks a rule, where, and the evidence: at most `MAX_EVIDENCE` lines and one."""

    items: tuple[str, ...]
    states: tuple[State, ...]
    evidence: tuple[str, ...]


def by_items(entries: Sequence[Entry], *states: State) -> Broken | None:
    """
    Return what is to be said of *entries*; None: there are none.

    Args:
        states: None given: those in which the entries were there.
    """
    if not entries:
        return None
    among = states or tuple(s for s in State if any(s in entry.states for entry in entries))
    names = tuple(dict.fromkeys(entry.name for entry in entries))
    return Broken(names, among, cut([_evidence(entry) for entry in entries]))


def by_lines(items: Iterable[str], lines: Iterable[str], *states: State) -> Broken | None:
    """Return what is to be said of *items*, each thing once; None: there are none."""
    names = tuple(dict.fromkeys(items))
    if not names:
        return None
    return Broken(names[:MAX_EVIDENCE], states, cut(list(dict.fromkeys(lines))))


def cut(lines: list[str]) -> tuple[str, ...]:
    """Return the first of *lines*, and how many more there were."""
    if len(lines) <= MAX_EVIDENCE:
        return tuple(lines)
    return (*lines[:MAX_EVIDENCE], f"and {len(lines) - MAX_EVIDENCE} more")


def _evidence(entry: Entry) -> str:
    """Say where an item was found and who stored it; addresses without their query."""
    words = [f"{entry.name} ({entry.kind.replace('_', ' ')}, {entry.domain})"]
    if entry.reason:
        words.append(entry.reason)
    if entry.set_by is not None and entry.set_by.url:
        line = f" line {entry.set_by.line}" if entry.set_by.line else ""
        words.append(f"set by {without_query(entry.set_by.url)}{line}")
    longest = max(entry.lifetime or 0, entry.declared_lifetime or 0)
    if longest > MAX_LIFETIME:
        words.append(f"{round(longest / 86400)} days")
    if entry.pages:
        more = f" and {len(entry.pages) - 1} more" if len(entry.pages) > 1 else ""
        words.append(f"on {without_query(entry.pages[0])}{more}")
    return ", ".join(words)
