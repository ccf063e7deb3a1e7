"""The words of the field, each with its few values."""

from __future__ import annotations

import enum


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
    STORAGE_BUCKET = "storage_bucket"  # a named place for databases, caches and files
    WINDOW_NAME = "window_name"  # what a tab carries from page to page
    CACHE_IDENTIFIER = "cache_identifier"  # an ETag or date that tells visitors apart
    REQUEST = "request"
    BEACON = "beacon"


#: What is sent and not stored; such an item is named after an address.
SENT_KINDS = frozenset({Kind.REQUEST, Kind.BEACON})


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


class SignalKind(enum.StrEnum):
    """What a page did, or said, that is no item of storage."""

    FINGERPRINTING = "fingerprinting"  # a script read what tells browsers apart
    SHARING = "sharing"  # an identifier of one party was sent to another
    REFERRER = "referrer"  # another party was told the whole address of the page
    CONSENT_MODE = "consent_mode"  # Google's: a default, an update, or a hit that carries it
    TCF = "tcf"  # the state of IAB Europe's framework
    GPP = "gpp"  # the string of the Global Privacy Platform
    PRIVACY_CONTROL = "privacy_control"  # what the site says and does about Sec-GPC
    ADVERTISING = "advertising"  # what the browser has for it, or for storage across sites
    SECURITY_HEADER = "security_header"  # of the page
    MIXED_CONTENT = "mixed_content"  # something unencrypted in an encrypted page
    CLOAKING = "cloaking"  # a name of the site's own that leads to another company's server
    TAGGING = "tagging"  # an end-point of the site's own that passes on to other companies
