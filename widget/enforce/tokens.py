"""The pieces of a page: its tags, their attributes, and what stands between them."""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

WHITESPACE = rb"\t\n\f\r "

#: One attribute of a tag.
ATTRIBUTE = (
    rb"(?:=[^%(ws)s/>=]*+|[^%(ws)s/>=]++)"
    rb"(?:[%(ws)s]*+=[%(ws)s]*+(?:\"[^\"]*+\"|'[^']*+'|(?=>)|[^%(ws)s>\"'][^%(ws)s>]*+)"
    rb"|(?![%(ws)s]*+=))"
) % {b"ws": WHITESPACE}
_ATTRIBUTES = re.compile(ATTRIBUTE)
_NAME = re.compile(rb"=?[^%(ws)s/>=]*+" % {b"ws": WHITESPACE})


class What(enum.Enum):
    """What a piece is."""

    TEXT = enum.auto()  # also what is inside of a <style> or <title>
    START = enum.auto()
    END = enum.auto()
    CODE = enum.auto()  # all that is inside of a <script> or <noscript>
    OTHER = enum.auto()  # a comment, a doctype


class Attribute(NamedTuple):
    """One attribute, and where it stands in its tag."""

    name: bytes  # in lower case
    value: bytes  # as written, without its quotes
    start: int
    end: int


class Token(NamedTuple):
    """One piece of a page."""

    what: What
    raw: bytes
    name: bytes = b""  # of a tag, in lower case
    in_html: bool = True  # not in SVG or MathML

    @property
    def attributes(self) -> list[Attribute]:
        """The attributes of a tag, in their order; of one that stands twice, the first counts."""
        found = []
        for match in _ATTRIBUTES.finditer(self.raw, 1 + len(self.name), len(self.raw) - 1):
            name = _NAME.match(match[0])
            assert name is not None, "an attribute begins with its name"
            value = match[0][name.end() :].lstrip(b"\t\n\f\r ")[1:].lstrip(b"\t\n\f\r ")
            if value[:1] in (b'"', b"'"):
                value = value[1:-1]
            found.append(Attribute(name[0].lower(), value, match.start(), match.end()))
        return found

    def get(self, name: bytes) -> bytes | None:
        """Return the value of an attribute; None: it is not there."""
        return next((a.value for a in self.attributes if a.name == name), None)

    @property
    def self_closing(self) -> bool:
        """Whether a tag ends with ``/>``, which means something in SVG and MathML only."""
        if not self.raw.endswith(b"/>"):
            return False
        return all(attribute.end < len(self.raw) - 1 for attribute in self.attributes)
