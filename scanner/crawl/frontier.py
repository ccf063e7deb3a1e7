"""Which pages of a site to visit, in which order: pure, and the same for the same links."""

from __future__ import annotations

import collections
import fnmatch
import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import (
    parse_qsl,
    quote,
    unquote,
    unquote_plus,
    urlencode,
    urljoin,
    urlsplit,
    urlunsplit,
)

from scanner.domains import bare, registrable, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Site

_HUMP = re.compile(r"(?<=[a-zæøåäö])(?=[A-ZÆØÅÄÖ])")  # between two words of deleteAccount
MAX_URL = 2000  # characters; what is longer is made by a machine in a loop
MAX_SEGMENTS = 12  # of a path; likewise
MANY = 1000  # pages of one kind: they are made by a machine, and one stands for all of them


class Frontier:
    """Pages in levels: those that the start page leads to, those that these lead to, and on."""

    def __init__(self, site: Site, *, max_pages: int) -> None:
        self._site = site
        self._left = max_pages
        self._seen: set[str] = set()
        self._level: list[str] = []
        self._kinds: collections.Counter[str] = collections.Counter()  # pages that were offered
        self._sampled: collections.Counter[str] = collections.Counter()  # of these, chosen
        self._homes = {registrable(urlsplit(site.url).hostname or "")}
        self._homes |= {bare(domain) for domain in site.own_domains}

    def widen(self, url: str) -> None:
        """Count the domain of *url*, to which the start page led, as the site's own."""
        self._homes.add(registrable(urlsplit(url).hostname or ""))

    def begin(self, url: str) -> str:
        """Take the start page; return it in its one spelling."""
        page = canonical(url) or url
        self._seen.add(page)
        self._left -= 1
        return page

    def add(self, urls: Iterable[str], *, asked: bool = False) -> None:
        """
        Offer *urls* for the next level, in an order that does not depend on chance.

        Args:
            asked: The owner named them: nothing but the site's bounds keeps them out.
        """
        for url in urls:
            page = canonical(url)
            if page is None or page in self._seen or not self.inside(page):
                continue
            if not asked and (harmful(page) or not self._wanted(page)):
                continue
            self._seen.add(page)
            self._level.append(page)
            self._kinds[template(page)] += not asked

    def visited(self, url: str) -> None:
        """Do not visit *url* again: a redirect led there."""
        page = canonical(url)
        if page is not None:
            self._seen.add(page)

    def next_level(self) -> list[str]:
        """
        Return the pages of the next level, samples of each kind of page first.

        Of a kind with very many pages there is one sample, however large the budget.
        """
        ranks: dict[str, int] = {}
        ranked = []
        for place, page in enumerate(self._level):
            kind = template(page)
            ranks[kind] = rank = ranks.get(kind, -1) + 1
            if self._kinds[kind] < MANY or rank + self._sampled[kind] == 0:
                ranked.append((rank, place, page))
        self._level = []
        chosen = [page for _, _, page in sorted(ranked)[: max(0, self._left)]]
        self._left -= len(chosen)
        self._sampled.update(map(template, chosen))
        return chosen

    def inside(self, url: str) -> bool:
        """Tell whether *url* is of the site, or of another domain of its owner."""
        return within(urlsplit(url).hostname or "", homes=self._homes)

    def _wanted(self, page: str) -> bool:
        include, exclude = self._site.include, self._site.exclude
        if include and not any(_glob(page, pattern) for pattern in include):
            return False
        return not any(_glob(page, pattern) for pattern in exclude)


