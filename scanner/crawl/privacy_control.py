"""Ask a site what it says of Global Privacy Control, at the place where it would say it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import msgspec

from scanner.model import Signal, SignalKind

if TYPE_CHECKING:
    from scanner.crawl.fetch import Fetcher

PLACE = "/.well-known/gpc.json"
MAX_BYTES = 10_000  # of the answer: it is a few words


class _Support(msgspec.Struct, frozen=True):
    gpc: bool


async def declared(fetcher: Fetcher, url: str) -> Signal:
    """Return what the site at *url* says: that it honours the signal, that not, or nothing."""
    fetched = await fetcher.get(urljoin(url, PLACE), max_bytes=MAX_BYTES)
    said = "nothing"
    if fetched.status == 200:
        try:
            said = "yes" if msgspec.json.decode(fetched.body, type=_Support).gpc else "no"
        except msgspec.DecodeError:
            said = "nothing that can be read"
    return Signal(
        kind=SignalKind.PRIVACY_CONTROL,
        name="well-known",
        host=urlsplit(url).hostname or "",
        facts={"honoured": said},
    )
