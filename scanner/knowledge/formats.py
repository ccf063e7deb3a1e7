"""Other people's lists of cookies and of trackers, in the forms that they come in.

Only facts are taken: name, host, category, vendor, lifetime. Texts stay where they are.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from scanner import lifetimes
from scanner.errors import KnowledgeInvalid
from scanner.knowledge.imported import Collection, Line
from scanner.knowledge.tracker_lists import tracker_hosts
from scanner.model import Category

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

#: How much a line of each form is worth. The Open Cookie Database calls one tracking cookie in
#: seven functional; a declaration is what the owner's platform told visitors; a disclosure is
#: what the vendor vouches for.
CONFIDENCE = {
    "open-cookie-database": 0.55,
    "declaration": 0.65,
    "labels": 0.6,
    "disclosure": 0.8,
    "hosts": 0.85,
}

#: What others call the categories; compared in lower case, letters and digits only.
CATEGORIES = {
    Category.NECESSARY: "necessary strictlynecessary strictlynecessarycookies essential required "
    "security c0001 0 necessarycookies nodvendig nodvendige",
    Category.FUNCTIONAL: "functional functionality functionalcookies preferences preference "
    "personalization personalisation c0003 1 funksjonelle funktionella",
    Category.STATISTICS: "statistics statistic analytics analytic analyticscookies performance "
    "performancecookies c0002 2 statistikk statistik measurement",
    Category.MARKETING: "marketing advertising advertisement ads ad targeting targetingcookies "
    "advertisingtracking tracking social socialmedia socialmediacookies c0004 c0005 3 "
    "markedsforing marknadsforing",
}
ALIASES = {alias: category for category, names in CATEGORIES.items() for alias in names.split()}

#: Column or key -> what others call it.
COLUMNS = {
    "name": "cookie / data key name|cookie name|cookie|name|cookieid|cookie id|cookie_id|"
    "identifier|cookiename|cookie key|key",
    "category": "category|cookie category|label|category name|categoryname|cookie type|"
    "purpose category",
    "domain": "domain|host|hostname|provider domain|cookie domain|cookie host",
    "vendor": "platform|vendor|provider|data controller|company",
    "lifetime": "retention period|expiry|duration|lifespan|length|expiration|retention|"
    "maximum storage duration|maxageseconds|expireseconds",
    "wildcard": "wildcard match|wildcard",
}
KEYS = {alias: key for key, aliases in COLUMNS.items() for alias in aliases.split("|")}

#: Names of TCF purposes by what they mean for the visitor, the most invasive first.
TCF = (
    (Category.MARKETING, {2, 3, 4, 7}),
    (Category.STATISTICS, {8, 9, 10}),
    (Category.FUNCTIONAL, {5, 6, 11}),
)

#: What stands for an id in the names of declarations: "_ga_#", "_ga_<id>", "_gat_UA-XXXXX".
PLACEHOLDER = re.compile(r"(\*|#|<[^>]*>|\[[a-z_ -]+\]|\{[^}]*\}|(?<=[_.-])(?:x{3,}|X{3,})).*$")
FEWEST = 3  # characters that must stand before it

DAY = 86400
Form = Literal["open-cookie-database", "declaration", "disclosure", "labels", "hosts"]


KNOWN_FORMS = (
    "known forms are the Open Cookie Database, declarations as CSV or JSON, labelled cookies as "
    "JSON, device storage disclosures, filter lists and hosts files"
)


class Parsed(NamedTuple):
    """What a file says, whatever its form."""

    form: Form
    lines: tuple[Line, ...] = ()
    hosts: tuple[str, ...] = ()


def parse(name: str, content: bytes, *, now: dt.datetime) -> Collection:
    """Return what the file *name* says.

    Raises:
        KnowledgeInvalid: it has none of the forms that are known, or says nothing.
    """
    text = content.decode("utf-8-sig", errors="replace")
    hosts = tracker_hosts(text)
    if hosts:
        parsed = Parsed("hosts", hosts=hosts)
    else:
        parsed = _json(name, text) if text.lstrip()[:1] in ("{", "[") else _table(text)
    if not (parsed.lines or parsed.hosts):
        raise KnowledgeInvalid([f"{name}: no cookie and no host found; {KNOWN_FORMS}"])
    return Collection(
        source=name,
        format=parsed.form,
        imported_at=now,
        confidence=CONFIDENCE[parsed.form],
        lines=parsed.lines,
        hosts=parsed.hosts,
    )


def category(text: object) -> Category | None:
    """Return the category that *text* names in anybody's words; None: it names none."""
    plain = str(text).lower().replace("ø", "o").replace("ö", "o").replace("å", "a")
    return ALIASES.get(re.sub(r"[^a-z0-9]", "", plain))


