"""Who asked: from the stack of a script's write to the script that is responsible for it."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Mapping


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a stack, as `watch.js` tells it."""

    url: str | None = None  # None: the code has no address of its own
    line: int | None = None  # from 1
    function: str | None = None
    method: str | None = None  # name of the property that holds the function
    type: str | None = None  # of `this`
    hash: str | None = None  # of the script's text
    origin: str | None = None  # of code made by eval: "eval at f (https://…/a.js:1:2)"


#: Files of libraries that do nothing but write cookies and storage for whoever asks.
_WRAPPER = re.compile(
    r"(^|[/@])(js[.-]cookies?|jquery[.-]cookie|universal-cookie|tiny-cookie|cookie-universal|"
    r"store2|localforage|localstorage-slim|lscache)"
    r"(@[\w.-]+)?([./-](all|legacy|everything|modern|umd|esm|dist|min|mjs|js|[\d.]+))*($|/)",
    re.IGNORECASE,
)
OURS = "kapsel:watch"  # how `watch.js` calls itself

#: Consent tools, Kapsel's own banner first. An inline script without an address that one of them
#: inserts is one that stands in the page, and was held back there.
_CONSENT_TOOL = re.compile(
    r"/w/[\w-]+\.js$|cookie-?consent|klaro|cookiebot|/uc\.js$|otbannersdk|otsdkstub|cookielaw|"
    r"complianz|cookieyes|cookieinformation|cookiehub|iubenda|osano|axeptio|didomi|usercentrics|"
    r"silktide|borlabs|termly",
    re.IGNORECASE,
)
_PLACE = re.compile(r"((?:https?|blob|data|file):[^\s()]+?):(\d+):\d+\)?")
_WRAPPED = {"cookie": "Document", "setItem": "Storage"}


def responsible(
    frames: list[Frame], *, page: str | None = None, made: Mapping[str, SetBy] | None = None
) -> SetBy:
    """
    Return the script, and its line, that asked for a write.

    It is the innermost code, unless that only passes on what others ask: a replacement of
    ``document.cookie`` or ``setItem`` that the page put in place, or a cookie library in a file
    of its own. Code made by ``eval`` or ``new Function`` counts as the script that made it.

    Args:
        frames: Innermost first.
        page: URL of the document, which its inline scripts count as.
        made: Who made the scripts that have no address of their own, by the hash of their text;
            and those of blob: and data: addresses, by these.
    """
    made = made or {}
    frames = [frame for frame in frames if frame.url != OURS]
    asked = _places(frames[_wrappers(frames) :]) or _places(frames)
    inline = bool(asked) and _place(frames[0]) is None and frames[0].line is not None
    if page and inline and _CONSENT_TOOL.search(asked[0][0].split("?", 1)[0]):
        return SetBy(kind="script", url=_clean(page))
    if not asked:
        makers = [made[frame.hash] for frame in frames if frame.hash and frame.hash in made]
        return makers[0] if makers else SetBy(kind="script")
    for url, line in asked:
        if url in made:
            return made[url]
        if page and url.startswith("about:"):
            return SetBy(kind="script", url=_clean(page))
        if not _WRAPPER.search(urlsplit(url).path):
            return SetBy(kind="script", url=_clean(url), line=line)
    return SetBy(kind="script", url=_clean(asked[0][0]), line=asked[0][1])


def _wrappers(frames: list[Frame]) -> int:
    """Return how many innermost frames belong to the page's own replacement of the native."""
    for index in range(len(frames) - 1, -1, -1):
        frame = frames[index]
        owner = _WRAPPED.get(frame.method or "") or _WRAPPED.get(
            (frame.function or "").removeprefix("set ")
        )
        if owner and (frame.type or "").endswith(owner):
            return index + 1
    return 0


def _places(frames: list[Frame]) -> list[tuple[str, int | None]]:
    """Return where the code of *frames* stands, as far as it stands anywhere."""
    found: list[tuple[str, int | None]] = []
    for frame, caller in itertools.zip_longest(frames, frames[1:]):
        place = _place(frame)
        if frame.origin is not None and place and caller and caller.url == place[0]:
            place = (place[0], caller.line)  # the engine miscounts where eval stands in a page
        if place is not None:
            found.append(place)
    return found


def _place(frame: Frame) -> tuple[str, int | None] | None:
    if frame.origin is not None:
        found = _PLACE.findall(frame.origin)
        if found:
            return found[-1][0], int(found[-1][1])
        if not (frame.url or "").startswith("http"):
            return None
    if not frame.url or frame.url.startswith(("<", "native", "node:", "chrome-extension:")):
        return None
    return frame.url, frame.line


def _clean(url: str) -> str:
    """Return *url* without fragment; a data: URL without its content."""
    return url.split(",", 1)[0] if url.startswith("data:") else url.split("#", 1)[0]
