"""From the bytes of a file that somebody else wrote to its text."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib

from scanner.errors import KnowledgeInvalid

PACKED = b"\x1f\x8b"  # what a gzip file begins with

#: Bytes that a packed file may unfold to; the largest lists of hosts have a tenth of that.
MAX_UNPACKED = 256 * 1024 * 1024


def decoded(name: str, content: bytes) -> tuple[str, str | None]:
    """Return the text of the file *name*, and its encoding where that is not UTF-8.

    Spreadsheets save in the encoding of Windows, or in UTF-16 behind a byte order mark; lists
    are often packed with gzip.

    Raises:
        KnowledgeInvalid: there is no text in it.
    """
    content = _unpacked(name, content)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    if b"\0" in content:
        raise KnowledgeInvalid([f"{name}: not a text file"])
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise KnowledgeInvalid([f"{name}: the file is empty"])
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _unpacked(name: str, content: bytes) -> bytes:
    if not content.startswith(PACKED):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            whole = file.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise KnowledgeInvalid([f"{name}: cannot be unpacked: {exc}"]) from exc
    if len(whole) > MAX_UNPACKED:
        most = MAX_UNPACKED // 1024**2
        raise KnowledgeInvalid([f"{name}: unpacked it has more than {most} MB"])
    return whole
