"""Find the scripts in a piece of HTML that have no address: inline ones, handlers, links."""

from __future__ import annotations

import contextlib
from html.parser import HTMLParser
from urllib.parse import unquote

_SCHEME = "javascript:"
_DEEPEST = 5  # documents in documents, each of which stands in an attribute


def handlers(html: str) -> tuple[str, ...]:
    """
    Return the code of scripts, event handlers and ``javascript:`` addresses in *html*.

    That of documents in its ``srcdoc`` attributes is among it. Of HTML that cannot be read to its
    end, what stands before that place.
    """
    return tuple(_found(html, depth=_DEEPEST))


def _found(html: str, *, depth: int) -> list[str]:
    reader = _Reader(depth)
    with contextlib.suppress(AssertionError):  # the parser's word for a declaration it hates
        reader.feed(html)
        reader.close()
    return reader.found


def address(value: str) -> str | None:
    """Return the code of the ``javascript:`` address *value*; None if it is another."""
    if not value.strip().lower().startswith(_SCHEME):
        return None
    return unquote(value.strip()[len(_SCHEME) :])


class _Reader(HTMLParser):
    def __init__(self, depth: int) -> None:
        super().__init__(convert_charrefs=True)
        self._depth = depth  # how many documents in this one are read
        self.found: list[str] = []
        self._script: list[str] | None = None  # the text of the one that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes that hold code."""
        if tag == "script":
            self._script = []
        for name, value in attrs:
            if not value:
                continue
            if name.startswith("on"):
                self.found.append(value)
            elif name == "srcdoc":
                if self._depth > 0:
                    self.found += _found(value, depth=self._depth - 1)
            elif (code := address(value)) is not None:
                self.found.append(code)

    def handle_data(self, data: str) -> None:
        """Take the text of a script."""
        if self._script is not None:
            self._script.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Take the script that ends."""
        if tag == "script" and self._script is not None:
            self.found.append("".join(self._script))
            self._script = None
