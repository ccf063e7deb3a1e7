"""Subjects from NDJSON, verdicts to NDJSON: one object a line, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec

from scanner.classify import classify
from scanner.model import Subject, ValueShape, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.knowledge import Knowledge

Fields = dict[str, Any]

#: What others call the facts of a value, a kind, a SameSite attribute.
VALUE_KINDS = {"bool": "flag", "boolean": "flag", "int": "number", "integer": "number"}
KINDS = {"localstorage": "local_storage", "sessionstorage": "session_storage", "http": "cookie"}
SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "None", "no_restriction": "None"}


SHAPES = frozenset(get_args(get_type_hints(ValueShape)["kind"]))


class LineInvalid(ValueError):
    """A line is not a subject; the text says which and why."""


def subject(fields: Fields, *, registrable: Callable[[str], str]) -> Subject:
    """Return the subject that *fields* describe; facts that are null are not known.

    Raises:
        msgspec.ValidationError: a fact is not what it should be.
    """
    told = {key: value for key, value in fields.items() if value is not None and value != ""}
    if not isinstance(told.get("lifetime", 0), (int, float)):
        told.pop("lifetime")  # "session" and the like
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


def verdicts(
    lines: Iterable[bytes], *, knowledge: Knowledge, registrable: Callable[[str], str]
) -> Iterator[tuple[Subject, Verdict]]:
    """Yield a verdict for each line that is not empty.

    Raises:
        LineInvalid: a line is not a subject.
    """
    decoder = msgspec.json.Decoder(Fields)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = subject(decoder.decode(line), registrable=registrable)
        except msgspec.DecodeError as exc:  # of JSON, or of the facts in it
            raise LineInvalid(f"line {number}: {exc}") from exc
        yield one, classify(one, knowledge=knowledge)
