"""The values that flow through a scan. All frozen; none knows of a browser, a database or HTTP.

    Site ─ crawl ─ PageRead(Visit, Observation…) ─ classify ─ Verdict
                                                                 │
                     Scan(visits, banner, entries, findings) ◄── Entry ──► Catalogue

Times are aware and in UTC; lifetimes are in seconds, None: until the browser closes (for a
cookie) or until somebody deletes it (for the other kinds of storage).
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Literal

import msgspec


class Category(enum.StrEnum):
    """What an item is for, in the words of the banner."""

    NECESSARY = "necessary"
    FUNCTIONAL = "functional"
    STATISTICS = "statistics"
    MARKETING = "marketing"
    UNCLASSIFIED = "unclassified"


#: The categories that a visitor is asked about, in the order of the banner.
OPTIONAL_CATEGORIES = (Category.FUNCTIONAL, Category.STATISTICS, Category.MARKETING)


class State(enum.StrEnum):
    """What the visitor had told the site's banner when a page was read."""

    BEFORE = "before"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"  # accepted, then taken back
    GPC = "gpc"  # nothing pressed, but the browser sends Global Privacy Control
    ACCEPT_FUNCTIONAL = "accept:functional"  # agreed to this category alone, as do the next two
    ACCEPT_STATISTICS = "accept:statistics"
    ACCEPT_MARKETING = "accept:marketing"

    @property
    def only(self) -> Category | None:
        """The one category that was agreed to; None: all, or none."""
        _, colon, category = self.value.partition(":")
        return Category(category) if colon else None


class Kind(enum.StrEnum):
    """Where an item was kept, or (the last two) what was sent."""

    COOKIE = "cookie"
    LOCAL_STORAGE = "local_storage"
    SESSION_STORAGE = "session_storage"
    INDEXED_DB = "indexed_db"
    CACHE_STORAGE = "cache_storage"
    SERVICE_WORKER = "service_worker"
    FILE_SYSTEM = "file_system"  # of the origin's own, OPFS
    WINDOW_NAME = "window_name"  # what a tab carries from page to page
    CACHE_IDENTIFIER = "cache_identifier"  # an ETag or date that tells visitors apart
    REQUEST = "request"
    BEACON = "beacon"


class Moment(enum.StrEnum):
    """What the visitor had done when an item was first written; the earliest first."""

    LOAD = "load"  # nothing: the page did it by itself, within its first seconds
    SCROLL = "scroll"  # scrolled to the end of the page
    LEAVE = "leave"  # left the page
    BROWSE = "browse"  # gone on to another page than the first


class Party(enum.StrEnum):
    """Whose item it is, by registrable domain, seen from the site that is scanned."""

    FIRST = "first"
    THIRD = "third"


class Fate(enum.StrEnum):
    """What the browser did with a cookie that somebody asked it to keep."""

    KEPT = "kept"
    REFUSED = "refused"  # never reached the jar; the reason is beside it
    GONE = "gone"  # was kept, then deleted or expired before the visit ended


class Severity(enum.StrEnum):
    """How much a finding matters."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    MODERATE = "moderate"
    MINOR = "minor"
    INFO = "info"


# --- what the owner wrote in sites.yaml -------------------------------------------------------


class Controller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers for the site (GDPR article 4(7)), as the banner and the declaration say it."""

    name: str
    contact: str | None = None  # an e-mail address or an https link
    policy: str | None = None  # URL of the privacy policy


class Banner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the banner looks and how long an answer stands."""

    layout: Literal["bar", "box", "dialog"] = "box"
    scheme: Literal["auto", "light", "dark"] = "auto"  # auto: as the visitor's system is set
    theme: dict[str, str] = {}  # CSS custom properties without the leading "--kapsel-"
    revisit: Literal["icon", "link"] = "icon"
    remember_days: int = 180  # the same for yes and no
    blocking: Literal["marked", "guarded", "enforced"] = "marked"  # see docs/howto/embed.md
    do_not_track: Literal["ignore", "honour"] = "ignore"  # honour: as Global Privacy Control is
    unanswered: Literal["forget", "count"] = "forget"  # count: a banner left without an answer
    take_over: dict[str, dict[str, Category]] = {}  # tool before -> its word -> what it stands for


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The owner's own word on an item; it wins over all knowledge."""

    name: str  # a glob: * stands for any characters, ? for one
    category: Category
    domain: str | None = None  # None: on any domain
    vendor: str | None = None
    purpose: dict[str, str] = {}  # language -> text


