"""Where in a page SVG and MathML begin and end: there, a ``<style>`` or ``<title>`` is no text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from widget.enforce.tokens import Token

#: Tags that end SVG or MathML at once, as the HTML standard lists them.
# fmt: off
_BREAKOUT = frozenset({
    b"b", b"big", b"blockquote", b"body", b"br", b"center", b"code", b"dd", b"div", b"dl", b"dt",
    b"em", b"embed", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"head", b"hr", b"i", b"img", b"li",
    b"listing", b"menu", b"meta", b"nobr", b"ol", b"p", b"pre", b"ruby", b"s", b"small", b"span",
    b"strong", b"strike", b"sub", b"sup", b"table", b"tt", b"u", b"ul", b"var",
})
# fmt: on
_FONT = {b"color", b"face", b"size"}
_ROOTS = (b"svg", b"math")
_IN_SVG = {b"foreignobject", b"desc", b"title"}
_IN_MATH = {b"mi", b"mo", b"mn", b"ms", b"mtext"}


class _Open(NamedTuple):
    name: bytes
    root: bytes
    holds_html: bool


class Foreign:
    """The SVG and MathML elements that are open."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._html: Counter[bytes] = Counter()  # elements of HTML that were begun and not ended

    @property
    def inside(self) -> bool:
        """Whether what comes next is SVG or MathML."""
        return bool(self._open) and not self._open[-1].holds_html

    def start(self, tag: Token) -> bool:
        """Note a start tag; return whether it is one of SVG or MathML."""
        if self.inside and self._breaks_out(tag):
            self._leave()
        if not self.inside and tag.name not in _ROOTS:
            self._html[tag.name] += 1
            return False
        if not tag.self_closing:
            root = tag.name if tag.name in _ROOTS else self._open[-1].root
            self._open.append(_Open(tag.name, root, self._holds_html(tag, root)))
        return True

    def end(self, name: bytes) -> None:
        """Note an end tag."""
        if not self.inside and self._html[name]:
            self._html[name] -= 1
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at].name == name:
                del self._open[at:]
                return
            if self._open[at].holds_html:
                return  # it closes something within, if anything
        if self._html[name] or name in (b"br", b"p"):
            self._leave()  # it closes something around

    def _leave(self) -> None:
        while self.inside:
            self._open.pop()

    @staticmethod
    def _breaks_out(tag: Token) -> bool:
        if tag.name == b"font":
            return any(attribute.name in _FONT for attribute in tag.attributes)
        return tag.name in _BREAKOUT

    @staticmethod
    def _holds_html(tag: Token, root: bytes) -> bool:
        if root == b"svg":
            return tag.name in _IN_SVG
        if tag.name == b"annotation-xml":
            encoding = (tag.get(b"encoding") or b"").lower()
            return encoding in (b"text/html", b"application/xhtml+xml")
        return tag.name in _IN_MATH
