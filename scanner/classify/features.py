"""What the small model looks at: pieces, form and kin of a name, place, lifetime, flags, value.

Used in training and at run time alike, so that both see the same. A fact that is not known
gives no feature. Names are cut into overlapping pieces in which digits count as one sign, and
an id as another, so that an id in a name does not look like knowledge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.classify.attribution import on_host, party
from scanner.classify.structure import formed, words_of
from scanner.knowledge.hosts import hosts_above
from scanner.knowledge.kinship import DIGITS, LONGEST_NAME, MIXED_ID, plain
from scanner.model import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.knowledge import Knowledge
    from scanner.model import Subject

CAPITALS = re.compile(r"[A-Z]+")
SMALL = re.compile(r"[a-z]+")
SIGNS = re.compile(r"[^A-Za-z0-9]")
OTHER = re.compile(r"[^a-z0-9]")
SHORTEST_LABEL = 3  # characters of a site's name; fewer are met in any name

#: Upper ends of the classes of nearness: which share of a name its kin begins with.
NEARNESS = ((0.4, "far"), (0.7, "near"), (float("inf"), "next"))
LONGEST_KIN = 9  # characters that kin share; more tell no more

LONGEST_PIECE = 5

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


def features(subject: Subject, knowledge: Knowledge) -> Iterator[str]:
    """Yield the features of *subject*; each is there or is not.

    Of *knowledge* it counts whose the host is, and what it says of names that begin alike;
    never what it says about the name.
    """
    name = MIXED_ID.sub("#", subject.name[:LONGEST_NAME])
    yield from _pieces("n", plain(name), 2)
    yield from _form(name)
    yield from _kin(subject.name, knowledge)
    rule = formed(subject)
    if rule is not None:
        yield f"form={rule.entry}"
        yield f"form:{rule.category}"
    whose = party(subject)
    if whose is not None:
        yield f"party={whose}"
    yield from _place(subject)
    if whose is Party.FIRST:
        yield from _own(subject)
    elif subject.domain:
        yield from _host(subject.domain.lstrip(".").lower())
        yield from _owner(subject, knowledge)
    yield f"kind={subject.kind}"
    yield from _facts(subject)


def _owner(subject: Subject, knowledge: Knowledge) -> Iterator[str]:
    """Yield whose the host is, and what it is known for."""
    word = on_host(subject, knowledge)
    yield f"owner={word.category if word else None}"
    host = (subject.domain or "").lstrip(".").lower()
    for vendor in knowledge.owners(host) or knowledge.setters(host):
        yield f"vendor={vendor.id}"
        yield f"vendor:{vendor.category}"


def _kin(name: str, knowledge: Knowledge) -> Iterator[str]:
    """Yield what names are known for that begin like *name*, and how near they are."""
    kin = knowledge.kin(name)
    if kin is None:
        yield "kin=None"
        return
    near = next(word for end, word in NEARNESS if kin.share < end)
    yield f"kin={kin.category}"
    yield f"kin={kin.category}/{near}"
    yield f"kin={kin.category}/{min(kin.shared, LONGEST_KIN)}"
    if kin.vendor_id is not None:
        yield f"kin:{kin.vendor_id}"
        yield f"kin:{kin.category}/{near}"


def _place(subject: Subject) -> Iterator[str]:
    """Yield how near its host is to the site's domain, and what tells more together with that.

    Scripts that count visitors store on the domain as a whole, servers on their own host.
    """
    if subject.site is None or subject.domain is None:
        return
    host, site = subject.domain.lstrip(".").lower(), subject.site.lower()
    if host == site:
        place = "domain"
    elif host == f"www.{site}":
        place = "www"
    else:
        place = "below" if host.endswith(f".{site}") else "other"
    yield f"place={place}"
    yield f"place={place}/{_lives(subject)}"
    if subject.value_shape is not None:
        yield f"place={place}/{subject.value_shape.kind}"
    if subject.http_only is not None:
        yield f"place={place}/{subject.http_only}"


def _own(subject: Subject) -> Iterator[str]:
    """Yield whether an item of the site's own bears the site's name."""
    if subject.site is None:
        return
    label = OTHER.sub("", subject.site.lower().split(".", maxsplit=1)[0])
    named = len(label) >= SHORTEST_LABEL and label in OTHER.sub("", subject.name.lower())
    yield f"own={named}"


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
    """Yield lifetime, flags and value, and those of them that tell more together."""
    observed = subject.http_only is not None
    whose = party(subject)
    lives = _lives(subject)
    yield f"lives={lives}"
    yield f"lives={lives}/{whose}"
    if observed:
        yield f"http_only={subject.http_only}"
        yield f"same_site={subject.same_site or 'unset'}"
        flags = f"{subject.http_only}/{subject.secure}/{subject.same_site}"
        yield f"flags={lives}/{whose}/{flags}"
    if subject.secure is not None:
        yield f"secure={subject.secure}"
    shape = subject.value_shape
    if shape is not None:
        length = sum(shape.length > end for end in LENGTHS)
        yield f"value={shape.kind}"
        yield f"value_length={length}"
        yield f"value_entropy={min(int(shape.entropy * 2), 12)}"
        yield f"value={shape.kind}/{length}/{lives}"
        yield f"value={shape.kind}/{length}/{whose}"


def _lives(subject: Subject) -> str:
    """Return the class of the lifetime."""
    if subject.lifetime is not None:
        return next(name for end, name in LIFETIMES if subject.lifetime <= end)
    return "session" if subject.http_only is not None else "unknown"


def _pieces(mark: str, text: str, shortest: int) -> Iterator[str]:
    framed = f"^{text}$"
    for size in range(shortest, LONGEST_PIECE + 1):
        for start in range(len(framed) - size + 1):
            yield f"{mark}:{framed[start : start + size]}"
