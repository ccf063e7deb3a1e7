"""Several runs of one scan made one, with what is not the same in all of them marked. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from scanner.catalogue import Folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import BannerAnswer, Entry, State, Visit

#: The answers of a banner that can differ from run to run.
_ANSWERS = ("found", "platform", "accepted", "rejected", "withdrawn", "chosen")

_Identity = tuple[str, str, str, str, bool]


def marked(together: Folded, runs: Sequence[Folded]) -> Folded:
    """Return *together*, what all *runs* found, each entry with the number that it was in."""
    return Folded(
        _marked(together.entries, [run.entries for run in runs]),
        _marked(together.refused, [run.refused for run in runs]),
    )


def _marked(together: tuple[Entry, ...], runs: Sequence[tuple[Entry, ...]]) -> tuple[Entry, ...]:
    found: Counter[_Identity] = Counter()
    states: Counter[tuple[_Identity, State]] = Counter()
    for run in runs:
        found.update(entry.identity for entry in run)
        states.update((entry.identity, state) for entry in run for state in entry.states)
    return tuple(
        msgspec.structs.replace(
            entry,
            runs=found[entry.identity],
            of_runs=len(runs),
            unsteady=tuple(s for s in entry.states if states[entry.identity, s] < len(runs)),
        )
        for entry in together
    )


def visits_of(runs: Sequence[Sequence[Visit]]) -> tuple[Visit, ...]:
    """Return one visit for each page and state of all *runs*: the one that failed, if one did."""
    kept: dict[tuple[State, str], Visit] = {}
    for visit in (visit for run in runs for visit in run):
        before = kept.setdefault((visit.state, visit.url), visit)
        if before.failure is None and visit.failure is not None:
            kept[visit.state, visit.url] = visit
    return tuple(kept.values())


def differences(
    banners: Sequence[BannerAnswer], visits: Sequence[Sequence[Visit]]
) -> tuple[str, ...]:
    """Say in words what of banner and pages was not the same in all runs."""
    said = []
    for name in _ANSWERS:
        values = [getattr(banner, name) for banner in banners]
        if any(value != values[0] for value in values):
            counts = Counter(map(_word, values))
            told = ", ".join(f"{word} in {number}" for word, number in counts.items())
            said.append(f"banner {name}: {told} of {len(banners)} runs")
    failures = Counter(
        (visit.state, visit.url) for run in visits for visit in run if visit.failure is not None
    )
    reads = Counter((visit.state, visit.url) for run in visits for visit in run)
    for (state, url), number in reads.items():
        if number < len(visits):
            said.append(f"{url} ({state}): visited in {number} of {len(visits)} runs")
        elif 0 < failures[state, url] < len(visits):
            said.append(f"{url} ({state}): failed in {failures[state, url]} of {number} runs")
    return tuple(said)


def _word(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_word(took)}" for key, took in value.items()) or "none"
    if value is None or isinstance(value, bool):
        return "not told" if value is None else "yes" if value else "no"
    return str(value)
