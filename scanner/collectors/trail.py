"""Follow who brought a script or a response, up to the tag in the page; and when that was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from scanner.model import SetBy, Writer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model import Observation

MAX_STEPS = 12  # from a setter to the page: longer chains are cut
MAX_LATER = 10  # writers of an item beside the first


CLOCK_GRAIN = 0.1  # seconds by which two clocks of one machine may differ


class Start(NamedTuple):
    """When a page was asked for. Scripts live by the page's clock, responses by ours."""

    page: dt.datetime | None = None
    network: dt.datetime | None = None

    def until(self, by: SetBy, at: dt.datetime) -> float | None:
        """
        Return the seconds to *at*, when *by* wrote.

        None: that cannot be told, or it was written before, when the banner was answered.
        """
        begun = self.page if by.kind == "script" else self.network
        seconds = None if begun is None else (at - begun).total_seconds()
        return None if seconds is None or seconds < -CLOCK_GRAIN else round(max(0.0, seconds), 3)


def traced(
    observations: Iterable[Observation],
    *,
    start: Start,
    brought: Mapping[str, SetBy],
) -> tuple[Observation, ...]:
    """
    Return *observations* with their times and with what brought their setters.

    Args:
        start: When the page was asked for.
        brought: URL -> who asked for it, or what redirected there.
    """
    return tuple(
        msgspec.structs.replace(
            seen,
            after=start.until(seen.set_by, seen.seen_at) if seen.set_by is not None else None,
            initiators=initiators(seen.set_by, brought),
        )
        for seen in observations
    )


def initiators(by: SetBy | None, brought: Mapping[str, SetBy]) -> tuple[SetBy, ...]:
    """Return who brought *by*, and who brought those, the tag in the page last."""
    steps: list[SetBy] = []
    met: set[str] = set()
    url = by.url if by is not None else None
    while url is not None and url not in met and len(steps) < MAX_STEPS:
        met.add(url)
        step = brought.get(url)
        if step is None or step.url is None or step.url in met:
            break
        steps.append(step)
        url = step.url
    return tuple(steps)


def later(first: SetBy | None, writes: Sequence[Writer]) -> tuple[Writer, ...]:
    """Return those of *writes* that were not by *first*, each writer once."""
    told = {_key(first)} if first is not None else set()
    found = []
    for writer in writes:
        if _key(writer) not in told:
            told.add(_key(writer))
            found.append(writer)
    return tuple(found[:MAX_LATER])


def writer(by: SetBy, at: dt.datetime, start: Start) -> Writer:
    """Return who wrote at the time *at*."""
    return Writer(kind=by.kind, url=by.url, line=by.line, after=start.until(by, at))


def _key(by: SetBy) -> tuple[str, str | None, int | None]:
    return (by.kind, by.url, by.line)
