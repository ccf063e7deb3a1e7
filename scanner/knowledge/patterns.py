"""Names against patterns: full match, case-sensitive, and the best of several wins."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.knowledge.model import Cookie, MatchKind, Vendor

SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")

#: How much each kind of match knows, best first; a vendor's fallback is the least of all.
RANK: dict[MatchKind, int] = {"exact": 0, "regex": 1, "glob": 1, "suffix": 1, "prefix": 2}
FALLBACK_RANK = 3


#: Names that many use for different things.
SHARED_NAMES = frozenset(
    ["id", "uid", "uuid", "user", "visitor", "session", "sid", "lang", "test", "cookie"]
)
SHORT = 3  # characters; a name this short is met by chance


def is_shared(name: str) -> bool:
    """Say whether *name* is so short or so common that it says nothing by itself."""
    return name in SHARED_NAMES or len(name) <= SHORT


class Known(NamedTuple):
    """A cookie of the knowledge base, with whose it is."""

    vendor: Vendor
    cookie: Cookie

    @property
    def rank(self) -> tuple[int, int]:
        """Sort key: the better match first, among prefixes the longer."""
        cookie = self.cookie
        rank = FALLBACK_RANK if cookie.fallback else RANK[cookie.match]
        return (rank, -len(cookie.text) if cookie.match == "prefix" else 0)

    @property
    def entry(self) -> str:
        """How a verdict names it: file and cookie."""
        return f"{self.vendor.id}/{self.cookie.name}"


class Index:
    """All patterns, so sorted that a name is held against a few of them only."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._exact: dict[str, list[Known]] = {}
        self._buckets: dict[str, list[Known]] = {}
        for one in known:
            if one.cookie.match == "exact":
                self._exact.setdefault(one.cookie.text, []).append(one)
            else:
                start = literal_start(one.cookie.match, one.cookie.text)[:2]
                self._buckets.setdefault(start, []).append(one)

    def find(self, name: str) -> Iterator[Known]:
        """Yield all whose pattern matches the whole of *name*, in no particular order."""
        yield from self._exact.get(name, ())
        for start in {name[:2], name[:1], ""}:
            for one in self._buckets.get(start, ()):
                if matches(one.cookie, name):
                    yield one


def matches(cookie: Cookie, name: str) -> bool:
    """Say whether *name*, as a whole, is one that *cookie* stands for."""
    text = cookie.text
    match cookie.match:
        case "exact":
            return name == text
        case "prefix":
            return name.startswith(text)
        case "suffix":
            return name.endswith(text)
        case _:
            return compiled(cookie.match, text).fullmatch(name) is not None


@functools.cache
def compiled(match: MatchKind, text: str) -> re.Pattern[str]:
    """Return the expression of a glob (* any characters, ? one) or of a regex."""
    if match == "glob":
        text = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL)


def literal_start(match: MatchKind, text: str) -> str:
    """Return characters with which every name begins that the pattern *text* stands for."""
    match match:
        case "exact" | "prefix":
            return text
        case "suffix":
            return ""
        case "glob":
            return re.split(r"[*?]", text, maxsplit=1)[0]
        case _:
            return _regex_start(text)


def _regex_start(text: str) -> str:
    if text.startswith("(?") or re.search(r"\|", re.sub(r"\([^()]*\)", "", text)):
        return ""  # an alternative, perhaps on the outermost level
    literal = ""
    rest = text
    while rest:
        if rest[0] == "\\" and len(rest) > 1 and not rest[1].isalnum():
            character, rest = rest[1], rest[2:]
        elif SPECIAL.match(rest[0]):
            break
        else:
            character, rest = rest[0], rest[1:]
        if rest[:1] in ("*", "?", "{"):
            break
        literal += character
    return literal
