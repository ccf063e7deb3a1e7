"""Is the knowledge fit for use? Every mistake in every file, in words.

Beside what reading already refuses (unknown keys, wrong types) each pattern is compiled and
bounded, every example is held against every pattern, and what a reader relies on is looked for:
languages, evidence, dates, addresses.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.countries import EEA
from scanner.knowledge.patterns import FALLBACK_RANK, Index, Known, compiled, is_shared, matches
from scanner.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.knowledge.model import Cookie, Vendor
    from scanner.knowledge.purposes import Vocabulary

#: The languages that purposes are told in.
LANGUAGES = ("en", "nb", "nn", "sv", "da", "fi", "de", "fr")

#: Short, and yet nobody else's.
WELL_KNOWN = frozenset({"_ga", "_cb", "IDE", "NID", "YSC"})

MIN_PREFIX = 3
MAX_PATTERN = 200  # characters
NESTED = re.compile(r"\([^()]*[*+][^()]*\)[*+{]")  # repeats a repetition: can take for ever

#: How sure one may be, by what the fact rests on.
MOST = {"vendor-doc": 0.99, "source": 0.99, "observed": 0.95, "memory": 0.85}

STALE = dt.timedelta(days=730)

HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

#: A published package of a vendor's own code, as a package URL: "pkg:npm/%40acme/tag@1.2.3".
PACKAGE = re.compile(r"pkg:[a-z]+(/[A-Za-z0-9._%-]+){1,2}@[A-Za-z0-9.+~:%-]+")


def check(vendors: Iterable[Vendor], vocabulary: Vocabulary, *, today: dt.date) -> list[str]:
    """Return one line for each mistake; none: the knowledge is fit.

    Clashes between entries are looked for when each entry is right by itself.
    """
    every = tuple(vendors)
    mistakes = list(_languages(vocabulary))
    seen: set[str] = set()
    numbers: dict[int, str] = {}
    for vendor in every:
        if vendor.id in seen:
            mistakes.append(f"{vendor.id}: there are two files for it")
        seen.add(vendor.id)
        if vendor.tcf_id and numbers.setdefault(vendor.tcf_id, vendor.id) != vendor.id:
            mistakes.append(f"{vendor.id}: {numbers[vendor.tcf_id]} has the same tcf_id")
        mistakes += (f"{vendor.id}: {mistake}" for mistake in _vendor(vendor, vocabulary))
        names = {cookie.name for cookie in vendor.cookie}
        for cookie in vendor.cookie:
            if cookie.alias_of and cookie.alias_of not in names:
                mistakes.append(f"{vendor.id}/{cookie.name}: there is no '{cookie.alias_of}'")
            mistakes += (
                f"{vendor.id}/{cookie.name}: {mistake}"
                for mistake in _cookie(cookie, vocabulary, today)
            )
    return mistakes or list(_clashes(every))


def _languages(vocabulary: Vocabulary) -> Iterator[str]:
    for language in LANGUAGES:
        phrases = vocabulary.phrases.get(language)
        if phrases is None:
            yield f"purposes/{language}.toml: missing"
            continue
        for code in sorted(vocabulary.codes.keys() ^ phrases.purposes.keys()):
            known = code in vocabulary.codes
            yield f"purposes/{language}.toml: {code} {'has no text' if known else 'is unknown'}"
        for code, text in phrases.purposes.items():
            if text.count("{vendor}") != 1:
                yield f"purposes/{language}.toml: {code}: {{vendor}} must stand in it once"


def _vendor(vendor: Vendor, vocabulary: Vocabulary) -> Iterator[str]:
    for code in vendor.purposes:
        if code not in vocabulary.codes:
            yield f"unknown purpose '{code}'"
    if vendor.privacy_url:
        yield from _address(vendor.privacy_url)
    if vendor.entity and not vendor.country:
        yield "an entity needs its country"
    if vendor.entity and not vendor.privacy_url:
        yield "an entity needs its privacy_url"
    if vendor.country and vendor.country not in EEA and not vendor.transfers:
        yield f"an entity in {vendor.country} needs its transfers"
    yield from _hosts((*(setter.host for setter in vendor.setter), *vendor.domains))
    for setter in vendor.setter:
        if setter.path and not setter.path.startswith("/"):
            yield f"the path '{setter.path}' of a setter begins with a slash"


def _hosts(hosts: Iterable[str]) -> Iterator[str]:
    return (f"'{host}' is not a host" for host in hosts if not HOST.fullmatch(host))


def _cookie(cookie: Cookie, vocabulary: Vocabulary, today: dt.date) -> Iterator[str]:
    yield from _pattern(cookie)
    unknown = [code for code in cookie.purposes if code not in vocabulary.codes]
    if unknown or not cookie.purposes:
        yield f"unknown purposes {unknown}" if unknown else "has no purpose"
    elif vocabulary.category(cookie.purposes) is not cookie.category:
        yield f"its purposes make it {vocabulary.category(cookie.purposes)}"
    if cookie.confidence > MOST[cookie.basis]:
        yield f"what rests on '{cookie.basis}' is never surer than {MOST[cookie.basis]}"
    if (
        cookie.basis == "vendor-doc"
        and not cookie.evidence
        and cookie.confidence > MOST["observed"]
    ):
        yield "a vendor's document must be named under evidence"
    yield from _hosts((*cookie.hosts, *cookie.setters))
    yield from _storage(cookie)
    if cookie.evidence and cookie.basis == "memory":
        yield "what has evidence does not rest on 'memory'"
    for evidence in cookie.evidence:
        if "max_age" in evidence.says and cookie.max_age is None:
            yield "its evidence tells the max_age, and it does not"
        if not PACKAGE.fullmatch(evidence.url):
            yield from _address(evidence.url)
        if evidence.seen > today:
            yield f"evidence of {evidence.seen} lies in the future"
        elif today - evidence.seen > STALE:
            yield f"evidence of {evidence.seen} is older than two years: look again"


def _storage(cookie: Cookie) -> Iterator[str]:
    """Yield what cannot be true of the places that an item is kept in."""
    kinds = set(cookie.storage)
    if kinds == {Kind.COOKIE} and cookie.max_age == "persistent":
        yield "a cookie ends some time: only web storage is 'persistent'"
    if kinds <= {Kind.LOCAL_STORAGE, Kind.INDEXED_DB} and cookie.max_age == "session":
        yield "what lies in local storage outlives the session"
    if kinds == {Kind.SESSION_STORAGE} and cookie.max_age not in (None, "session"):
        yield "session storage ends with the session"
    if Kind.COOKIE not in kinds and cookie.http_only is not None:
        yield "only a cookie can be http_only"


def _pattern(cookie: Cookie) -> Iterator[str]:
    text = cookie.text
    if len(text) > MAX_PATTERN:
        yield f"the pattern has more than {MAX_PATTERN} characters"
        return
    if cookie.match == "exact":
        if is_shared(text) and text not in WELL_KNOWN and not cookie.generic:
            yield "a name that many use must be marked as generic"
        return
    if cookie.match == "regex":
        try:
            compiled("regex", text)
        except re.error as exc:
            yield f"not a regular expression: {exc}"
            return
        if NESTED.search(text):
            yield "a repetition within a repetition can take for ever"
    if cookie.match == "prefix" and len(text) < MIN_PREFIX and not cookie.hosts:
        yield f"a prefix needs {MIN_PREFIX} characters or a host"
    if not cookie.examples:
        yield "a pattern needs an example"
    for example in cookie.examples:
        if not matches(cookie, example):
            yield f"its example '{example}' does not match"
    for example in cookie.counter_examples:
        if matches(cookie, example):
            yield f"its counter-example '{example}' matches"


def _clashes(vendors: tuple[Vendor, ...]) -> Iterator[str]:
    """Yield a line for each example that another entry would answer as well or better."""
    index = Index(Known(vendor, cookie) for vendor in vendors for cookie in vendor.cookie)
    for vendor in vendors:
        for cookie in vendor.cookie:
            own = Known(vendor, cookie)
            for example in cookie.examples or (cookie.text,):
                for other in index.find(example):
                    if other != own and _rivals(own, other):
                        yield f"{own.entry}: '{example}' is answered by {other.entry} too"


def _rivals(own: Known, other: Known) -> bool:
    """Say whether *other* can be meant where *own* is, and is not the weaker of the two."""
    one, two = own.cookie, other.cookie
    if not set(one.storage) & set(two.storage):
        return False
    if one.hosts or two.hosts:
        return bool(set(one.hosts) & set(two.hosts)) and other.rank <= own.rank
    if one.generic or two.generic:
        return own.vendor == other.vendor and other.rank <= own.rank
    return other.rank[0] < FALLBACK_RANK and other.rank <= own.rank


def _address(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        yield f"'{url}' is not an https address"
    if "utm_" in parts.query:
        yield f"'{url}' carries tracking parameters"