class Notify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told when a scan finds something else than the one before."""

    email: tuple[str, ...] = ()
    webhook: tuple[str, ...] = ()  # URLs that take our own JSON, signed
    slack: tuple[str, ...] = ()  # URLs that take {"text": …}


class Location(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the visitor's browser says that it is, to sites that ask."""

    latitude: float
    longitude: float


class GivenCookie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cookie that the visitor brings along."""

    name: str
    value: str  # may hold ${NAME}: the environment variable NAME, filled in by the scan
    domain: str | None = None  # None: the host of the site's address
    path: str = "/"


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """User name and password for HTTP's own authentication; may hold ${NAME}."""

    user: str
    password: str


class Visitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As whom a scan comes. None: as an ordinary visitor of a site in these languages."""

    device: Literal["desktop", "phone", "tablet"] | None = None
    locale: str | None = None  # as nb-NO
    time_zone: str | None = None  # as Europe/Oslo
    location: Location | None = None
    headers: dict[str, str] = {}  # sent to the site's own domains only; may hold ${NAME}
    cookies: tuple[GivenCookie, ...] = ()
    credentials: Credentials | None = None


class LoginStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do before the pages are read."""

    action: Literal["open", "fill", "press", "wait"]
    target: str  # open: a URL or path; wait: that, or a selector; else a selector
    text: str | None = None  # to fill in; may hold ${NAME}


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One site, as written in sites.yaml. *key* is its name on the command line and in the tag."""

    key: str
    url: str
    languages: tuple[str, ...] = ("en",)
    schedule: str | None = None  # five cron fields, in UTC; None: only when asked
    max_pages: int = 25
    max_minutes: int | None = None  # that a scan may take; None: as long as its pages take
    states: tuple[State, ...] = (State.BEFORE, State.ACCEPT, State.REJECT)
    controller: Controller | None = None
    own_domains: tuple[str, ...] = ()  # count as first party
    include: tuple[str, ...] = ()  # globs over the URL; empty: all pages of the site
    exclude: tuple[str, ...] = ()  # globs over the URL
    pages: tuple[str, ...] = ()  # visited beside links and the sitemap
    robots: Literal["obey", "ignore"] = "obey"
    banner: Banner = Banner()
    overrides: tuple[Override, ...] = ()
    notify: Notify = Notify()
    keep_days: int | None = None  # of decisions in the log; None: see consent_server/retention.py
    visitor: Visitor = Visitor()
    login: tuple[LoginStep, ...] = ()
    settle: Literal["virtual", "real"] = "virtual"  # by which time pages settle


# --- what a scan saw --------------------------------------------------------------------------


class SetBy(msgspec.Struct, frozen=True, kw_only=True):
    """Who stored an item: a response's header, or a script."""

    kind: Literal["http", "script"]
    url: str | None = None  # of the response, or of the script; None: could not be told
    line: int | None = None  # of the script, from 1


class Writer(SetBy, frozen=True, kw_only=True):
    """Somebody who stored an item that was there already."""

    after: float | None = None  # seconds since the page was asked for; None: could not be told