def canonical(url: str, *, base: str | None = None) -> str | None:
    """
    Return the one spelling of *url*: no fragment but the route of an application (``#/about``),
    no trace of where the visitor came from, the query in order.

    Returns:
        None for what is no page: another scheme, no host, too long.
    """
    try:
        parts = urlsplit(urljoin(base, url) if base else url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or len(url) > MAX_URL:
        return None
    if parts.path.count("/") > MAX_SEGMENTS:
        return None
    query = sorted(
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_tracking(key)
    )
    default = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    place = name if port in (None, default) else f"{name}:{port}"
    path = re.sub(r";jsessionid=[^/?]*", "", parts.path, flags=re.IGNORECASE)
    path = quote(re.sub(r"/{2,}", "/", path) or "/", safe="/%:@!$&'()*+,;=~-._")
    route = parts.fragment if parts.fragment.startswith(("/", "!/")) else ""
    return urlunsplit((parts.scheme, place, path, urlencode(query), route))


def harmful(url: str) -> bool:
    """Tell whether following *url* may change something, never end, or fetch a file."""
    parts = urlsplit(url.replace("#!/", "/").replace("#/", "/"))
    path, query = _spelled(unquote(parts.path)), _spelled(unquote_plus(parts.query))
    ending = path.rsplit("/", 1)[-1].rpartition(".")
    if ending[1] and ending[2] in _words("files"):
        return True
    if any(words in path for words in _words("additive")):
        return True
    pairs = parse_qsl(query, keep_blank_values=True)
    keys = {key for key, _ in pairs}
    if any(_adds().search(key) for key in keys):
        return True
    if keys & _words("calendar_query") and any(w in path for w in _words("calendar")):
        return True
    if any(key in _words("deed_keys") and value in _words("deed_values") for key, value in pairs):
        return True
    return any(pattern.search(f"{path}?{query}") for pattern in _destructive())


def _spelled(text: str) -> str:
    """Return *text* in small letters, with hyphens between words: deleteAccount, logg ut."""
    return re.sub(r"[ _+]+", "-", _HUMP.sub("-", text)).lower()


def template(url: str) -> str:
    """Return what *url* shares with the pages that are made like it."""
    parts = urlsplit(url.replace("#!/", "/").replace("#/", "/"))  # a route is a path, too
    segments = [segment for segment in parts.path.split("/") if segment]
    shape = "/".join("#" if _varies(s) or i else s for i, s in enumerate(segments))
    if len(segments) == 1:  # goods may stand at the root, beside pages with a word for a name
        shape = "#" if shape == "#" or "-" in shape else ""
    keys = "&".join(sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return f"{parts.hostname}/{shape}?{keys}"


def _varies(segment: str) -> bool:
    return any(letter.isdigit() for letter in segment)


def _glob(url: str, pattern: str) -> bool:
    """Match the whole URL, or its path alone if *pattern* begins with a slash."""
    if pattern.startswith("/"):
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return fnmatch.fnmatchcase(path, pattern)
    return fnmatch.fnmatchcase(url, pattern)


@functools.cache
def deeds() -> tuple[str, ...]:
    """Return what links say that do something, in small letters: they are not followed."""
    return tuple(_lists()["said"])


@functools.cache
def _lists() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("frontier.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_lists()[name])


@functools.cache
def _destructive() -> tuple[re.Pattern[str], ...]:
    """Return what finds a deed in the path and the query of an address, as `_spelled` has them."""
    start = r"(?<![^\W_])(?<!-)"
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"{start}{_any('destructive')}(?![^\W_])",
            rf"(?<![\w-]){_any('destructive_alone')}(?![\w-])",
            rf"-{_any('destructive_last')}(?![\w-])",
            rf"{start}{_any('destructive_beginnings')}",
            rf"(?<![\w-]){_any('deeds_on_a_number')}(?:/\d|\?(?:.*=)?\d)",
            rf"(?<![\w-]){_any('gathered')}/{_any('gathering')}(?![^\W_])",
        )
    )


@functools.cache
def _adds() -> re.Pattern[str]:
    """Return what finds a key that changes something: the word alone, or ``wishlist-add``."""
    return re.compile(rf"^{_any('additive_query')}$|(?:^|-)(?:add|remove|delete)(?:-|$)")


def _any(name: str) -> str:
    """Return what matches any of the words of the list *name*, the longest first."""
    words = {word.replace("_", "-") for word in _words(name)}
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words, reverse=True))})"


@functools.lru_cache(maxsize=1024)
def _is_tracking(key: str) -> bool:
    return any(fnmatch.fnmatchcase(key.lower(), name.lower()) for name in _lists()["tracking"])