def _table(text: str) -> Parsed:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    form: Form = "open-cookie-database" if "cookie / data key name" in fields else "declaration"
    return Parsed(form, tuple(line for row in reader if (line := _line(row, None))))


def _json(name: str, text: str) -> Parsed:
    try:
        document = msgspec.json.decode(text.encode())
    except msgspec.DecodeError as exc:
        raise KnowledgeInvalid([f"{name}: {exc}"]) from exc
    if isinstance(document, dict) and isinstance(document.get("disclosures"), list):
        return Parsed("disclosure", tuple(_disclosed(document["disclosures"])))
    lines = tuple(dict.fromkeys(_walk(document, None)))
    return Parsed("labels" if re.search(r'"(current_)?label"\s*:', text) else "declaration", lines)


def _walk(value: Any, inherited: Category | None) -> Iterator[Line]:
    """Yield the cookies anywhere in *value*; a group's category holds for those within it."""
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, inherited)
    elif isinstance(value, dict):
        line = _line(value, inherited)
        if line is not None:
            yield line
            return
        own = next(
            (
                found
                for key in ("slug", "CustomGroupId", "OptanonGroupId", "category", "name", "id")
                if (found := category(value.get(key, "")))
            ),
            inherited,
        )
        for key, item in value.items():
            under = category(re.sub(r"^cookies?|cookies?$", "", key, flags=re.IGNORECASE)) or own
            if isinstance(item, (dict, list)):
                yield from _walk(item, under)


def _line(row: dict[str, Any], inherited: Category | None) -> Line | None:
    """Return the cookie that *row* describes; None: it is not one, or has no category."""
    told: dict[str, Any] = {}
    for key, value in row.items():
        meaning = KEYS.get(str(key).strip().lower())
        if meaning and value not in (None, "") and not isinstance(value, (dict, list)):
            told.setdefault(meaning, value)
    name, wild = _beginning(str(told.get("name", "")).strip())
    what = category(told["category"]) if "category" in told else inherited
    nested = any(map(_holds_rows, row.values()))
    if not name or what is None or (nested and "category" not in told):
        return None
    wild = wild or str(told.get("wildcard", "0")) in ("1", "true", "True")
    return Line(
        name=name,
        category=what,
        prefix=wild,
        domain=_domain(str(told.get("domain", ""))),
        vendor=str(told["vendor"]).strip() if "vendor" in told else None,
        lifetime=None if row.get("IsSession") is True else _lifetime(row, told.get("lifetime")),
    )


def _beginning(name: str) -> tuple[str, bool]:
    """Return what *name* begins with before a placeholder, and whether it has one."""
    start = PLACEHOLDER.sub("", name)
    return (start, True) if start != name and len(start) >= FEWEST else (name, False)


def _holds_rows(value: object) -> bool:
    """Say whether *value* has cookies in it, not just numbers or translations."""
    if isinstance(value, dict):
        return _holds_rows([*value.values()])
    return isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)


def _domain(text: str) -> str | None:
    """Return the host that *text* begins with; None: the site's own is meant too, or none."""
    host = text.split(" ")[0].strip().lstrip(".").lower()
    own = "1st party" in text.lower() or "first party" in text.lower()
    return host if not own and re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", host) else None


def _lifetime(row: dict[str, Any], value: object) -> float | None:
    """Return a lifetime in seconds; OneTrust's "Length" beside "IsSession" counts days."""
    days = "IsSession" in row and str(value).isdecimal()
    return float(str(value)) * DAY or None if days else _seconds(value)


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)):
        return float(value) or None
    return lifetimes.parse(str(value)) if value is not None else None


def _disclosed(disclosures: list[Any]) -> Iterator[Line]:
    for row in disclosures:
        purposes = set(row.get("purposes") or ()) if isinstance(row, dict) else set()
        what = next((name for name, codes in TCF if purposes & codes), None)
        name = row.get("identifier") if isinstance(row, dict) else None
        if what is None or not name:
            continue
        hosts = row.get("domains") or [row.get("domain")]
        for host in hosts:
            domain = str(host or "").removeprefix("https://").removeprefix("*.").strip("/. ")
            yield Line(
                name=str(name).rstrip("*"),
                category=what,
                prefix=str(name).endswith("*"),
                domain=domain.lower() if "." in domain else None,
                lifetime=_seconds(row.get("maxAgeSeconds")),
            )
