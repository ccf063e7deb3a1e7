"""The pages that a site lists: sitemaps and their indexes, zipped or not."""

from __future__ import annotations

import asyncio
import codecs
import re
import sys
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.crawl.fetch import Fetcher

MAX_FILES = 20  # sitemaps read for one site
MAX_URLS = 10_000  # pages taken from them
READ_LIMIT = 20.0  # seconds after which no further sitemap is asked for
MAX_BYTES = 50 * 1024 * 1024  # of one sitemap, unzipped: the limit of the protocol
MAX_ADDRESS = 4096  # characters; what is longer is none
_GZIP = 31  # how zlib calls the format of gzip
_ZIPPED = b"\x1f\x8b"
#: What lists pages, and which part of it holds the address: sitemaps, RSS, Atom.
_ENTRIES = {"url": "loc", "sitemap": "loc", "item": "link", "entry": "link"}
#: The tags of these, read one by one: no parser of XML takes what half of the world writes (bare
#: ampersands, prefixes that nothing declares), and some take minutes for what is made to cost.
_TAG = re.compile(
    r"<(/?)(?:([\w.-]+):)?(url|sitemap|item|entry|loc|link)(?![\w.:-])([^<>]*)>", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TEXT = re.compile(r"[^<]*")
_CDATA = "<![CDATA["
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PREFIX = re.compile(r"""\bxmlns:([\w.-]+)\s*=\s*["']([^"'<>]*)["']""")
_EXTENSION = re.compile(r"/sitemap-(?:image|video|news|mobile)\b|/xhtml\b")
_EXTENSIONS = frozenset({"image", "video", "news", "mobile", "xhtml"})  # as they are called
_ENCODING = re.compile(rb"""^<\?xml[^<>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_ESCAPE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_ESCAPED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_WIDEST = 4  # bytes of one letter in UTF-8
_BEGINNING = 4096  # characters in which a file says what it is


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
    plain = _unzipped(_unzipped(body))
    if len(plain) > MAX_BYTES:
        return (), ()
    text = _decoded(plain).lstrip("\ufeff \t\r\n")
    if _DOCTYPE.search(text, 0, _BEGINNING):
        return (), ()
    if not text.startswith("<"):
        lines = (line.strip() for line in text.splitlines())
        return tuple(line for line in lines if line.startswith("http")), ()
    pages: list[str] = []
    further: list[str] = []
    for entry, address in _listed(_COMMENT.sub("", text)):
        (further if entry == "sitemap" else pages).append(address)
        if len(pages) >= MAX_URLS:
            break
    return tuple(pages), tuple(further)


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Yield each entry of *text* by its kind, with its first address: its pictures are none."""
    declared = dict(_PREFIX.findall(text[:_BEGINNING]))
    entry = ""  # in which we are; "": in none, or its address was found
    for tag in _TAG.finditer(text):
        closes, prefix, name, attributes = tag.groups()
        name = name.lower()
        meant = _EXTENSION.search(declared.get(prefix, "")) if prefix in declared else None
        if meant or (prefix in _EXTENSIONS and prefix not in declared):
            continue
        if name in _ENTRIES:
            entry = "" if closes else name
        elif entry and not closes and name == _ENTRIES[entry]:
            address = _inside(text, tag.end()) or _linked(attributes)
            if address:
                yield entry, address
                entry = ""


def _inside(text: str, start: int) -> str:
    """Return what stands in the tag that ends at *start*."""
    plain = _TEXT.match(text, start, start + MAX_ADDRESS)
    end = plain.end() if plain else start
    told = text[start:end]
    if text.startswith(_CDATA, end):
        close = text.find("]]>", end, end + MAX_ADDRESS)
        return text[end + len(_CDATA) : close].strip() if close > 0 else ""
    whole = end < len(text) and len(told) < MAX_ADDRESS
    return _ESCAPE.sub(_character, told).strip() if whole else ""


def _linked(attributes: str) -> str:
    """Return where a tag with *attributes* leads, as those of Atom do."""
    found = _HREF.search(attributes[:MAX_ADDRESS])
    return _ESCAPE.sub(_character, found[1] or found[2] or "").strip() if found else ""


def _character(escape: re.Match[str]) -> str:
    """Return what *escape* stands for."""
    if escape[1]:
        return _ESCAPED[escape[1]]
    number = int(escape[2]) if escape[2] else int(escape[3], 16)
    return chr(number) if number <= sys.maxunicode else ""


def _decoded(plain: bytes) -> str:
    """Return the text of *plain*: what its beginning says of its letters is true most times."""
    if plain.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return plain.decode("utf-16", "replace")
    said = _ENCODING.match(plain.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:_BEGINNING])
    for encoding in ("utf-8", said[1].decode("ascii") if said else "latin-1"):
        try:
            return plain.decode(encoding)
        except UnicodeDecodeError as fault:
            if fault.start > len(plain) - _WIDEST:  # cut within a letter
                return plain[: fault.start].decode(encoding)
        except (UnicodeError, LookupError):  # also where a codec is none of letters
            continue
    return plain.decode("latin-1")


def _unzipped(body: bytes) -> bytes:
    """Return what is in *body*, and in what follows it; of one that breaks off, the beginning."""
    if not body.startswith(_ZIPPED):
        return body
    plain = b""
    while body.startswith(_ZIPPED) and len(plain) <= MAX_BYTES:
        unzip = zlib.decompressobj(_GZIP)
        try:
            plain += unzip.decompress(body, MAX_BYTES + 1 - len(plain))
        except zlib.error:
            break
        body = unzip.unused_data
    return plain
