"""A YAML file, read with the line of each value so that all its mistakes can be told at once."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MAX_BYTES = 4_000_000  # of a file: some ten thousand sites
MAX_VALUES = 200_000  # visited in one file: aliases can make a small file huge
MAX_DEPTH = 12  # mappings and lists within each other

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_STRING = "tag:yaml.org,2002:str"
_INTEGER = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"
_KINDS = {
    "tag:yaml.org,2002:bool": "yes or no",
    _INTEGER: "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
    _NULL: "nothing",
}


class Sheet:
    """The text of one YAML file and the mistakes found in it so far."""

    def __init__(self, name: str) -> None:
        self.name = name  # of the file, as the mistakes say it
        self._mistakes: set[tuple[int, str]] = set()
        self._visited = 0

    @property
    def mistakes(self) -> list[str]:
        """One line of text for each mistake, in the order of the file."""
        return [f"{self.name}:{line}: {text}" for line, text in sorted(self._mistakes)]

    def wrong(self, place: yaml.Node | int, text: str) -> None:
        """Note that something is wrong at *place*, a node or a line from 1."""
        line = place if isinstance(place, int) else place.start_mark.line + 1
        self._mistakes.add((line, text))

    def compose(self, data: bytes) -> yaml.Node | None:
        """Return the root of *data*; None: it cannot be read as YAML, or holds nothing."""
        text = self._decode(data)
        if text is None:
            return None
        try:
            root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
            if root is None or not self._bounded(root, 0):
                return None
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            self.wrong((mark.line if mark else 0) + 1, _in_words(exc, text))
            return None
        except yaml.YAMLError as exc:
            self.wrong(1, f"this is not YAML: {' '.join(str(exc).split())}")
            return None
        except RecursionError:
            self.wrong(1, "lists and keys lie too deep within each other: this is no list of sites")
            return None
        return root

    def _decode(self, data: bytes) -> str | None:
        if len(data) > MAX_BYTES:
            self.wrong(1, f"the file is larger than {MAX_BYTES // 1_000_000} MB: split it")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            line = data[: exc.start].count(b"\n") + 1
            self.wrong(line, "this is not UTF-8: save the file as UTF-8")
            return None
        for number, line_text in enumerate(text.split("\n"), 1):
            if (found := _UNREADABLE.search(line_text)) is not None:
                self.wrong(number, f"character U+{ord(found[0]):04X} may not stand here: remove it")
            if re.match(r" *\t[ \t]*[^\s#]", line_text):
                self.wrong(number, "a tab begins this line: indent with spaces")
        return None if self._mistakes else text

    def _bounded(self, node: yaml.Node, depth: int) -> bool:
        """Return whether *node* is small enough to be read, aliases counted each time."""
        self._visited += 1
        if self._visited > MAX_VALUES:
            self.wrong(node, "too many values: aliases (*name) repeat too much here")
        elif depth > MAX_DEPTH:
            self.wrong(node, "keys and lists lie too deep within each other here")
        else:
            return all(self._bounded(child, depth + 1) for child in _children(node))
        return False

    def mapping(
        self, node: yaml.Node, what: str, *, known: Collection[str] | None = None
    ) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """
        Return key -> (node of the key, node of the value); wrong keys are noted and left out.

        Args:
            what: What the mapping is, for the mistakes.
            known: The keys that there may be; None: any.
        """
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"{what} must be keys with values, not {_kind(node)}")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if key.tag == _MERGE:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif not isinstance(key, yaml.ScalarNode) or key.tag == _NULL:
                self.wrong(key, f"a key of {what} must be a word, not {_kind(key)}")
            elif key.value in found:
                first = found[key.value][0].start_mark.line + 1
                self.wrong(key, f"'{key.value}' stands in {what} twice, first in line {first}")
            elif known is not None and key.value not in known:
                self.wrong(
                    key, f"unknown key '{key.value}' in {what}: {_perhaps(key.value, known)}"
                )
            else:
                found[key.value] = (key, value)
        for other in merged:
            for name, pair in self.mapping(other, what, known=known).items():
                found.setdefault(name, pair)
        return found

    def string(self, node: yaml.Node, what: str) -> str | None:
        """Return a text, without blanks around it; None: it was wrong."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != _STRING:
            read = f" {node.value!r}" if isinstance(node, yaml.ScalarNode) and node.value else ""
            hint = ": put it in quotes" if read else ""
            self.wrong(node, f"{what} must be a text, but YAML reads{read} as {_kind(node)}{hint}")
            return None
        if not node.value.strip():
            self.wrong(node, f"{what} is empty: write it, or leave the key out")
            return None
        return str(node.value).strip()

    def whole(self, node: yaml.Node, what: str, *, least: int, most: int) -> int | None:
        """Return a whole number from *least* to *most*; None: it was wrong."""
        if isinstance(node, yaml.ScalarNode) and node.tag == _INTEGER:
            digits = node.value.replace("_", "")
            if re.fullmatch(r"\d{1,9}", digits) and least <= int(digits) <= most:
                return int(digits)
        shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else _kind(node)
        self.wrong(node, f"{what} must be a whole number from {least} to {most}, not {shown}")
        return None

    def choice(self, node: yaml.Node, what: str, *, among: Collection[str]) -> str | None:
        """Return one of the words *among*; None: it was another."""
        if isinstance(node, yaml.ScalarNode) and node.value in among:
            return str(node.value)
        shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else _kind(node)
        said = node.value if isinstance(node, yaml.ScalarNode) else ""
        self.wrong(node, f"{what} cannot be {shown}: {_perhaps(said, among)}")
        return None

    def items(self, node: yaml.Node, what: str) -> Iterator[yaml.Node]:
        """Yield the nodes of a list."""
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        else:
            self.wrong(node, f"{what} must be a list, as [one, two], not {_kind(node)}")


#: What PyYAML's reader refuses without a line, or what no value of ours may hold.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys with values"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return _KINDS.get(node.tag, "a text")


def _perhaps(word: str, among: Collection[str]) -> str:
    """Return which of the words *among* was probably meant, else which there are."""
    close = difflib.get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"there is {', '.join(among)}"


def _in_words(exc: yaml.MarkedYAMLError, text: str) -> str:
    problem: Any = " ".join(part for part in (exc.context, exc.problem) if part)
    line = text.split("\n")[exc.problem_mark.line if exc.problem_mark else 0 :][:1]
    hint = ""
    if line and re.search(r"[:\[,]\s*\*", line[0]):
        hint = ": put a value that begins with * in quotes"
    return f"this is not YAML: {problem}{hint}"
