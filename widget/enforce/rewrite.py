"""Turn a page's unmarked tags into marked ones, as far as its visitor has not granted them. Pure.

What is not held back leaves as it came, byte for byte. A tag that is, keeps all its attributes,
under the names from which the widget gives them back: ``src`` becomes ``data-src``.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from widget.enforce import address
from widget.enforce.rules import NECESSARY, OPTIONAL, UNCLASSIFIED, allows
from widget.enforce.tokenizer import Tokenizer
from widget.enforce.tokens import Token, What

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widget.enforce.rules import Rules
    from widget.enforce.tokens import Attribute

#: Attributes by which an element asks for something as soon as it is there.
_ASKS: dict[bytes, tuple[bytes, ...]] = {
    b"script": (b"src",),
    b"iframe": (b"src",),
    b"frame": (b"src",),
    b"img": (b"src", b"srcset"),
    b"source": (b"src", b"srcset"),
    b"video": (b"src", b"poster"),
    b"audio": (b"src",),
    b"track": (b"src",),
    b"embed": (b"src",),
    b"object": (b"data",),
    b"input": (b"src",),
    b"link": (b"href", b"imagesrcset"),
}
_LISTS = (b"srcset", b"imagesrcset")

#: Relations of a ``<link>`` that make the browser ask; the others only tell.
# fmt: off
_LOADING = frozenset({
    "stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon",
    "manifest", "preload", "modulepreload", "prefetch", "dns-prefetch", "preconnect", "prerender",
})

#: Types of scripts that run, in lower case.
_RUNS = frozenset({
    "", "module", "application/ecmascript", "application/javascript", "application/x-ecmascript",
    "application/x-javascript", "text/ecmascript", "text/javascript", "text/javascript1.0",
    "text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4",
    "text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript",
    "text/x-javascript",
})
# fmt: on

#: Code that makes the browser ask for something; a host's name alone may be mere data.
_LOADS = re.compile(
    r"createElement|\.src\s*=|setAttribute|document\s*\.\s*write|new\s+Image|\bfetch\s*\(|sendBeacon|"
    r"XMLHttpRequest|\bimport\s*\(|\bimport\s*['\"]|\bfrom\s*['\"]|importScripts|innerHTML"
)

_BEFORE_HEAD = (b"html", b"head")
_FRAMES = (b"iframe", b"frame")


class Rewriter:
    """Takes one page in portions, and gives it back rewritten."""

    def __init__(
        self,
        rules: Rules,
        granted: frozenset[str],
        *,
        page_host: str,
        once: str | None = None,
        tag: bytes = b"",
    ) -> None:
        """
        Args:
            page_host: Under which the visitor sees the page.
            once: A host whose frames the visitor has asked for, this time only.
            tag: The widget's own, put in where a whole document begins; empty: it is not.
        """
        self._rules = rules
        self._granted = granted
        self._page_host = page_host
        self._base_host = page_host  # what relative addresses lead to
        self._once = once
        self._tag = tag
        self._tokens = Tokenizer()
        self._put_in = False
        self._begun = False  # a doctype, <html> or <head> has come: this is a whole document
        self._script: Token | None = None  # a start tag that waits for its code

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Return what *data*, the next portion, makes certain of the rewritten page."""
        pieces = [self._piece(token) for token in self._tokens.feed(data, last=last)]
        if last:
            pieces.append(self._waiting())
        return b"".join(pieces)

    def _piece(self, token: Token) -> bytes:
        if token.what is What.CODE:
            if token.name == b"noscript":
                return self._without_script(token.raw)
            return self._waiting(token.raw) + token.raw
        before = self._waiting()
        if token.what is What.START:
            return before + self._start(token)
        if token.what is What.TEXT and token.raw.strip(b"\xef\xbb\xbf\t\n\f\r "):
            before += self._inserted()
        if token.what is What.OTHER and token.raw[:9].lower() == b"<!doctype":
            self._begun = True
        return before + token.raw

    def _start(self, tag: Token) -> bytes:
        if tag.name in _BEFORE_HEAD:
            self._begun = True
            return tag.raw + (self._inserted() if tag.name == b"head" else b"")
        before = self._inserted()
        if not tag.in_html:
            return before + tag.raw
        if tag.name == b"base":
            self._note_base(tag)
        elif tag.name == b"script":
            self._script = tag
            return before
        elif tag.name in _ASKS:
            return before + self._held(tag)
        return before + tag.raw

    def _inserted(self) -> bytes:
        """Return the widget's tag, the first time that it can stand in a whole document."""
        tag, self._tag = self._tag if self._begun else b"", b""
        self._put_in = self._put_in or bool(tag)
        return tag

    def _note_base(self, tag: Token) -> None:
        value = tag.get(b"href")
        if value is not None and self._base_host == self._page_host:
            self._base_host = address.host(address.in_attribute(value)) or self._page_host

    def _without_script(self, markup: bytes) -> bytes:
        """Return what is in a ``<noscript>``: markup for those who cannot be asked."""
        inner = Rewriter(self._rules, self._granted, page_host=self._page_host, once=self._once)
        inner._base_host = self._base_host
        return inner.feed(markup, last=True)

    def _waiting(self, code: bytes = b"") -> bytes:
        """Return the script's start tag that waited, now that its *code* is known."""
        tag, self._script = self._script, None
        if tag is None:
            return b""
        if not _runs(tag):
            return tag.raw
        if tag.get(b"src") is None:
            return _marked(tag, self._loaded_by(code), ())
        if self._is_ours(tag):
            return _changed(tag, {}, {b"src": b"data-kapsel-src"})
        return self._held(tag)

    def _is_ours(self, tag: Token) -> bool:
        """Return whether *tag* is the widget's, which was put in already."""
        values = [tag.get(name) or b"" for name in (b"src", b"data-server")]
        return self._put_in and any(
            self._rules.is_script(address.in_attribute(value)) for value in values
        )

    def _held(self, tag: Token) -> bytes:
        """Return a tag that asks for something, marked if that must wait."""
        if tag.name == b"link" and not _LOADING.intersection(_words(tag.get(b"rel"))):
            return tag.raw
        waits: set[str] = set()
        names: list[bytes] = []
        for attribute in tag.attributes:
            if attribute.name in _ASKS[tag.name] and (found := self._waits_for(tag, attribute)):
                waits |= found
                names.append(attribute.name)
        return _marked(tag, waits, names)

    def _waits_for(self, tag: Token, attribute: Attribute) -> set[str]:
        text = address.in_attribute(attribute.value)
        waits: set[str] = set()
        for one in address.candidates(text) if attribute.name in _LISTS else [text]:
            host = address.host(one)
            host = self._base_host if host == "" else host
            asked_for = tag.name in _FRAMES and host == self._once
            if host is not None and host != self._page_host and not asked_for:
                waits.update(self._rules.waits_for(host))
        return waits - self._granted

    @functools.cached_property
    def _waiting_hosts(self) -> tuple[str, ...]:
        """The hosts that the scan found and that may not be asked."""
        return tuple(
            host
            for host, categories in self._rules.hosts.items()
            if NECESSARY not in categories and not allows(self._granted, categories)
        )

    def _loaded_by(self, code: bytes) -> set[str]:
        """Return what the hosts wait for from which inline *code* loads something."""
        text = code.decode("utf-8", "replace").replace("\\/", "/")
        if not _LOADS.search(text):
            return set()
        found = _names(self._waiting_hosts).findall(text.lower()) if self._waiting_hosts else ()
        return {name for host in found for name in self._rules.hosts[host]} - self._granted


