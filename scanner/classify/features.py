"""What the small model looks at: the pieces of a name, the host, the lifetime, flags, the value.

Used in training and at run time alike, so that both see the same. A fact that is not known
gives no feature. Names are cut into overlapping pieces in which digits count as one sign, so
that an id in a name does not look like knowledge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.classify.attribution import party
from scanner.classify.structure import words_of
from scanner.model import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Subject

DIGITS = re.compile(r"\d+")
LONG_HEX = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{8,}", re.IGNORECASE)

LONGEST_PIECE = 5
LONGEST_NAME = 60  # characters of a name that are looked at

HOUR = 3600
DAY = 24 * HOUR

#: Upper ends of the classes of lifetimes, in seconds.
LIFETIMES = (
    (2 * 60, "seconds"),
    (HOUR, "minutes"),
    (DAY - 1, "hours"),
    (2 * DAY, "day"),
    (8 * DAY, "week"),
    (35 * DAY, "month"),
    (100 * DAY, "quarter"),
    (200 * DAY, "half"),
    (364 * DAY, "months"),
    (368 * DAY, "year"),
    (401 * DAY, "thirteen"),
    (740 * DAY, "two"),
    (float("inf"), "years"),
)

LENGTHS = (0, 1, 4, 8, 16, 24, 32, 40, 64, 128, 512)


def features(subject: Subject) -> Iterator[str]:
    """Yield the features of *subject*; each is there or is not."""
    name = LONG_HEX.sub("#", subject.name[:LONGEST_NAME].lower())
    yield from _pieces("n", DIGITS.sub("0", name), 2)
    for word in words_of(subject.name[:LONGEST_NAME]).strip("_").split("_"):
        yield f"w={DIGITS.sub('0', word)}"
    yield f"length={min(len(subject.name), 24) // 3}"
    if subject.name.isupper():
        yield "upper"
    whose = party(subject)
    if whose is not None:
        yield f"party={whose}"
    if subject.domain and whose is not Party.FIRST:
        host = subject.domain.lstrip(".").lower()
        main = ".".join(host.split(".")[-2:])
        yield f"host={main}"
        yield from _pieces("d", main.split(".", maxsplit=1)[0], 3)
    yield f"kind={subject.kind}"
    yield from _facts(subject)


def _facts(subject: Subject) -> Iterator[str]:
    observed = subject.http_only is not None
    if subject.lifetime is not None:
        yield "lives=" + next(name for end, name in LIFETIMES if subject.lifetime <= end)
    else:
        yield "lives=session" if observed else "lives=unknown"
    if observed:
        yield f"http_only={subject.http_only}"
        yield f"secure={subject.secure}"
        yield f"same_site={subject.same_site}"
    shape = subject.value_shape
    if shape is not None:
        yield f"value={shape.kind}"
        yield f"value_length={sum(shape.length > end for end in LENGTHS)}"
        yield f"value_entropy={min(int(shape.entropy * 2), 12)}"


def _pieces(mark: str, text: str, shortest: int) -> Iterator[str]:
    framed = f"^{text}$"
    for size in range(shortest, LONGEST_PIECE + 1):
        for start in range(len(framed) - size + 1):
            yield f"{mark}:{framed[start : start + size]}"
