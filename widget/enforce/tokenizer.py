"""HTML in pieces, by the rules of the HTML standard, from bytes that come in any portions.

The pieces, put together, are the page, byte for byte. Only ASCII has a meaning in them, so that the
encoding need not be known, as long as it is one that leaves ASCII alone.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from widget.enforce.foreign import Foreign
from widget.enforce.tokens import ATTRIBUTE, WHITESPACE, Token, What

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4 * 1024 * 1024  # bytes that are kept in memory until a piece is whole

_TAG = re.compile(
    rb"</?([a-zA-Z][^%(ws)s/>]*+)(?:[%(ws)s/]++|%(attribute)s)*+>"
    % {b"ws": WHITESPACE, b"attribute": ATTRIBUTE}
)
_IN_SCRIPT = re.compile(rb"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)

#: Elements whose contents are text up to their own end tag.
_TEXT = frozenset({b"style", b"xmp", b"iframe", b"noembed", b"noframes", b"textarea", b"title"})

#: Those among them that are given out in one piece.
_WHOLE = frozenset({b"script", b"noscript"})


class Tokenizer:
    """Takes a page in portions and gives out its pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._inside = b""  # name of the element whose text is under way; b"": none
        self._foreign = Foreign()
        self._lost = False  # a piece was too long: the rest of the page is one text

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Token]:
        """Yield the pieces that are whole after *data*; after the last portion, all."""
        page, at = self._rest + data, 0
        while at < len(page) and not self._lost:
            token = self._next(page, at, last=last)
            if token is None:
                self._lost = len(page) - at > MOST
                break
            at += len(token.raw)
            yield token
        if at < len(page) and (last or self._lost):
            yield Token(What.TEXT, page[at:])
            at = len(page)
        self._rest = page[at:]

    def _next(self, page: bytes, at: int, *, last: bool) -> Token | None:
        """Return the piece that begins at *at*; None: more of the page must be known."""
        if self._inside:
            return self._text_within(page, at, last=last)
        if page[at] != ord("<"):
            end = page.find(b"<", at)
            return Token(What.TEXT, page[at : end if end >= 0 else len(page)])
        following = page[at + 1 : at + 3]
        if following[:1].isalpha() or (following[:1] == b"/" and following[1:].isalpha()):
            return self._tag(page, at)
        if len(following) < 2 and not last:
            return None
        if following[:1] in (b"!", b"?") or (following[:1] == b"/" and len(following) > 1):
            return self._other(page, at, last=last)
        return Token(What.TEXT, b"<")

    def _tag(self, page: bytes, at: int) -> Token | None:
        match = _TAG.match(page, at)
        if match is None:
            return None
        name = match[1].lower()
        if page[at + 1] == ord("/"):
            token = Token(What.END, match[0], name, not self._foreign.inside)
            self._foreign.end(name)
            return token
        token = Token(What.START, match[0], name)
        in_html = not self._foreign.start(token)
        if in_html and (name in _TEXT or name in _WHOLE or name == b"plaintext"):
            self._inside = name
        return token._replace(in_html=in_html)

    def _text_within(self, page: bytes, at: int, *, last: bool) -> Token | None:
        """Return what is inside of an element that holds text only."""
        name = self._inside
        whole = name in _WHOLE
        if name == b"plaintext":
            end = None
        else:
            end = _end_of_script(page, at) if name == b"script" else _end_of(name, page, at)
        if end is None and not last:
            if whole:
                return None
            # its end tag may have begun
            end = max(len(page) - len(name) - 2, at)
            return Token(What.TEXT, page[at:end]) if end > at else None
        if end is None:
            end = len(page)
        else:
            self._inside = b""
        if end == at:
            return self._next(page, at, last=last)
        return Token(What.CODE if whole else What.TEXT, page[at:end], name)

    def _other(self, page: bytes, at: int, *, last: bool) -> Token | None:
        start = page[at : at + 9]
        if not last and any(
            len(start) < len(mark) and mark.startswith(start) for mark in (b"<!--", b"<![CDATA[")
        ):
            return None
        if start.startswith(b"<!--"):
            ends = [page.find(b"-->", at + 2) + 3, page.find(b"--!>", at + 4) + 4]
            end = min((end for end in ends if end > 4), default=0)
        elif start == b"<![CDATA[" and self._foreign.inside:
            end = page.find(b"]]>", at) + 3
            end = end if end > 2 else 0
        else:
            end = page.find(b">", at) + 1
        return Token(What.OTHER, page[at:end]) if end else None


def _end_of(name: bytes, page: bytes, at: int) -> int | None:
    found = _end_tag(name).search(page, at)
    return found and found.start()


@functools.cache
def _end_tag(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"</%s(?=[\t\n\f\r />])" % name, re.IGNORECASE)


def _end_of_script(page: bytes, at: int) -> int | None:
    """Return where a script ends: an end tag after ``<!-- <script`` is still part of it."""
    escaped, doubly = False, False
    while (found := _IN_SCRIPT.search(page, at)) is not None:
        at = found.end()
        if found[0] == b"<!--":
            escaped, at = True, found.start() + 2  # its dashes may be those of the end, too
        elif found[0] == b"-->":
            escaped = doubly = False
        elif not found[1]:
            doubly = doubly or escaped
        elif doubly:
            doubly = False
        else:
            return found.start()
    return None
