"""The tables of the database, declared once, for both halves of Kapsel and both dialects.

Times are milliseconds since 1970 in UTC. A change here needs a revision in ``migrations/``.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData()

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def to_milliseconds(moment: dt.datetime) -> int:
    """Return *moment* as the tables keep it; what is finer than a millisecond is cut off."""
    since = moment - _EPOCH  # whose parts are added up in half the time that it is divided in
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def from_milliseconds(milliseconds: int) -> dt.datetime:
    """Return the moment, in UTC, that a table keeps as *milliseconds*."""
    return _EPOCH + milliseconds * _MILLISECOND


#: A number that the database gives out, in both dialects.
_Serial = BigInteger().with_variant(Integer, "sqlite")

#: A place in the tree. SQLite keeps such a table in its order, and needs no index for that.
_Position = BigInteger().with_variant(Integer, "sqlite")

scan = Table(
    "scan",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("site", String(64), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("document", Text, nullable=False),  # a Scan, as JSON
    Index("scan_site", "site", "started_at"),
)

#: What scans that have not ended have read so far, so that `kapsel scan --resume` goes on.
unfinished = Table(
    "unfinished",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("site", String(64), nullable=False),
    Column("plan", String(64), nullable=False),  # SHA-256 of what was to be scanned, and how
    Column("at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),  # a Record of scanner/crawl/logbook.py, as JSON
    Index("unfinished_site", "site", "id"),
)

#: When each item of a site was first and last seen, over all its scans.
entry = Table(
    "entry",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("partitioned", Boolean, primary_key=True),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
)

#: Answers as many visitors give them: all of a decision but who, where and when. So the log needs
#: one index for whatever it is asked by.
answer = Table(
    "answer",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),  # SHA-256; see rows.py
    Column("site", String(64), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("action", String(16), nullable=False),  # or "ignored", in the tally only
    Column("functional", Boolean),  # granted, refused, or NULL: not offered
    Column("statistics", Boolean),
    Column("marketing", Boolean),
    Column("services", Text),  # JSON object: service -> granted; NULL: none was asked about
    Column("surface", String(16)),  # where it was given; NULL: the browser did not say
    Column("country", String(2)),  # as a trusted proxy said
    Column("layout", String(16)),  # of the banner that the site had then
    Column("held", BigInteger, nullable=False, server_default="0"),  # counted decisions with it
    Index("answer_site", "site"),
)

#: The decisions of visitors. Append-only, but for erasure and retention.
consent = Table(
    "consent",
    metadata,
    Column("seq", _Position, primary_key=True, autoincrement=False),  # position in the tree
    Column("id", String(36), nullable=False, unique=True),  # a UUID made in the browser
    Column("answer", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False),  # by the browser's clock, see records.py
    Column("received_at", BigInteger, nullable=False),
    Column("page", Text),  # without query and fragment
    Column("gpc", Boolean, nullable=False),
    Column("flags", String(64), nullable=False),  # words, separated by spaces; see records.py
    Column("network", String(43)),  # /24 or /48 of the visitor's address, where the owner wants it
    Column("salt", LargeBinary(16), nullable=False),  # hides the personal part in the leaf
    Index("consent_time", "decided_at", "seq", "answer"),
    Index("consent_answer_time", "answer", "decided_at", "seq"),
)

#: How far decisions are counted, in one row; see consent_server/log/counting.py.
counted = Table(
    "counted",
    metadata,
    Column("leaves", BigInteger, primary_key=True, autoincrement=False),  # so many, from the first
)

#: How often each answer was given on a day; stays when decisions are erased.
tally = Table(
    "tally",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # of receipt, since 1970
    Column("answer", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

#: The days whose answers are not added up, or no longer.
open_day = Table(
    "open_day",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
)

#: What `daily` adds up, of the answers of a day.
ADDED_UP = (
    *("shown", "accepted", "rejected", "ignored"),
    *("granted_functional", "granted_statistics", "granted_marketing"),
    *("refused_functional", "refused_statistics", "refused_marketing"),
    *("accept_all", "reject_all", "save", "withdraw", "gpc", "import"),
)

#: The answers of each day that is not open, added up: of a site, and by one thing more, or by all
#: four together; the latter of all sites, too.
daily = Table(
    "daily",
    metadata,
    Column("dimension", String(16), primary_key=True),  # "language", …; "": none; "together"
    Column("site", String(64), primary_key=True),  # "": of all
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("value", String(64), primary_key=True),  # of the dimension; "": there is none
    *(
        Column(name, String(64), nullable=False, server_default="")  # of "together" only
        for name in ("language", "country", "revision", "layout")
    ),
    *(Column(name, BigInteger, nullable=False) for name in ADDED_UP),
    Index("daily_day", "day"),
    sqlite_with_rowid=False,
)

#: The leaves of the Merkle tree over all decisions and erasures, those of one commit in one row;
#: see consent_server/log/leaf.py. Positions begin at 0 and have no gaps.
leaf_group = Table(
    "leaf_group",
    metadata,
    Column("first", _Position, primary_key=True, autoincrement=False),
    Column(
        "hashes", LargeBinary, nullable=False
    ),  # of leaves that follow each other, 32 bytes each
)

#: What is left of leaves that have no decision: of those erased, and of erasures.
bare_leaf = Table(
    "bare_leaf",
    metadata,
    Column("position", _Position, primary_key=True, autoincrement=False),
    Column("core", Text, nullable=False),
    Column("inner", LargeBinary(32), nullable=False),  # hash that stands for what was erased
)

#: Nodes over 256, 65536, … leaves, so that a proof needs not read them all.
node = Table(
    "node",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),  # leaves: 2**level
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

#: Signed statements of how large the tree was, and what its root.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

#: Documents that were served, each kept once.
blob = Table(
    "blob",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # SHA-256 of the body
    Column("body", LargeBinary, nullable=False),  # compressed with zlib
)

#: What the banner of a site was made of, since when.
release = Table(
    "release",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("revision", String(64), primary_key=True),
    Column("facts", LargeBinary(32), primary_key=True),  # blob: texts, theme, declaration
    Column("engine", LargeBinary(32), primary_key=True),  # blob: the widget's build
    Column("first_served_at", BigInteger, nullable=False),
    Column("asked", LargeBinary),  # JSON: what visitors were asked; NULL: before this was kept
)

#: Which services a revision offered, in which categories; see consent_server/log/offers.py.
offer = Table(
    "offer",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("revision", String(64), primary_key=True),
    Column("service", String(200), primary_key=True),
    Column("category", String(16), primary_key=True),
    Index("offer_service", "service", "category", "site", "revision"),
)

#: The scripts of each site that were ever served: pages may name one by its digest.
edition = Table(
    "edition",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("script", LargeBinary(32), primary_key=True),  # blob
)

#: Tokens of the API; the token itself is never stored.
token = Table(
    "token",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # SHA-256
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("scopes", Text, nullable=False, server_default="read export"),  # see tokens.py
    Column("sites", Text),  # keys, separated by spaces; NULL: all
    Column("until", BigInteger),  # NULL: it does not run out
    Column("created_by", Text),  # account; NULL: the first start, or the command line
)

#: People who may sign in to /admin.
account = Table(
    "account",
    metadata,
    Column("name", String(254), primary_key=True),
    Column("password", Text),  # argon2id; NULL: it has none
    Column("issuer", Text),  # of the OpenID Connect provider that knows the account
    Column("subject", Text),  # its name there; NULL: it has not signed in that way
    Column("created_at", BigInteger, nullable=False),
    Index("account_subject", "issuer", "subject", unique=True),
)

#: What each account may do at which site.
role = Table(
    "role",
    metadata,
    Column("account", String(254), primary_key=True),
    Column("site", String(64), primary_key=True),  # "*": all
    Column("role", String(16), nullable=False),
)

#: Secrets with which somebody may choose a password, once.
invitation = Table(
    "invitation",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # SHA-256
    Column("account", String(254), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("inviter", String(254)),  # nobody knows whose those from before 0017 are
)

#: Browsers in which somebody is signed in.
session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # SHA-256 of the cookie
    Column("account", String(254)),
    Column("token", LargeBinary(32)),  # of the API, where it began with one
    Column("until", BigInteger, nullable=False),
    Index("session_account", "account"),
)

#: Tries to sign in that failed of late; see consent_server/admin/attempts.py.
attempt = Table(
    "attempt",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # of whom or what is held back
    Column("full_at", BigInteger, nullable=False),  # when it may try as often as anybody again
    Index("attempt_full_at", "full_at"),
)

#: Who did what in /admin and on the command line. Append-only.
trail = Table(
    "trail",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("site", String(64)),
    Column("detail", Text, nullable=False),
    Index("trail_site", "site", "id"),
)

#: Scans that somebody asked the server for.
scan_job = Table(
    "scan_job",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("site", String(64), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # when its server last said that it runs
    Column("ended_at", BigInteger),
    Column("status", String(16), nullable=False),  # see consent_server/admin/jobs.py
    Column("running", String(64), unique=True),  # the site, until it ends: one at a time
    Column("progress", Text, nullable=False),  # JSON
    Column("detail", Text, nullable=False),
    Index("scan_job_site", "site", "id"),
)

#: What visitors asked about their data: access, erasure and so on.
rights_request = Table(
    "rights_request",
    metadata,
    Column("id", String(36), primary_key=True),  # a UUID, known to the visitor
    Column("site", String(64), nullable=False),
    Column("right", String(16), nullable=False),
    Column("contact", Text, nullable=False),  # an e-mail address
    Column("message", Text, nullable=False),
    Column("receipt", String(36)),  # id of a decision
    Column("language", String(16), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("closed_at", BigInteger),  # NULL: not answered yet
    Column("reminded", SmallInteger, nullable=False),  # how often the owner was told
    Index("rights_request_site", "site", "closed_at", "received_at"),
)