class ValueShape(msgspec.Struct, frozen=True, kw_only=True):
    """What may be known of a value that is itself never kept."""

    length: int  # characters
    entropy: float  # Shannon, bits per character
    kind: Literal["empty", "flag", "number", "time", "uuid", "hex", "base64", "json", "jwt", "text"]


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a request that tells something of the visitor. Its value is never kept."""

    name: str
    content: Literal["identifier", "page", "email", "email_hash", "click", "screen"]


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One item, seen once on one page in one state.

    The value is never kept: it can identify a person, and no report needs it.
    """

    kind: Kind
    name: str
    domain: str  # cookie: as in the jar, a leading dot means "and sub-domains"; else the host
    path: str = "/"
    page: str  # URL of the page that was visited
    state: State
    seen_at: dt.datetime
    lifetime: float | None = None  # effective: what the browser kept
    declared_lifetime: float | None = None  # what Max-Age or Expires asked for
    http_only: bool = False
    secure: bool = False
    same_site: Literal["Strict", "Lax", "None"] | None = None
    partitioned: bool = False
    set_by: SetBy | None = None
    after: float | None = None  # seconds from asking for the page to the first write
    moment: Moment | None = None  # of the first write; None: could not be told
    later: tuple[Writer, ...] = ()  # who else wrote it on this page, in the order of time
    initiators: tuple[SetBy, ...] = ()  # who brought the setter, up to the tag in the page
    fate: Fate = Fate.KEPT
    reason: str | None = None  # why it was refused
    value_shape: ValueShape | None = None
    value_digest: str | None = None  # keyed hash, the key lives as long as the scan
    carries: tuple[Carried, ...] = ()  # of a beacon


class SignalKind(enum.StrEnum):
    """What a page did, or said, that is no item of storage."""

    FINGERPRINTING = "fingerprinting"  # a script read what tells browsers apart
    SHARING = "sharing"  # an identifier of one party was sent to another
    REFERRER = "referrer"  # another party was told the whole address of the page
    CONSENT_MODE = "consent_mode"  # Google's: a default, an update, or a hit that carries it
    TCF = "tcf"  # the state of IAB Europe's framework
    GPP = "gpp"  # the string of the Global Privacy Platform
    PRIVACY_CONTROL = "privacy_control"  # what the site says and does about Sec-GPC
    SECURITY_HEADER = "security_header"  # of the page
    MIXED_CONTENT = "mixed_content"  # something unencrypted in an encrypted page
    CLOAKING = "cloaking"  # a name of the site's own that leads to another company's server
    TAGGING = "tagging"  # an end-point of the site's own that passes on to other companies


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that pages did or said; from one page, or folded over all of them."""

    kind: SignalKind
    name: str  # of the interface, the item, the command, the header…
    host: str = ""  # that did it, or was told
    facts: dict[str, str] = {}  # never a value that can identify a person
    by: SetBy | None = None  # the script that did it
    states: tuple[State, ...] = ()
    pages: tuple[str, ...] = ()
    times: int = 1


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One page in one state. Made even when the page failed: failure is a field."""

    url: str
    final_url: str
    state: State
    status: int | None  # of HTTP; None: there was no answer
    timed_out: bool = False
    failure: str | None = None  # in words; None: the page was read


