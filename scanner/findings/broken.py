"""What breaks a rule, where, and the evidence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.addresses import without_query
from scanner.model import Line, State, Statement, said
from scanner.statements import in_english, refused

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
    lines: tuple[Line, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """The lines in English."""
        return tuple(in_english(*line) for line in self.lines)


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


def by_lines(items: Iterable[str], lines: Iterable[Line], *states: State) -> Broken | None:
    """Return what is to be said of *items*, each thing once; None: there are none."""
    names = tuple(dict.fromkeys(items))
    if not names:
        return None
    return Broken(names[:MAX_EVIDENCE], states, cut(lines))


def cut(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the first of *lines*, each once, and how many more there were."""
    once = list({in_english(*line): line for line in reversed([*lines])}.values())[::-1]
    if len(once) <= MAX_EVIDENCE:
        return tuple(once)
    return (*once[:MAX_EVIDENCE], (said("more", count=len(once) - MAX_EVIDENCE),))


def _evidence(entry: Entry) -> Line:
    """Say where an item was found and who stored it; addresses without their query."""
    parts = [said("item", name=entry.name, kind=entry.kind, domain=entry.domain)]
    parts += refused(entry.refusals)
    if entry.reason and not entry.refusals:
        parts.append(said("as_told", text=entry.reason))
    if entry.set_by is not None and entry.set_by.url:
        parts.append(_setter(without_query(entry.set_by.url), entry.set_by.line))
    longest = max(entry.lifetime or 0, entry.declared_lifetime or 0)
    if longest > MAX_LIFETIME:
        parts.append(said("days", count=round(longest / 86400)))
    if entry.pages:
        page, more = without_query(entry.pages[0]), len(entry.pages) - 1
        parts.append(said("on_more", page=page, count=more) if more else said("on", page=page))
    return tuple(parts)


def _setter(url: str, line: int | None) -> Statement:
    return said("set_by_line", url=url, line=str(line)) if line else said("set_by", url=url)
