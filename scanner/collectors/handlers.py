"""Find the scripts in a piece of HTML that have no address: inline ones, handlers, links."""

from __future__ import annotations

import contextlib
from html.parser import HTMLParser
from urllib.parse import unquote

_SCHEME = "javascript:"


def handlers(html: str) -> tuple[str, ...]:
    """
    Return the code of scripts, event handlers and ``javascript:`` addresses in *html*.

    Of HTML that cannot be read to its end, what stands before that place.
    """
    reader = _Reader()
    with contextlib.suppress(AssertionError):  # the parser's word for a declaration it hates
        reader.feed(html)
        reader.close()
    return tuple(reader.found)


def address(value: str) -> str | None:
    """Return the code of the ``javascript:`` address *value*; None if it is another."""
    if not value.strip().lower().startswith(_SCHEME):
        return None
    return unquote(value.strip()[len(_SCHEME) :])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
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
