"""A document that many visitors fetch: kept in memory, compressed beforehand, named by its hash."""

from __future__ import annotations

import functools
import gzip
import hashlib
import sys

import brotli
import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NAME_LENGTH = 32  # hexadecimal digits of a digest that stand in an address: 128 bits

_BROTLI_WINDOW = 18  # 256 KB, more than any body; a larger one takes more memory for nothing
_BROTLI_QUALITY = 11  # the best: it is compressed once and sent a million times
_ZSTD_LEVEL = 19  # the best that takes no more memory than usual


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A body in each of its encodings."""

    media_type: str
    digest: str  # SHA-256 of the body, in hexadecimal
    bodies: dict[str, bytes]  # Content-Encoding -> body; "": as it is

    @classmethod
    def of(cls, body: bytes, *, media_type: str) -> Document:
        """Return the document with *body*, compressed in each way."""
        return cls(
            media_type=media_type,
            digest=hashlib.sha256(body).hexdigest(),
            bodies={
                # The smallest first: zstd makes the widget 8 % larger than brotli, gzip 11 %.
                "br": brotli.compress(body, quality=_BROTLI_QUALITY, lgwin=_BROTLI_WINDOW),
                "zstd": zstd.compress(body, level=_ZSTD_LEVEL),
                "gzip": gzip.compress(body, compresslevel=9, mtime=0),
                "": body,
            },
        )

    @property
    def name(self) -> str:
        """Return what the document is called in its address and in its validators."""
        return self.digest[:NAME_LENGTH]

    def etag(self, encoding: str) -> str:
        """Return the strong validator of the body in *encoding*."""
        return f'"{self.name}{"-" if encoding else ""}{encoding}"'

    def encoding(self, accepted: str) -> str:
        """Return which encoding to send to a client that said *accepted* (Accept-Encoding)."""
        return _best(accepted, tuple(self.bodies))


def name_of(body: bytes) -> str:
    """Return what the document with *body* is called."""
    return hashlib.sha256(body).hexdigest()[:NAME_LENGTH]


def matches(if_none_match: str, etag: str) -> bool:
    """Return whether a client that said *if_none_match* has what *etag* names already."""
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in (etag, "*") for tag in tags)


@functools.lru_cache(maxsize=1024)  # browsers say the same few things
def _best(accepted: str, bodies: tuple[str, ...]) -> str:
    offered = _offered(accepted)
    return next(
        (name for name in bodies if name and offered.get(name, offered.get("*", 0)) > 0), ""
    )


def _offered(accepted: str) -> dict[str, float]:
    """Return the codings of an Accept-Encoding header with their weights."""
    weights = {}
    for part in accepted.split(","):
        name, _, parameter = part.strip().partition(";")
        try:
            weights[name.strip().lower()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip().lower()] = 0
    return weights
