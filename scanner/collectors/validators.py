"""Find identifiers in the browser's cache: what a server gives each visitor, and gets back.

An ETag or a Last-Modified that differs from one fresh profile to the next, stays the same within
each, and is sent back by the browser, tells visitors apart. Resources whose first answer may have
depended on a cookie are left out, since their content may be the visitor's own.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.addresses import without_query
from scanner.collectors.evidence import CacheExchange
from scanner.model import Kind, Observation, SetBy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.evidence import Evidence
    from scanner.model import PageRead, State
    from scanner.shape import Digester

MAX_RESOURCES = 2000  # of a page
MAX_ALONE = 10  # resources of a single profile that servers are asked about
_FILES = (".js", ".css", ".woff", ".woff2", ".svg", ".jpg", ".webp")  # seldom made for one visitor
MAX_ASKED = 5  # resources that servers are asked about where the browser keeps no cache

#: What a server gives, and the header by which the browser gives it back.
_RETURNS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
_NAMES = {"etag": "ETag", "last-modified": "Last-Modified"}


class Resource(msgspec.Struct):
    """One resource in one profile."""

    given: set[str] = msgspec.field(default_factory=set)
    returned: set[str] = msgspec.field(default_factory=set)
    personal: bool = False  # whether it may depend on a cookie
    at: dt.datetime | None = None
    page: str = ""


class Validators:
    """Collects from one target into *evidence*."""

    def __init__(self, session: Session, *, evidence: Evidence, digester: Digester) -> None:
        self._evidence = evidence
        self._digester = digester
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.requestWillBeSentExtraInfo", self._sent)
        session.on("Network.responseReceivedExtraInfo", self._answered)

    def _exchange(self, params: Params) -> CacheExchange:
        exchanges = self._evidence.validators
        id_ = params["requestId"]
        if id_ not in exchanges and len(exchanges) >= MAX_RESOURCES:
            return CacheExchange()
        return exchanges.setdefault(id_, CacheExchange())

    def _asked(self, params: Params) -> None:
        exchange = self._exchange(params)
        exchange.redirected = exchange.redirected or "redirectResponse" in params
        exchange.url = params["request"]["url"].split("#", 1)[0]
        exchange.page_itself = params.get("type") == "Document"

    def _sent(self, params: Params) -> None:
        exchange = self._exchange(params)
        headers = {name.lower(): value for name, value in params.get("headers", {}).items()}
        exchange.with_cookies = exchange.with_cookies or "cookie" in headers
        for header, back in _RETURNS.items():
            if back in headers:
                exchange.returned[header] = self._digester.digest(headers[back])

    def _answered(self, params: Params) -> None:
        exchange = self._exchange(params)
        headers = {name.lower(): value for name, value in params.get("headers", {}).items()}
        for header in _RETURNS:
            if header in headers:
                exchange.given[header] = self._digester.digest(headers[header])


class Cache:
    """What the profiles of one crawl were given, and gave back."""

    def __init__(self) -> None:
        self._profiles: dict[State, dict[tuple[str, str], Resource]] = {}
        self.told_apart: set[str] = set()  # URLs whose server knows several visitors apart by it
        self.confirmed: set[str] = set()  # URLs whose server knows its ETag again

    def note(self, exchanges: Iterable[CacheExchange], *, state: State, page: str) -> None:
        """Add what was exchanged on *page* with the fresh profile of *state*."""
        resources = self._profiles.setdefault(state, {})
        for exchange in exchanges:
            if exchange.redirected or exchange.page_itself or not exchange.url.startswith("http"):
                continue
            for header in exchange.given.keys() | exchange.returned.keys():
                resource = resources.setdefault((exchange.url, header), Resource())
                if resource.at is None:
                    resource.at, resource.page = dt.datetime.now(dt.UTC), page
                    resource.personal = exchange.with_cookies
                if header in exchange.given:
                    resource.given.add(exchange.given[header])
                if header in exchange.returned:
                    resource.returned.add(exchange.returned[header])

    def doubtful(self, state: State) -> bool:
        """Tell whether a resource differs in *state*, and it is not known what is sent back."""
        resources = self._profiles.get(state, {})
        return any(
            not resource.returned and self._differs(place, state)
            for place, resource in resources.items()
        )

    def unproven(self) -> list[str]:
        """Return the URLs whose ETag is another in each profile, and was never sent back."""
        states = list(self._profiles)
        return sorted(
            {
                url
                for state in states
                for (url, header), resource in self._profiles[state].items()
                if header == "etag" and not resource.returned and self._apart((url, header), state)
            }
        )[:MAX_ASKED]

    def alone(self) -> list[str]:
        """Return the URLs with an ETag that can be compared with no other profile's."""
        if len(self._profiles) != 1:
            return []
        (found,) = self._profiles.values()
        urls = {
            url
            for (url, header), resource in found.items()
            if header == "etag" and not resource.personal and len(resource.given) == 1
        }
        return sorted(urls, key=lambda url: (urlsplit(url).path.endswith(_FILES), url))[:MAX_ALONE]

    def proven(self) -> tuple[Observation, ...]:
        """Return the identifiers, for each state in which one was given."""
        places = sorted({place for found in self._profiles.values() for place in found})
        return tuple(
            _observation(place, resource, state)
            for place in places
            if self._identifies(place)
            for state, found in self._profiles.items()
            if (resource := found.get(place)) is not None
        )

    def _identifies(self, place: tuple[str, str]) -> bool:
        states = [state for state, found in self._profiles.items() if place in found]
        if place[0] in self.told_apart and place[1] == "etag":
            return True
        if place[0] in self.confirmed:
            return any(self._apart(place, state) for state in states)
        return any(self._differs(place, state) and self._back(place, state) for state in states)

    def _back(self, place: tuple[str, str], state: State) -> bool:
        """Tell whether the browser sent back what *place* had given it."""
        resource = self._profiles[state][place]
        return bool(resource.returned & resource.given)

    def _differs(self, place: tuple[str, str], state: State) -> bool:
        """Tell whether *place* has one value in each profile, and never the same."""
        found = [resources[place] for resources in self._profiles.values() if place in resources]
        return self._apart(place, state) and all(len(each.given) == 1 for each in found)

    def _apart(self, place: tuple[str, str], state: State) -> bool:
        """Tell whether *place* shares no value of *state* with other profiles."""
        mine = self._profiles[state].get(place)
        others = [
            found[place]
            for other, found in self._profiles.items()
            if other is not state and place in found
        ]
        if mine is None or mine.personal or not others:
            return False
        return all(not other.personal and not other.given & mine.given for other in others)


def credited(reads: Iterable[PageRead], found: Iterable[Observation]) -> tuple[PageRead, ...]:
    """Return *reads* with each of *found* on the page where it was met first."""
    rest: dict[tuple[State, str], list[Observation]] = {}
    for seen in found:
        rest.setdefault((seen.state, seen.page), []).append(seen)
    listed = []
    for read in reads:
        more = rest.pop((read.visit.state, read.visit.final_url), [])
        listed.append(msgspec.structs.replace(read, observations=(*read.observations, *more)))
    return tuple(listed)


def _observation(place: tuple[str, str], resource: Resource, state: State) -> Observation:
    url, header = place
    return Observation(
        kind=Kind.CACHE_IDENTIFIER,
        name=_NAMES[header],
        domain=urlsplit(url).hostname or "",
        path=urlsplit(url).path or "/",
        page=resource.page,
        state=state,
        seen_at=resource.at or dt.datetime.now(dt.UTC),
        set_by=SetBy(kind="http", url=without_query(url)),
    )
