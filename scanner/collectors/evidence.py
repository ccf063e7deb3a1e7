"""What was seen during a visit, as it came in; `fold` makes observations of it.

Nothing here holds the value of a cookie or of a stored item: they are measured and hashed
where they come in.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from scanner.collectors.consent import Said
from scanner.cookie_line import CookieLine
from scanner.model import Carried, Kind, Moment, SetBy, SignalKind, ValueShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class CookieWrite(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked the browser to keep, or to delete, a cookie."""

    line: CookieLine
    by: SetBy
    at: dt.datetime
    refused: tuple[str, ...] = ()  # why, as Chromium calls it; none: it was not, as far as was seen
    seen: bool | None = None  # whether a script could read it back; None: not tried

    @property
    def identity(self) -> tuple[str, str, str, bool]:
        """Which cookie of the jar it asks for."""
        line = self.line
        return (line.name, line.domain, line.path, line.partitioned)


class JarCookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie that the browser keeps."""

    name: str
    domain: str
    path: str
    expires: dt.datetime | None  # None: session
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"] | None
    partitioned: bool
    shape: ValueShape
    digest: str
    tokens: frozenset[str] = frozenset()  # keyed hashes of the parts that could identify

    @property
    def identity(self) -> tuple[str, str, str, bool]:
        """What makes two cookies one."""
        return (self.name, self.domain, self.path, self.partitioned)


class StoredItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something in storage: seen there (*by* is None), or written or deleted by a script."""

    kind: Kind
    name: str
    host: str
    at: dt.datetime
    by: SetBy | None = None
    gone: bool = False  # whether this took it away
    faint: bool = False  # whether it counts only if it is found at the end: a folder, when empty
    shape: ValueShape | None = None
    digest: str | None = None
    tokens: frozenset[str] = frozenset()  # keyed hashes of the parts that could identify

    @property
    def identity(self) -> tuple[Kind, str, str]:
        """What makes two items one."""
        return (self.kind, self.name, self.host)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Something was asked of a server."""

    host: str
    at: dt.datetime
    by: SetBy | None = None


MAX_BROUGHT = 4000  # addresses of a page whose initiators are remembered
MAX_NESTED = 20  # frames in frames, whose makers are looked for

#: What answers its users in real time, each step on its own.
DATABASES = frozenset({Kind.INDEXED_DB, Kind.CACHE_STORAGE, Kind.SERVICE_WORKER, Kind.FILE_SYSTEM})


#: Seconds in which a worker beside a page does what it does when it is installed.
WORKER_START = 0.4


class Unheard(NamedTuple):
    """When something was asked for, and answered, with cookies that nobody hears of."""

    asked: dt.datetime
    at: dt.datetime


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What a request told a server."""

    host: str
    path: str  # what looks like a code in it is left out
    kind: str  # as DevTools has it: Image, Ping, Fetch…
    message: bool  # whether it can be there only to tell something
    at: dt.datetime
    by: SetBy | None
    carries: tuple[Carried, ...] = ()
    tokens: dict[str, frozenset[str]] = {}  # parameter -> keyed hashes of what could identify
    referrer: bool = False  # whether the header Referer tells more than the site
    passes_on: str | None = None  # to what, if the server does that with what it is told
    granted: str | None = None  # what a hit of Google's says of consent


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A script asked for something that tells browsers apart, or what the visitor wants."""

    name: str
    host: str  # of the page
    by: SetBy
    kind: SignalKind = SignalKind.FINGERPRINTING


class CacheExchange(msgspec.Struct):
    """What one request and its answer said of what is cached; hashes only."""

    url: str = ""
    page_itself: bool = False  # a document: its content may differ, not only its name
    redirected: bool = False
    with_cookies: bool = False
    given: dict[str, str] = msgspec.field(default_factory=dict)  # header -> hash of its value
    returned: dict[str, str] = msgspec.field(default_factory=dict)


class Evidence:
    """All that one visit left behind. Collectors add to it; `clear` begins the next visit."""

    def __init__(self, beside: Mapping[str, Evidence] | None = None) -> None:
        """
        Begin with nothing.

        Args:
            beside: What the workers noted that live beside the pages, by their address.
        """
        self._beside = {} if beside is None else beside
        self.attached_at = 0.0  # monotonic time when it began, if it is a worker's
        self.searches: set[asyncio.Task[None]] = set()  # for who made some code, under way
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.writes: list[CookieWrite] = []
        self.stored: list[StoredItem] = []
        self.requests: list[Request] = []
        self.made: dict[str, SetBy] = {}  # who made scripts without an address: see `stack`
        self.fetched: dict[str, SetBy] = {}  # where code stands that was fetched as a text, by hash
        self.addresses: dict[str, str] = {}  # of scripts that call themselves otherwise, by id
        self.landed: dict[str, str] = {}  # URL of a script -> where redirects led, its code stands
        self.brought: dict[str, SetBy] = {}  # URL -> who asked for it first
        self.planned: dict[str, SetBy] = {}  # URL -> who asked for it, where nobody else knows
        self.documents: dict[str, str] = {}  # frame -> URL of what it shows
        self.framed: dict[str, SetBy | str] = {}  # frame -> who put it there, or its parent
        self.cleared: set[str] = set()  # hosts that had the cookies of their domain deleted
        self.emptied: set[str] = set()  # hosts that had all else that they keep deleted
        #: Addresses whose answers may have cookies that nobody hears of.
        self.unheard: dict[str, Unheard] = {}
        self.stored_at = 0.0  # monotonic time when it was last heard that a database was stored
        self.hoarding = False  # whether it stored more and more of them for as long as it could
        self.looked: set[str] = set()  # hosts whose storage was looked at, at the end
        self.looked_until = 0  # how many of `stored` were there when that was done
        self.deferred: set[str] = set()  # addresses that are asked when the browser sees fit
        self.begun: dt.datetime | None = None  # when the page was asked for, by its own clock
        self.asked: dt.datetime | None = None  # the same by ours, which is that of responses
        self.contacts: list[Contact] = []
        self.validators: dict[str, CacheExchange] = {}  # by request: what was said of the cache
        self.calls: list[Call] = []
        self.asking: list[Call] = []  # what the visitor wants
        self.mails: set[str] = set()  # keyed hashes of the hashes of e-mail addresses on the page
        #: Host and path of what an encrypted page asked for unencrypted -> what became of it.
        self.mixed: dict[tuple[str, str], str] = {}
        self.headers: dict[str, str | None] = {}  # that protect the page; None: not sent
        self.consent = Said()  # what the page's consent interfaces say
        self._marks: list[tuple[Moment, dict[str, int]]] = []
        self.windows = 0  # that it opened: each has a session storage of its own
        self.workers = 0  # that were started; their timers run in real time only
        self.due = 0.0  # monotonic time of the last of these timers
        self.registered: set[str] = set()  # service workers, unless that was refused
        self._since = time.monotonic()

    def correct(self, taken: SetBy, by: SetBy | None) -> None:
        """Put down to *by* what was asked for, and was *taken* for somebody else's."""
        replace = msgspec.structs.replace
        self.requests = [replace(r, by=by) if r.by == taken else r for r in self.requests]
        self.contacts = [replace(c, by=by) if c.by == taken else c for c in self.contacts]
        for known in (self.brought, self.made):
            for url in [url for url, maker in known.items() if maker == taken]:
                if by is None or by.url is None:
                    del known[url]
                else:
                    known[url] = by

    def led(self, url: str, by: SetBy) -> None:
        """Note who will have *url* asked for, unless somebody is known already who does."""
        if len(self.brought) < MAX_BROUGHT:
            self.brought.setdefault(url, by)

    def holder(self, frame: str) -> SetBy | None:
        """Return who put *frame*, or a window, where it is: a script, or the document around it."""
        for _ in range(MAX_NESTED):
            by = self.framed.get(frame)
            if not isinstance(by, str):
                return by
            frame = by
            url = self.documents.get(frame, "")
            if url.startswith("http"):
                return SetBy(kind="http", url=url.split("#", 1)[0])
        return None

    async def searched(self, within: float) -> None:
        """Wait until it is known who made what ran, or for so many seconds."""
        if self.searches:
            await asyncio.wait(self.searches, timeout=within)

    def mark(self, moment: Moment) -> None:
        """Note that what comes from now on comes at *moment*."""
        counts = {
            "writes": len(self.writes),
            "stored": len(self.stored),
            "requests": len(self.requests),
        }
        self._marks.append((moment, counts))

    def moment(self, place: int, *, of: str) -> Moment:
        """Return when what stands at *place* of ``writes``, ``stored`` or ``requests`` came."""
        passed = [moment for moment, counts in self._marks if place >= counts[of]]
        return passed[-1] if passed else Moment.LOAD

    @property
    def has_workers(self) -> bool:
        """Whether the page has workers, of its own or beside it."""
        return self.workers > 0 or self.expects_worker or any(self._started())

    @property
    def expects_worker(self) -> bool:
        """Whether it registered a service worker that is not there yet."""
        return any(url not in self._beside for url in self.registered)

    def _started(self) -> Iterator[Evidence]:
        """Yield what the workers beside the page noted that it started."""
        for url, noted in self._beside.items():
            if noted.attached_at >= self._since and (url in self.planned or url in self.made):
                yield noted

    @property
    def worker_began(self) -> float:
        """The monotonic time when the last of the workers beside the page began that it started."""
        return max((worker.attached_at for worker in self._started()), default=0.0)

    @property
    def last_stored(self) -> float:
        """The monotonic time when the page, or a worker beside it, last stored a database."""
        return max(self.stored_at, *(worker.stored_at for worker in self._started()), 0.0)

    @property
    def waits_until(self) -> float:
        """The monotonic time until which its workers are at their beginning, or have timers."""
        started = list(self._started())
        begun = (worker.attached_at + WORKER_START for worker in started)
        return max(self.due, *(worker.due for worker in started), *begun, 0.0)

    @property
    def has_databases(self) -> bool:
        """Whether the page was seen to use what answers in real time."""
        return any(item.kind in DATABASES for item in self.stored)