def _marked(tag: Token, waits: set[str], names: Sequence[bytes]) -> bytes:
    """Return *tag* with the attributes *names* put by, until all that it *waits* for is granted."""
    if not waits:
        return tag.raw
    order = [name for name in (*OPTIONAL, UNCLASSIFIED) if name in waits]
    added = {b"data-category": ",".join(order).encode()}
    renamed = {name: b"data-" + name for name in names}
    if tag.name == b"script":
        added[b"type"] = b"text/plain"
        if (tag.get(b"type") or b"").strip():
            renamed[b"type"] = b"data-type"
    return _changed(tag, added, renamed)


def _changed(tag: Token, added: dict[bytes, bytes], renamed: dict[bytes, bytes]) -> bytes:
    """Return *tag* with attributes added and renamed; those whose names they take are dropped."""
    at = 1 + len(tag.name)
    pieces = [tag.raw[:at], *(b' %s="%s"' % pair for pair in added.items())]
    taken = {*added, *renamed.values()} - renamed.keys()
    for attribute in tag.attributes:
        pieces.append(tag.raw[at : attribute.start])
        name = attribute.name
        if name in renamed:
            pieces.append(renamed[name] + tag.raw[attribute.start + len(name) : attribute.end])
        elif name not in taken:
            pieces.append(tag.raw[attribute.start : attribute.end])
        at = attribute.end
    return b"".join([*pieces, tag.raw[at:]])


def _runs(tag: Token) -> bool:
    """Return whether a browser would run this script."""
    kind = (tag.get(b"type") or b"").decode("latin-1").strip().lower()
    return kind in _RUNS


def _words(value: bytes | None) -> list[str]:
    return (value or b"").decode("latin-1").lower().split()


@functools.lru_cache(maxsize=64)
def _names(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds each of *hosts* in code, but not as a part of another name."""
    longest_first = sorted(hosts, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\w)")
