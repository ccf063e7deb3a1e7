"""Which host an address in a page leads to, as a browser reads it. Pure."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_NETWORK = ("http", "https", "ws", "wss", "ftp")
#: One address of a ``srcset``, with what follows it; an address may hold commas, but not end so.
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:,+(?=\s|$)|\s[^,(]*(?:\([^)]*\)[^,(]*)*(?:,|$)|$)")
_EDGES = "".join(map(chr, range(0x21)))  # blanks and control characters


def host(text: str) -> str | None:
    """
    Return the host of an address in lower case and ASCII; empty: a relative one.

    None: it leads to no host, as ``data:`` and ``blob:`` do.
    """
    text = re.sub(r"[\t\n\r]", "", text.strip(_EDGES)).replace("\\", "/")
    scheme = _SCHEME.match(text)
    if scheme is None:
        rest = text
    elif scheme[1].lower() in _NETWORK:
        rest = text[scheme.end() :]
    else:
        return None
    if not rest.startswith("//"):
        return ""
    authority = re.split(r"[/?#]", rest.lstrip("/"), maxsplit=1)[0].rpartition("@")[2]
    name = re.sub(r":[^\]]*$", "", authority)
    return _ascii(unquote(name).rstrip("."))


def in_attribute(value: bytes) -> str:
    """Return the text that an attribute's *value* stands for."""
    return html.unescape(value.decode("utf-8", "replace"))


def candidates(srcset: str) -> list[str]:
    """Return the addresses in a ``srcset``."""
    return _CANDIDATE.findall(srcset)


def _ascii(name: str) -> str:
    name = name.lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name
