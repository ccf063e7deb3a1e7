"""Bodies that come compressed, opened and closed again portion by portion."""

from __future__ import annotations

import zlib
from typing import Any, Protocol

import brotli

#: What a browser may be told that it can have, so that every page can be read.
KNOWN = ("br", "gzip", "identity")

_LEVEL = 5  # of 9, and of brotli's 11: pages are made anew for each visitor
_GZIP = 31  # zlib's word for: with gzip's header


class Change(Protocol):
    """What turns one portion of a page into another."""

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Return what *data* has become."""


class Recoded:
    """A change of the text within a compressed body."""

    def __init__(self, change: Change, coding: str) -> None:
        self._change = change
        self._brotli = coding == "br"
        self._opened = self._opener()
        self._closed: Any = (
            brotli.Compressor(quality=_LEVEL)
            if self._brotli
            else zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        )

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Return what *data* has become; each portion can be read at once."""
        changed = self._change.feed(self._open(data), last=last)
        if self._brotli:
            packed: bytes = self._closed.process(changed)
            rest: bytes = self._closed.finish() if last else self._closed.flush()
            return packed + rest
        mode = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
        body: bytes = self._closed.compress(changed) + self._closed.flush(mode)
        return body

    def _opener(self) -> Any:
        return brotli.Decompressor() if self._brotli else zlib.decompressobj(_GZIP)

    def _open(self, data: bytes) -> bytes:
        if self._brotli:
            opened: bytes = self._opened.process(data)
            return opened
        text = b""
        while data:
            text += self._opened.decompress(data)
            data = self._opened.unused_data
            if data:
                self._opened = self._opener()  # gzip may come in several members
        return text
