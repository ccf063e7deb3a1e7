"""Find the scripts in a piece of HTML that run without an address: handlers, javascript: links."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote

_SCHEME = "javascript:"


def handlers(html: str) -> tuple[str, ...]:
    """Return the code of event-handler attributes and ``javascript:`` addresses in *html*."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.found)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes that hold code."""
        for name, value in attrs:
            if not value:
                continue
            if name.startswith("on"):
                self.found.append(value)
            elif value.strip().lower().startswith(_SCHEME):
                self.found.append(unquote(value.strip()[len(_SCHEME) :]))
