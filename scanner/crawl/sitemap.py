"""The pages that a site lists: sitemaps and their indexes, zipped or not."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import time
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.crawl.fetch import Fetcher

log = structlog.get_logger()

MAX_FILES = 20  # sitemaps read for one site
MAX_URLS = 10_000  # pages taken from them
READ_LIMIT = 20.0  # seconds after which no further sitemap is asked for
MAX_BYTES = 50 * 1024 * 1024  # of one sitemap, unzipped: the limit of the protocol
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
    Return the pages and the further sitemaps that a sitemap (XML or plain text, perhaps zipped)
    lists; nothing for one that is malformed, too long, or declares a document type.
    """
    plain = _unzipped(body)
    if plain is None or _DOCTYPE.search(plain[:4096]):
        return (), ()
    if not plain.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = plain.decode("utf-8", "replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip().startswith("http")), ()
    pages: list[str] = []
    further: list[str] = []
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(plain)):  # noqa: S314 - no DOCTYPE
            tag = element.tag.rsplit("}", 1)[-1]
            if tag not in ("url", "sitemap"):
                continue
            for child in element:
                if child.tag.rsplit("}", 1)[-1] == "loc" and child.text:
                    (pages if tag == "url" else further).append(child.text.strip())
            element.clear()
            if len(pages) >= MAX_URLS:
                break
    except ElementTree.ParseError:
        log.info("sitemap not understood to its end")
    return tuple(pages), tuple(further)


def _unzipped(body: bytes) -> bytes | None:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            plain = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return plain if len(plain) <= MAX_BYTES else None
