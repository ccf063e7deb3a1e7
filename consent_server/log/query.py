"""Read what is asked of the log, and write what it answers, the same for HTTP and command line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import TYPE_CHECKING

import msgspec

from consent_server.model import Action, ConsentRecord, Filter, Surface
from scanner.errors import QuestionInvalid
from scanner.model import OPTIONAL_CATEGORIES
from scanner.spreadsheet import harmless
from scanner.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_SITE = 64  # characters; sites.yaml takes no longer key, and the trail could not write it down
DEFAULT_LIMIT = 100
MAX_LIMIT = 1000  # records in one answer; export has no limit

#: The names that a question may hold. Only *category* and *service* may stand several times.
FILTER_NAMES = (
    "site",
    "from",
    "to",
    "category",
    "service",
    "granted",
    "action",
    "surface",
    "revision",
    "id",
    "language",
    "country",
)
PAGE_NAMES = ("cursor", "limit")

#: The columns of an export, in order.
COLUMNS = (
    "id",
    "site",
    "decided_at",
    "received_at",
    "action",
    "functional",
    "statistics",
    "marketing",
    "language",
    "revision",
    "page",
    "gpc",
    "flags",
    "services",
    "surface",
    "country",
    "network",
    "layout",
)

_TOLD = 40  # characters of a value that an answer repeats
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CURSOR = re.compile(r"(-?\d{1,16})\.(\d{1,19})")
_WORDS = {True: "granted", False: "refused", None: "not offered"}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A filter, and which of the records that it lets through."""

    filter: Filter = Filter()
    cursor: tuple[int, int] | None = None  # decided_at in milliseconds, seq; None: the newest
    limit: int = DEFAULT_LIMIT


def read_question(pairs: Iterable[tuple[str, str]], *, paged: bool = True) -> Question:
    """
    Return the question that the *pairs* of a query string ask.

    Args:
        pairs: Names from `FILTER_NAMES` and, where *paged*, `PAGE_NAMES`, with their values.
        paged: Whether the answer comes in pages.

    Raises:
        QuestionInvalid: If a name is unknown or stands twice, or a value makes no sense.
    """
    allowed = FILTER_NAMES + (PAGE_NAMES if paged else ())
    values: dict[str, str] = {}
    categories: list[str] = []
    services: list[str] = []
    for name, value in pairs:
        if name not in allowed:
            raise QuestionInvalid(f"'{name}' cannot be asked for: there are {', '.join(allowed)}")
        if name == "category":
            categories.append(_one_of(name, value, OPTIONAL_CATEGORIES))
        elif name == "service" and "\x00" not in value:
            services.append(value)
        elif name in values:
            raise QuestionInvalid(f"'{name}' stands twice")
        elif "\x00" in value:
            raise QuestionInvalid(f"'{name}' holds a NUL")
        elif name == "site" and len(value) > MAX_SITE:
            raise QuestionInvalid(f"'site' has at most {MAX_SITE} characters")
        else:
            values[name] = value
    if "granted" in values and not categories and not services:
        raise QuestionInvalid(
            "'granted' needs a category or a service: category=marketing&granted=true"
        )
    granted = _one_of("granted", values.get("granted", "true"), ("true", "false")) == "true"
    action, surface = values.get("action"), values.get("surface")
    return Question(
        filter=Filter(
            site=values.get("site"),
            since=_moment(values, "from"),
            until=_moment(values, "to"),
            granted=tuple(categories) if granted else (),
            refused=() if granted else tuple(categories),
            granted_services=tuple(services) if granted else (),
            refused_services=() if granted else tuple(services),
            action=None if action is None else Action(_one_of("action", action, tuple(Action))),
            surface=(
                None if surface is None else Surface(_one_of("surface", surface, tuple(Surface)))
            ),
            revision=values.get("revision"),
            id=values["id"].lower() if "id" in values else None,
            language=values.get("language"),
            country=values["country"].upper() if "country" in values else None,
        ),
        cursor=_read_cursor(values["cursor"]) if "cursor" in values else None,
        limit=read_limit(values),
    )


def write_cursor(decided_at: int, seq: int) -> str:
    """Return the cursor that leads to what comes after the record with *decided_at* and *seq*."""
    return f"{decided_at}.{seq}"


def csv_head() -> str:
    """Return the first line of an export as CSV."""
    return ",".join(COLUMNS) + "\r\n"


def csv_lines(records: Iterable[ConsentRecord]) -> str:
    """Return *records* as CSV; no cell can be taken for a formula by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    for record in records:
        writer.writerow([harmless(cell) for cell in row(record).values()])
    return text.getvalue()


def json_lines(records: Iterable[ConsentRecord]) -> bytes:
    """Return *records* as one JSON object a line."""
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def row(record: ConsentRecord) -> dict[str, str]:
    """Return *record* as words, one for each of `COLUMNS`."""
    cells = {
        "id": record.id,
        "site": record.site,
        "decided_at": _written(record.decided_at),
        "received_at": _written(record.received_at),
        "action": record.action.value,
        "language": record.language,
        "revision": record.revision,
        "page": record.page or "",
        "gpc": "yes" if record.gpc else "no",
        "flags": " ".join(record.flags),
        "services": "; ".join(
            f"{name}: {_WORDS[granted]}" for name, granted in sorted(record.services.items())
        ),
        "surface": record.surface or "",
        "country": record.country or "",
        "network": record.network or "",
        "layout": record.layout or "",
        **{name.value: _WORDS[record.choices.get(name)] for name in OPTIONAL_CATEGORIES},
    }
    return {column: cells[column] for column in COLUMNS}


def _moment(values: dict[str, str], name: str) -> dt.datetime | None:
    """Return the moment that the value *name* names; a day alone counts as a whole, in UTC."""
    text = values.get(name)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            day = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
            return day + dt.timedelta(days=1) if name == "to" else day
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise QuestionInvalid(
        f"'{name}' is neither a day (2026-11-22) nor a time with its zone "
        f"(2026-11-22T12:00:00Z): '{visible(text[:_TOLD])}'"
    )


def read_limit(values: Mapping[str, str]) -> int:
    """
    Return how many a page holds at most, as *values* say or by default.

    Raises:
        QuestionInvalid: If that is no number, or none that is allowed.
    """
    text = values.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise QuestionInvalid(f"'limit' is a number from 1 to {MAX_LIMIT}")
    return int(text)


def _read_cursor(text: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(text)
    if found is None or int(found[2]) >= 2**63:
        raise QuestionInvalid("'cursor' is not one that an answer gave as next_cursor")
    return int(found[1]), int(found[2])


def _one_of(name: str, value: str, offered: tuple[str, ...]) -> str:
    if value not in offered:
        raise QuestionInvalid(f"'{name}' is one of {', '.join(offered)}")
    return value


def _written(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
