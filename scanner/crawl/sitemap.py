"""The pages that a site lists: sitemaps and their indexes, zipped or not."""

from __future__ import annotations

import asyncio
import codecs
import io
import re
import time
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.crawl.fetch import Fetcher

log = structlog.get_logger()

MAX_FILES = 20  # sitemaps read for one site
MAX_URLS = 10_000  # pages taken from them
READ_LIMIT = 20.0  # seconds after which no further sitemap is asked for
MAX_BYTES = 50 * 1024 * 1024  # of one sitemap, unzipped: the limit of the protocol
_GZIP = 31  # how zlib calls the format of gzip
#: What lists pages, and which part of it holds the address: sitemaps, RSS, Atom.
_ENTRIES = {"url": "loc", "sitemap": "loc", "item": "link", "entry": "link"}
_EXTENSION = re.compile(r"^\{[^}]*/(?:sitemap-(?:image|video|news|mobile)|xhtml)\b")
_ENCODING = re.compile(r"""\s+encoding=["'][\w-]+["']""")
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


async def read(starts: Iterable[str], *, fetcher: Fetcher) -> tuple[str, ...]:
    """
    Return the pages that the sitemaps at *starts* list, in their order, indexes followed.

    What cannot be read is left out: a sitemap is a help, not a duty.
    """
    waiting = list(dict.fromkeys(starts))
    end = time.monotonic() + READ_LIMIT
    seen: set[str] = set()
    pages: dict[str, None] = {}
    while waiting and len(seen) < MAX_FILES and len(pages) < MAX_URLS and time.monotonic() < end:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        fetched = await fetcher.get(url)
        if fetched.status != 200:
            continue
        found, further = await asyncio.to_thread(parse, fetched.body)
        pages.update(dict.fromkeys(found))
        waiting += further
    return tuple(pages)[:MAX_URLS]


def parse(body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return the pages and the further sitemaps that a sitemap (XML, plain text, or a feed of news;
    perhaps zipped) lists; of one that breaks off, what comes before that. Nothing for one that is
    too long, or declares a document type.
    """
    plain = _unmarked(_unzipped(_unzipped(body)))
    if len(plain) > MAX_BYTES or _DOCTYPE.search(plain[:4096]):
        return (), ()
    if not plain.startswith(b"<"):
        lines = plain.decode("utf-8", "replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip().startswith("http")), ()
    pages: list[str] = []
    further: list[str] = []
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(plain)):  # noqa: S314 - no DOCTYPE
            entry = _name(element)
            if entry not in _ENTRIES:
                continue
            (further if entry == "sitemap" else pages).extend(_listed(element))
            element.clear()
            if len(pages) >= MAX_URLS:
                break
    except ElementTree.ParseError:
        log.info("sitemap not understood to its end")
    return tuple(pages), tuple(further)


def _name(element: ElementTree.Element) -> str:
    """Return what *element* is called, without its namespace: some write it in capitals."""
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _listed(entry: ElementTree.Element) -> Iterator[str]:
    """Yield the addresses of *entry*: those of its pictures are none."""
    wanted = _ENTRIES[_name(entry)]
    for child in entry:
        if _name(child) != wanted or _EXTENSION.search(str(child.tag)):
            continue
        if url := (child.text or child.get("href") or "").strip():
            yield url
            return


def _unmarked(plain: bytes) -> bytes:
    """Return *plain* without what some write before its beginning, and in one byte a letter."""
    if plain.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = plain.decode("utf-16", "replace")
        plain = _ENCODING.sub("", text, count=1).encode()
    return plain.lstrip(codecs.BOM_UTF8 + b" \t\r\n")


def _unzipped(body: bytes) -> bytes:
    """Return what is in *body*; of a file that breaks off, the beginning."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(_GZIP).decompress(body, MAX_BYTES + 1)
    except zlib.error:
        return b""