class PageRead(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, and what was observed during it."""

    visit: Visit
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a scan's evidence folder."""

    name: str  # within the folder
    sha256: str
    kind: Literal["picture", "har", "scan", "report"]
    state: State | None = None
    moment: Literal["arrived", "pressed", "answered"] | None = None  # of a picture
    url: str | None = None  # of the page in a picture


class Press(msgspec.Struct, frozen=True, kw_only=True):
    """One press in a banner: the evidence of what a scan did there."""

    label: str  # what stood on the control, or what a screen reader says of it
    meaning: str  # what it was taken for: accept, reject, settings…; reopen, for a withdrawal
    rule: str  # what knew it: rule:<platform>, words, or autoconsent:<rule>
    frame: str | None = None  # address of the document it was in, without query
    box: tuple[int, int, int, int] | None = None  # x, y, width, height in CSS pixels of the page
    picture: str | None = None  # SHA-256 of the picture taken just before, a PNG
    state: State | None = None  # of the visitor for whom it was pressed


class BannerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of the site's own consent banner. None: not asked, or not sure."""

    found: bool | None = None
    platform: str | None = None
    accepted: bool | None = None
    rejected: bool | None = None
    withdrawn: bool | None = None
    method: Literal["rule", "heuristic", "own"] | None = None
    offers: tuple[Category, ...] = ()  # categories that it lets a visitor choose one by one
    chosen: dict[Category, bool] = {}  # of those that were to be accepted alone: did it work?
    presses: tuple[Press, ...] = ()


# --- what it means ----------------------------------------------------------------------------


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a classifier may look at. Only the name is always known."""

    name: str
    domain: str | None = None
    site: str | None = None  # registrable domain of the site that was scanned
    kind: Kind = Kind.COOKIE
    party: Party | None = None
    lifetime: float | None = None
    http_only: bool | None = None
    secure: bool | None = None
    same_site: Literal["Strict", "Lax", "None"] | None = None
    set_by: SetBy | None = None
    value_shape: ValueShape | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an item is for, and why we say so."""

    category: Category
    vendor: str | None = None  # name for people
    vendor_id: str | None = None  # name of the knowledge file
    purposes: tuple[str, ...] = ()  # codes of the controlled vocabulary
    purpose: dict[str, str] = {}  # language -> text
    rule: str | None = None  # what decided, as "layer:entry"; None: nothing did
    confidence: float = 0.0  # 0 to 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the catalogue: all that was observed of it, folded into one value."""

    kind: Kind
    name: str
    domain: str
    path: str
    party: Party
    category: Category
    vendor: str | None
    purpose: dict[str, str]
    lifetime: float | None
    declared_lifetime: float | None
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"] | None
    partitioned: bool
    set_by: SetBy | None
    states: tuple[State, ...]
    pages: tuple[str, ...]
    rule: str | None
    confidence: float
    first_seen: dt.datetime
    last_seen: dt.datetime
    fate: Fate = Fate.KEPT
    reason: str | None = None
    vendor_id: str | None = None
    purposes: tuple[str, ...] = ()
    suggestion: Category | None = None  # a guess, where nobody knows: for the owner to confirm
    written_after: float | None = None  # seconds from asking for the page to the first write
    moment: Moment | None = None  # when it was there first, before any answer if it was then
    later_writers: tuple[Writer, ...] = ()  # others than *set_by*, in the order of time
    initiators: tuple[SetBy, ...] = ()  # who brought *set_by*, up to the tag in the page
    carries: tuple[Carried, ...] = ()  # what a beacon tells of the visitor
    runs: int = 1  # of the scan's runs, in which it was seen
    of_runs: int = 1  # how many there were
    unsteady: tuple[State, ...] = ()  # states in which it was seen in some runs only

    @property
    def steadiness(self) -> str | None:
        """In words what is not the same in all runs; None: nothing."""
        if self.runs < self.of_runs:
            return f"in {self.runs} of {self.of_runs} runs"
        return f"not in every run: {', '.join(self.unsteady)}" if self.unsteady else None

    @property
    def identity(self) -> tuple[str, str, str, str, bool]:
        """What makes two entries the same item, from scan to scan."""
        return (self.kind, self.name, self.domain, self.path, self.partitioned)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A potential breach, or work for the owner."""

    rule: str
    severity: Severity
    items: tuple[str, ...]  # names of the entries
    states: tuple[State, ...] = ()
    evidence: tuple[str, ...] = ()
    advice: str


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of one site: the document that ``kapsel scan --format json`` prints.

    *entries* holds what the browser kept, if only for a moment; what it refused stands in
    *refused*, and is never counted as set.
    """

    site: str
    url: str
    started_at: dt.datetime
    finished_at: dt.datetime
    status: Literal["complete", "partial", "failed"]
    visits: tuple[Visit, ...]
    banner: BannerAnswer
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()
    refused: tuple[Entry, ...] = ()
    signals: tuple[Signal, ...] = ()  # what the pages did and said beside storing things
    exhibits: tuple[Exhibit, ...] = ()  # what its evidence folder holds, if it has one
    runs: int = 1  # how often everything was read
    unsteady: tuple[str, ...] = ()  # what of banner and pages differed between them, in words


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """What a site stores, after its newest scan. Same input, same bytes."""

    site: str
    scanned_at: dt.datetime | None  # None: never scanned
    entries: tuple[Entry, ...]
