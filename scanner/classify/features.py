"""What the small model looks at: pieces and form of a name, host, lifetime, flags, the value.

Used in training and at run time alike, so that both see the same. A fact that is not known
gives no feature. Names are cut into overlapping pieces in which digits count as one sign, so
that an id in a name does not look like knowledge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.classify.attribution import party
from scanner.classify.structure import formed, words_of
from scanner.knowledge.hosts import hosts_above
from scanner.model import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Subject

DIGITS = re.compile(r"\d+")
CAPITALS = re.compile(r"[A-Z]+")
SMALL = re.compile(r"[a-z]+")
SIGNS = re.compile(r"[^A-Za-z0-9]")
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
    yield from _form(subject.name[:LONGEST_NAME])
    rule = formed(subject)
    if rule is not None:
        yield f"form={rule.entry}"
        yield f"form:{rule.category}"
    whose = party(subject)
    if whose is not None:
        yield f"party={whose}"
    if subject.domain and whose is not Party.FIRST:
        yield from _host(subject.domain.lstrip(".").lower())
    yield f"kind={subject.kind}"
    yield from _facts(subject)


def _form(name: str) -> Iterator[str]:
    """Yield the words of *name*, and how it is written."""
    words = [DIGITS.sub("0", word) for word in words_of(name).strip("_").split("_")]
    for word in words:
        yield f"w={word}"
    yield f"first={words[0]}"
    yield f"last={words[-1]}"
    yield f"words={min(len(words), 5)}"
    yield f"length={min(len(name), 24) // 3}"
    yield "signs=" + "".join(sorted(set(SIGNS.findall(name))))[:4]
    yield "shape=" + CAPITALS.sub("A", SMALL.sub("a", DIGITS.sub("0", name)))[:12]
    if name.isupper():
        yield "upper"


def _host(host: str) -> Iterator[str]:
    """Yield *host*, each host above it, and the pieces of its main label."""
    for above in hosts_above(host):
        yield f"host={above}"
    main = host.split(".")[-2:][0]
    yield "top=" + host.rsplit(".", maxsplit=1)[-1]
    yield from _pieces("d", main, 3)


def _facts(subject: Subject) -> Iterator[str]:
    observed = subject.http_only is not None
    if subject.lifetime is not None:
        yield "lives=" + next(name for end, name in LIFETIMES if subject.lifetime <= end)
    else:
        yield "lives=session" if observed else "lives=unknown"
    if observed:
        yield f"http_only={subject.http_only}"
        yield f"same_site={subject.same_site or 'unset'}"
    if subject.secure is not None:
        yield f"secure={subject.secure}"
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
