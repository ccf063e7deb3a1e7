"""What is counted for Prometheus. Nothing in it leads to a person.

Where several processes serve, each writes its counts into a folder of theirs (`FOLDER`), and
whichever is asked adds them up.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # in the environment; the library's own name
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

DECISIONS = Counter(
    "kapsel_decisions", "Decisions that came to be stored, by what became of them", ["outcome"]
)
WAITING = Gauge(
    "kapsel_decisions_waiting", "Decisions that wait for their commit", multiprocess_mode="livesum"
)
COMMIT = Histogram(
    "kapsel_commit_seconds",
    "How long one commit took, with all the decisions in it",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)

_STORED, _KNOWN, _REFUSED = (DECISIONS.labels(each) for each in ("stored", "known", "refused"))


def count(outcomes: Sequence[object]) -> None:
    """Count what became of a group of decisions."""
    stored, known = outcomes.count(True), outcomes.count(False)
    for counter, times in (
        (_STORED, stored),
        (_KNOWN, known),
        (_REFUSED, len(outcomes) - stored - known),
    ):
        if times:  # each takes a lock
            counter.inc(times)


def text() -> bytes:
    """Return all that was counted, by all processes, as Prometheus reads it."""
    if not os.environ.get(FOLDER):
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
