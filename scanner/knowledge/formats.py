"""Other people's lists of cookies and of trackers, in the forms that they come in.

Only facts are taken: name, host, category, vendor, lifetime. Texts stay where they are.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import disclosure, returned, spellings
from scanner.knowledge.decoding import decoded
from scanner.knowledge.imported import Collection, Line
from scanner.knowledge.rows import facts, holds_rows, line, missing
from scanner.knowledge.tracker_lists import tracker_hosts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from scanner.model import Category

#: How much a line of each form is worth. The Open Cookie Database calls one tracking cookie in
#: seven functional; a declaration is what the owner's platform told visitors; a disclosure is
#: what the vendor vouches for; an export of ours has lost the storage and whose script it is.
CONFIDENCE = {
    "open-cookie-database": 0.55,
    "declaration": 0.65,
    "labels": 0.6,
    "disclosure": 0.8,
    "export": 0.7,
    "hosts": 0.85,
}

#: Where a group of a declaration tells its category, the surest first.
GROUP_NAMES = ("slug", "CustomGroupId", "OptanonGroupId", "category", "GroupName", "name", "id")

TOLD = 120  # characters of somebody else's text in a message
Form = Literal["open-cookie-database", "declaration", "disclosure", "labels", "export", "hosts"]


KNOWN_FORMS = (
    "known forms are the Open Cookie Database, declarations as CSV or JSON, labelled cookies as "
    "JSON, device storage disclosures, filter lists and hosts files"
)


#: What to do with the file that is most easily taken for a disclosure.
VENDOR_LIST = (
    "the vendor list of IAB's TCF names no cookies; import the files that its vendors give as "
    "deviceStorageDisclosureUrl"
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
    text, encoding = decoded(name, content)
    remarks = [f"{name}: not UTF-8, read as {encoding}"] if encoding else []
    listed = tracker_hosts(text)
    if listed.hosts:
        if listed.others:
            rules = "1 rule" if listed.others == 1 else f"{listed.others} rules"
            remarks.append(f"{name}: left out, not for a whole host: {rules}")
        parsed = Parsed("hosts", hosts=listed.hosts)
    else:
        parsed = _json(name, text) if text.lstrip()[:1] in ("{", "[") else _table(name, text)
    skipped = (*remarks, *parsed.skipped)
    if not (parsed.lines or parsed.hosts):
        raise KnowledgeInvalid([*skipped, f"{name}: no cookie and no host found; {KNOWN_FORMS}"])
    collection = Collection(
        source=name.removesuffix(".gz"),
        format=parsed.form,
        imported_at=now,
        confidence=CONFIDENCE[parsed.form],
        lines=parsed.lines,
        hosts=parsed.hosts,
    )
    return Read(collection, skipped)


def _table(name: str, text: str) -> Parsed:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    if returned.is_own(dict.fromkeys(reader.fieldnames or ())):
        return _own((f"{name}:{reader.line_num}", row) for row in reader)
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    form: Form = "open-cookie-database" if "cookie / data key name" in fields else "declaration"
    lines = []
    skipped = []
    meant = {spellings.column(field) for field in fields}
    try:
        for row in reader:
            found = line(row, None)
            if found is not None:
                lines.append(found)
            elif {"name", "category"} <= meant:
                skipped.append(f"{name}:{reader.line_num}: {missing(row)}")
    except csv.Error as exc:
        raise KnowledgeInvalid([f"{name}:{reader.line_num}: {exc}"]) from exc
    if fields and not {"name", "category"} <= meant:
        skipped.append(f"{name}:1: {_headless(meant, fields)}")
    return Parsed(form, tuple(lines), skipped=tuple(skipped))


def _own(rows: Iterable[tuple[str, dict[str, Any]]]) -> Parsed:
    """Return what an export of ours says; *rows* with the place where each stands."""
    lines: list[Line] = []
    skipped = []
    for place, row in rows:
        kept = returned.lines(row)
        lines += kept
        if not kept:
            skipped.append(f"{place}: {returned.unkept(row)}")
    return Parsed("export", tuple(dict.fromkeys(lines)), skipped=tuple(skipped))


def _headless(meant: set[str | None], fields: list[str]) -> str:
    """Say which column is not there, and which are."""
    wanted = " and no ".join(what for what in ("name", "category") if what not in meant)
    return f"no column for the {wanted}; the first line has {', '.join(fields)[:TOLD]}"


def _json(name: str, text: str) -> Parsed:
    try:
        return _decoded(name, text)
    except RecursionError as exc:
        raise KnowledgeInvalid([f"{name}: nested too deeply to be a list of cookies"]) from exc


def _decoded(name: str, text: str) -> Parsed:
    try:
        document = msgspec.json.decode(text.encode())
    except msgspec.DecodeError as exc:
        rows, mistakes = _by_line(name, text)
        if not rows:
            raise KnowledgeInvalid([_malformed(name, text, str(exc))]) from exc
        parsed = _document(name, text, rows)
        return parsed._replace(skipped=(*mistakes, *parsed.skipped))
    return _document(name, text, document)


def _by_line(name: str, text: str) -> tuple[list[Any], list[str]]:
    """Return the objects of a file that has one a line, and which other lines are none.

    The first line must be one: what follows a document that is cut off is not meant.
    """
    rows, mistakes = [], []
    for number, one in enumerate(text.splitlines(), 1):
        if not one.strip():
            continue
        try:
            rows.append(msgspec.json.decode(one, type=dict[str, Any]))
        except msgspec.DecodeError:
            if not rows:
                return [], []
            mistakes.append(f"{name}:{number}: no JSON object")
    return rows, mistakes


def _document(name: str, text: str, document: Any) -> Parsed:
    if isinstance(document, dict) and isinstance(document.get("disclosures"), list):
        lines, skipped = disclosure.read(document["disclosures"])
        if not document["disclosures"]:
            skipped = ["it discloses that nothing is stored on devices"]
        return Parsed("disclosure", lines, skipped=tuple(f"{name}: {one}" for one in skipped))
    if isinstance(document, dict) and "gvlSpecificationVersion" in document:
        raise KnowledgeInvalid([f"{name}: {VENDOR_LIST}"])
    rows = document.get("cookies") if isinstance(document, dict) else None
    if isinstance(rows, list) and rows and all(map(_is_own, rows)):
        return _own((f"{name}: cookie {number}", row) for number, row in enumerate(rows, 1))
    mistakes: list[str] = []
    cookies = tuple(dict.fromkeys(_walk(document, None, mistakes)))
    form: Form = "labels" if re.search(r'"(current_)?label"\s*:', text) else "declaration"
    return Parsed(form, cookies, skipped=tuple(f"{name}: {one}" for one in mistakes))


def _is_own(row: object) -> bool:
    return isinstance(row, dict) and returned.is_own(row)


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
        cookie = line(value, inherited)
        if cookie is not None:
            yield cookie
            return
        told = facts(value)
        if not any(map(holds_rows, value.values())) and (
            "category" in told or {"name", "lifetime"} <= told.keys()
        ):
            skipped.append(missing(value))
        own = next(
            (found for key in GROUP_NAMES if (found := spellings.category(value.get(key, "")))),
            inherited,
        )
        for key, item in value.items():
            group = re.sub(r"^cookies?|cookies?$", "", key, flags=re.IGNORECASE)
            if isinstance(item, (dict, list)):
                yield from _walk(item, spellings.category(group) or own, skipped)
