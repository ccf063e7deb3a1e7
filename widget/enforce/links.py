"""``Link`` headers, which make a browser connect before there is a page. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: One link and its parameters; commas within the address or within quotes part nothing.
_LINK = re.compile(r"\s*(<[^>]*>(?:[^,\"]|\"[^\"]*\")*)\s*(?:,|$)")


def kept(headers: list[tuple[str, str]], waits: Callable[[str], bool]) -> list[tuple[str, str]]:
    """
    Return *headers* without the links whose addresses must wait.

    Args:
        waits: Says whether an address must.
    """
    found = []
    for name, value in headers:
        if name != "link":
            found.append((name, value))
            continue
        links = [link for link in _LINK.findall(value) if not waits(link[1 : link.index(">")])]
        if links:
            found.append((name, ", ".join(link.strip() for link in links)))
    return found
