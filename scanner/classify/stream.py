"""Subjects from NDJSON, verdicts to NDJSON: one object a line, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec

from scanner import lifetimes
from scanner.classify import classify
from scanner.model import Subject, ValueShape, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.knowledge import Knowledge

Fields = dict[str, Any]

BOM = b"\xef\xbb\xbf"

#: What others call the facts of a value, a kind, a SameSite attribute.
VALUE_KINDS = {"bool": "flag", "boolean": "flag", "int": "number", "integer": "number"}
KINDS = {"localstorage": "local_storage", "sessionstorage": "session_storage", "http": "cookie"}
SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "None", "no_restriction": "None"}


#: Words for "nobody has told".
UNKNOWN = frozenset({"unknown", "unspecified", "undefined", "n/a", "null"})

SHAPES = frozenset(get_args(get_type_hints(ValueShape)["kind"]))


class Mistake(NamedTuple):
    """A line that is not a subject: which, and why."""

    line: int
    text: str


def subject(fields: Fields, *, registrable: Callable[[str], str]) -> Subject:
    """Return the subject that *fields* describe; facts that are null are not known.

    Raises:
        msgspec.ValidationError: a fact is not what it should be.
    """
    told = {key: value for key, value in fields.items() if value is not None and value != ""}
    if isinstance(told.get("lifetime"), str):
        told["lifetime"] = _seconds(told["lifetime"])
    for key in ("party", "same_site"):
        if str(told.get(key)).lower() in UNKNOWN:
            told.pop(key)
    for key, names in (("kind", KINDS), ("same_site", SAME_SITE)):
        if isinstance(told.get(key), str):
            told[key] = names.get(
                told[key].lower().replace("_", "") if key == "kind" else told[key].lower(),
                told[key],
            )
    site = told.get("site")
    if isinstance(site, str):
        told["site"] = registrable(urlsplit(site).hostname or site)
    shape = told.get("value_shape")
    if isinstance(shape, dict):
        kind = str(shape.get("kind"))
        kind = VALUE_KINDS.get(kind, kind)
        kind = kind if kind in SHAPES else "text"
        told["value_shape"] = {"length": 0, "entropy": 0.0, **shape, "kind": kind}
    setter = told.get("set_by")
    if isinstance(setter, dict) and setter.get("kind") not in ("http", "script"):
        told["set_by"] = {**setter, "kind": "script"}
    return msgspec.convert(told, Subject, strict=False)


def _seconds(text: str) -> float | None:
    """Return "3600" or "1 year" in seconds; None for "session" and what cannot be told."""
    try:
        return float(text)
    except ValueError:
        return lifetimes.parse(text)


def verdicts(
    lines: Iterable[bytes], *, knowledge: Knowledge, registrable: Callable[[str], str]
) -> Iterator[tuple[Subject, Verdict] | Mistake]:
    """Yield a verdict, or a mistake, for each line that is not empty, in their order."""
    decoder = msgspec.json.Decoder(Fields)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = subject(decoder.decode(line.removeprefix(BOM)), registrable=registrable)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as exc:
            yield Mistake(number, str(exc))
            continue
        yield one, classify(one, knowledge=knowledge)
