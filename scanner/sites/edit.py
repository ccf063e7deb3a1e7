"""Write an override into the text of sites.yaml; every other sign stays as it was. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import yaml

from scanner.errors import SitesInvalid
from scanner.sites import parse

if TYPE_CHECKING:
    from scanner.model import Override


class CannotEdit(ValueError):
    """The file is written in a way that only a person should change; *line* is what to add."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def with_override(text: str, *, site: str, override: Override) -> str:
    """
    Return *text* with *override* as the first of *site*, so that it wins over the others.

    An older one of the same name and domain gives way to it, where it stands on one line.

    Args:
        text: A sites.yaml without mistakes.

    Raises:
        CannotEdit: If that would change something else, as with aliases, or cannot be done.
    """
    line = _flow(override)
    for older in (_twin(text, site, override), None):
        edited = _edited(text, site, line, older=older)
        if edited is not None and _only(text, edited, site=site, override=override, older=older):
            return edited
    raise CannotEdit(line)


def _twin(text: str, site: str, override: Override) -> int | None:
    """Return the place in the list of *site* of an override for the same items; None: none."""
    own = next(one for one in parse(text.encode()) if one.key == site)
    for number, each in enumerate(own.overrides):
        if (each.name, each.domain) == (override.name, override.domain):
            return number
    return None


def _edited(text: str, site: str, line: str, *, older: int | None) -> str | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = _value(_value(root, "sites"), site)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return None
    present = _value(node, "overrides")
    if isinstance(present, yaml.SequenceNode):
        if older is not None:
            return _in_place_of(text, present, line, older)
        return _into_list(text, present, line)
    if older is not None:
        return None
    if present is not None:
        return None
    if node.flow_style:
        return _inserted(text, node.start_mark, f"overrides: [{line}], ", after=1)
    pad = " " * node.start_mark.column
    return _after_line(text, _last_line(node), [f"{pad}overrides:", f"{pad}  - {line}"])


def _in_place_of(text: str, present: yaml.SequenceNode, line: str, older: int) -> str | None:
    """Return *text* with *line* first, without the *older* item; None: it has several lines."""
    if older >= len(present.value):
        return None  # it stands in the defaults
    node = present.value[older]
    if node.start_mark.line != node.end_mark.line or not node.flow_style:
        return None
    lines = text.splitlines(keepends=True)
    there = lines[node.start_mark.line]
    if older == 0:
        lines[node.start_mark.line] = (
            there[: node.start_mark.column] + line + there[node.end_mark.column :]
        )
        return "".join(lines)
    rest = there[: node.start_mark.column] + there[node.end_mark.column :]
    if present.flow_style or rest.strip() != "-":
        return None
    del lines[node.start_mark.line]
    return _into_list("".join(lines), present, line)


def _into_list(text: str, present: yaml.SequenceNode, line: str) -> str:
    if present.flow_style:
        comma = ", " if present.value else ""
        return _inserted(text, present.start_mark, f"{line}{comma}", after=1)
    pad = " " * present.start_mark.column
    return _after_line(text, present.start_mark.line - 1, [f"{pad}- {line}"])


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == key:
                found: yaml.Node = value
                return found
    return None


def _last_line(node: yaml.Node) -> int:
    """Return the number, from 0, of the last line that *node* has signs on."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    end: yaml.Mark = node.end_mark
    return int(end.line) - (end.column == 0 and end.line > node.start_mark.line)


def _inserted(text: str, mark: yaml.Mark, words: str, *, after: int) -> str:
    """Return *text* with *words* so many signs *after* the mark."""
    lines = text.splitlines(keepends=True)
    at = mark.column + after
    lines[mark.line] = lines[mark.line][:at] + words + lines[mark.line][at:]
    return "".join(lines)


def _after_line(text: str, number: int, new: list[str]) -> str:
    lines = text.splitlines(keepends=True)
    ending = "\r\n" if text.count("\r\n") else "\n"
    if number >= 0 and not lines[number].endswith(("\n", "\r")):
        lines[number] += ending
    lines[number + 1 : number + 1] = [line + ending for line in new]
    return "".join(lines)


def _flow(override: Override) -> str:
    """Return *override* as YAML in one line; texts in quotes, as JSON writes them."""
    plain = msgspec.to_builtins(override)
    words = []
    for name in ("name", "category", "domain", "vendor", "purpose"):
        value = plain[name]
        if name == "purpose":
            texts = ", ".join(f"{tag}: {_quoted(text)}" for tag, text in value.items())
            words += [f"purpose: {{{texts}}}"] if value else []
        elif value is not None:
            words.append(f"{name}: {value if name == 'category' else _quoted(value)}")
    return f"{{{', '.join(words)}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _only(text: str, edited: str, *, site: str, override: Override, older: int | None) -> bool:
    """Return whether *edited* says what *text* says, and that override of that site before all."""
    before = {one.key: one for one in parse(text.encode())}
    try:
        after = {one.key: one for one in parse(edited.encode())}
    except SitesInvalid:
        return False
    own = before[site]
    others = tuple(each for number, each in enumerate(own.overrides) if number != older)
    wanted = msgspec.structs.replace(own, overrides=(override, *others))
    return after == before | {site: wanted}
