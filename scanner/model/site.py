"""What the owner wrote in sites.yaml."""

from __future__ import annotations

from typing import Literal

import msgspec

from scanner.model.terms import Category, State


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
    keep_days: int | None = None  # of decisions in the log; None: see scanner/retention.py
    keep_scan_days: int | None = None  # of scans and their evidence; None: as decisions
    visitor: Visitor = Visitor()
    login: tuple[LoginStep, ...] = ()
    time_zone: str | None = None  # that times are told in to its people, as Europe/Oslo
    settle: Literal["virtual", "real"] = "virtual"  # by which time pages settle
