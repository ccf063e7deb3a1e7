"""Other people's lists of cookies and of trackers, in the forms that they come in.

Only facts are taken: name, host, category, vendor, lifetime. Texts stay where they are.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import disclosure, spellings
from scanner.knowledge.imported import Collection, Line
from scanner.knowledge.tracker_lists import tracker_hosts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from scanner.model import Category

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

#: What stands for an id in the names of declarations: "_ga_#", "_ga_<id>", "_gat_UA-XXXXX".
PLACEHOLDER = re.compile(r"(\*|#|<[^>]*>|\[[a-z_ -]+\]|\{[^}]*\}|(?<=[_.-])(?:x{3,}|X{3,})).*$")
FEWEST = 3  # characters that must stand before it

DAY = 86400
TOLD = 120  # characters of somebody else's text in a message
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
    skipped: tuple[str, ...] = ()


class Read(NamedTuple):
    """A file that was read: what is kept, and in words what was not, and why."""

    collection: Collection
    skipped: tuple[str, ...]


def parse(name: str, content: bytes, *, now: dt.datetime) -> Read:
    """Return what the file *name* says.

    Raises:
        KnowledgeInvalid: it has none of the forms that are known, or says nothing.
    """
    text, encoding = _decoded(name, content)
    remarks = [f"{name}: not UTF-8, read as {encoding}"] if encoding else []
    listed = tracker_hosts(text)
    if listed.hosts:
        if listed.others:
            remarks.append(f"{name}: left out, not for a whole host: {listed.others} rules")
        parsed = Parsed("hosts", hosts=listed.hosts)
    else:
        parsed = _json(name, text) if text.lstrip()[:1] in ("{", "[") else _table(name, text)
    skipped = (*remarks, *parsed.skipped)
    if not (parsed.lines or parsed.hosts):
        raise KnowledgeInvalid([*skipped, f"{name}: no cookie and no host found; {KNOWN_FORMS}"])
    collection = Collection(
        source=name,
        format=parsed.form,
        imported_at=now,
        confidence=CONFIDENCE[parsed.form],
        lines=parsed.lines,
        hosts=parsed.hosts,
    )
    return Read(collection, skipped)


def _decoded(name: str, content: bytes) -> tuple[str, str | None]:
    """Return *content* as text, and its encoding where that is not UTF-8.

    Spreadsheets save in the encoding of Windows, or in UTF-16 behind a byte order mark.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    if b"\0" in content:
        raise KnowledgeInvalid([f"{name}: not a text file; {KNOWN_FORMS}"])
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _table(name: str, text: str) -> Parsed:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    form: Form = "open-cookie-database" if "cookie / data key name" in fields else "declaration"
    lines = []
    skipped = []
    meant = {spellings.column(field) for field in fields}
    try:
        for row in reader:
            line = _line(row, None)
            if line is not None:
                lines.append(line)
            elif {"name", "category"} <= meant:
                skipped.append(f"{name}:{reader.line_num}: {_missing(row)}")
    except csv.Error as exc:
        raise KnowledgeInvalid([f"{name}:{reader.line_num}: {exc}"]) from exc
    if fields and not {"name", "category"} <= meant:
        skipped.append(f"{name}:1: {_headless(meant, fields)}")
    return Parsed(form, tuple(lines), skipped=tuple(skipped))


def _headless(meant: set[str | None], fields: list[str]) -> str:
    """Say which column is not there, and which are."""
    wanted = " and no ".join(what for what in ("name", "category") if what not in meant)
    return f"no column for the {wanted}; the first line has {', '.join(fields)[:TOLD]}"


def _json(name: str, text: str) -> Parsed:
    try:
        document = msgspec.json.decode(text.encode())
        return _document(name, text, document)
    except msgspec.DecodeError as exc:
        raise KnowledgeInvalid([_malformed(name, text, str(exc))]) from exc
    except RecursionError as exc:
        raise KnowledgeInvalid([f"{name}: nested too deeply to be a list of cookies"]) from exc


def _document(name: str, text: str, document: Any) -> Parsed:
    if isinstance(document, dict) and isinstance(document.get("disclosures"), list):
        lines, skipped = disclosure.read(document["disclosures"])
        return Parsed("disclosure", lines, skipped=tuple(f"{name}: {one}" for one in skipped))
    mistakes: list[str] = []
    cookies = tuple(dict.fromkeys(_walk(document, None, mistakes)))
    form: Form = "labels" if re.search(r'"(current_)?label"\s*:', text) else "declaration"
    return Parsed(form, cookies, skipped=tuple(f"{name}: {one}" for one in mistakes))


def _malformed(name: str, text: str, mistake: str) -> str:
    """Return *mistake*, of which msgspec tells the byte, with the line instead."""
    found = re.search(r" \(byte (\d+)\)$", mistake)
    if found is None:
        return f"{name}:{text.count(chr(10)) + 1}: {mistake}"
    line = text.encode()[: int(found[1])].count(b"\n") + 1
    return f"{name}:{line}: {mistake[: found.start()]}"


def _walk(value: Any, inherited: Category | None, skipped: list[str]) -> Iterator[Line]:
    """Yield the cookies anywhere in *value*; a group's category holds for those within it."""
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, inherited, skipped)
    elif isinstance(value, dict):
        line = _line(value, inherited)
        if line is not None:
            yield line
            return
        if not any(map(_holds_rows, value.values())) and "category" in _told(value):
            skipped.append(_missing(value))
        own = next(
            (
                found
                for key in ("slug", "CustomGroupId", "OptanonGroupId", "category", "name", "id")
                if (found := spellings.category(value.get(key, "")))
            ),
            inherited,
        )
        for key, item in value.items():
            group = re.sub(r"^cookies?|cookies?$", "", key, flags=re.IGNORECASE)
            if isinstance(item, (dict, list)):
                yield from _walk(item, spellings.category(group) or own, skipped)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what *row* tells, by our names; of several columns for one thing the first.

    What is for the category in one program ("formål") explains the cookie in another, so that
    a column that does name a category goes before one that does not.
    """
    told: dict[str, Any] = {}
    for key, value in row.items():
        meaning = spellings.column(key)
        if not meaning or value in (None, "") or isinstance(value, (dict, list)):
            continue
        better = meaning == "category" and spellings.category(value) is not None
        if meaning not in told or (better and spellings.category(told[meaning]) is None):
            told[meaning] = value
    return told


def _missing(row: dict[str, Any]) -> str:
    """Say why *row* is no cookie that we can use."""
    told = _told(row)
    if "name" not in told:
        return "no name"
    if "\n" in str(told["name"]):
        return "a quotation mark is opened and not closed"
    name = " ".join(str(told["name"]).split())
    if "category" not in told:
        return f"'{name}' has no category"
    return f"'{name}' is skipped: '{told['category']}' is none of the four categories"


def _line(row: dict[str, Any], inherited: Category | None) -> Line | None:
    """Return the cookie that *row* describes; None: it is not one, or has no category."""
    told = _told(row)
    name, wild = _beginning(str(told.get("name", "")).strip())
    what = spellings.category(told["category"]) if "category" in told else inherited
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
    return spellings.seconds(str(value)) if value is not None else None
