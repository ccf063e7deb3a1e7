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
    """One call of a stack, as `watch/` tells it."""

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
    r"es-cookie|typescript-cookie|react-cookie|vue-cookies|ngx-cookie|cookies-next|nookies|"
    r"cookie-storage|cookies-js|store2|store(?=@|\.(legacy|everything|modern)\b)|localforage|"
    r"localstorage-slim|lscache|locache|lockr|basil|secure-ls|simplestorage|js-storage|jstorage|"
    r"vue-ls|expired-storage|idb-keyval|idb(?=@)|dexie|localbase)"
    r"(@[\w.-]+)?([./-](all|legacy|everything|modern|umd|esm|dist|min|mjs|js|[\d.]+))*($|/)",
    re.IGNORECASE,
)
OURS = "kapsel:watch"  # how `watch/` calls itself

#: Consent tools, Kapsel's own banner first. An inline script without an address that one of them
#: inserts is one that stands in the page, and was held back there.
_CONSENT_TOOL = re.compile(
    r"/w/[\w.-]+\.js$|cookie-?consent|klaro|cookiebot|/uc\.js$|otbannersdk|otsdkstub|cookielaw|"
    r"complianz|cookieyes|cookieinformation|cookiehub|iubenda|osano|axeptio|didomi|usercentrics|"
    r"silktide|borlabs|termly",
    re.IGNORECASE,
)
_NOWHERE = ("<", "native", "node:", "wasm:", "chrome-extension:")  # how no address begins
_PLACE = re.compile(r"((?:https?|blob|data|file):[^\s()]+?):(\d+):\d+\)?")
_WRAPPED: dict[str, tuple[str, ...]] = {
    "cookie": ("Document",),
    "setItem": ("Storage",),
    "set": ("CookieStore",),
    "open": ("IDBFactory", "CacheStorage"),
}

#: What belongs to the browser. Who hangs a method on it lends it to whoever calls it.
_BUILT_IN = frozenset(
    {"String", "Number", "Boolean", "Array", "Function", "RegExp", "Date", "Promise", "Map", "Set"}
    | {"Storage", "Document", "HTMLDocument", "CookieStore", "IDBFactory", "CacheStorage"}
    | {"Navigator", "Location", "History"}
)
#: What a function is called that stands for another: in a Proxy, in a property's description.
_TRAPS = frozenset(
    {"apply", "set", "set cookie", "setItem", "setTimeout", "setInterval", "value"}
    | {"<computed>", "<anonymous>", "", None}
)


def responsible(
    frames: list[Frame],
    *,
    page: str | None = None,
    made: Mapping[str, SetBy] | None = None,
    fetched: Mapping[str, SetBy] | None = None,
    patched: bool = False,
) -> SetBy:
    """
    Return the script, and its line, that asked for a write.

    It is the innermost code, unless that only passes on what others ask: a replacement of
    ``document.cookie`` or ``setItem`` that the page put in place, a method that somebody hung on
    what belongs to the browser, or a cookie library in a file of its own. Code made by ``eval`` or
    ``new Function`` counts as the script that made it.

    Args:
        frames: Innermost first.
        page: URL of the document, which its inline scripts count as.
        made: Who made the scripts that have no address of their own, by the hash of their text;
            and those of blob: and data: addresses, by these.
        fetched: Where code stands that was fetched as a text, by its hash.
        patched: Whether the page put something of its own in the place of what was called.
    """
    made = made or {}
    frames = [frame for frame in _settled(frames, fetched) if frame.url != OURS]
    rest = frames[_wrappers(frames, patched=patched) :]
    asked = _places(rest, made)
    if not asked and not any(frame.line is not None and not frame.url for frame in rest):
        asked = _places(frames, made)
    inline = bool(asked) and _place(frames[0]) is None and frames[0].line is not None
    if page and inline and _CONSENT_TOOL.search((asked[0].url or "").split("?", 1)[0]):
        return SetBy(kind="script", url=clean(page))
    for by in asked:
        url = by.url or ""
        if url in made:
            return made[url]
        if page and url.startswith("about:"):
            return SetBy(kind="script", url=clean(page))
        if not passes_on(url):
            return _told(by)
    if not asked:
        # Only what stands in the page itself has no address and no maker: a javascript: link.
        in_page = page is not None and any(_nameless(frame) for frame in frames)
        return SetBy(kind="script", url=clean(page) if page and in_page else None)
    return _told(asked[0])


def passes_on(url: str) -> bool:
    """Tell whether the file at *url* is, by its name, a library that stores for whoever asks."""
    return _WRAPPER.search(urlsplit(url).path) is not None


def way(
    frames: list[Frame],
    *,
    made: Mapping[str, SetBy] | None = None,
    fetched: Mapping[str, SetBy] | None = None,
    patched: bool = False,
) -> list[SetBy]:
    """Return the scripts on *frames*, as `responsible` sees them, innermost first, each once."""
    frames = [frame for frame in _settled(frames, fetched) if frame.url != OURS]
    places = _places(frames[_wrappers(frames, patched=patched) :], made or {})
    innermost: dict[str | None, SetBy] = {}
    for by in map(_told, places):
        innermost.setdefault(by.url, by)
    return list(innermost.values())


def unclaimed(frames: list[Frame], *, patched: bool) -> str | None:
    """Return the hash of the code that asked for a write, if nobody knows where that stands."""
    rest = frames[_wrappers(frames, patched=patched) :]
    if any(_place(frame) for frame in rest):
        return None
    return next((frame.hash for frame in rest if frame.hash and not frame.url), None)


def _settled(frames: list[Frame], fetched: Mapping[str, SetBy] | None) -> list[Frame]:
    """Return *frames* with code that was *fetched* as a text where that stands."""
    known = fetched or {}
    return [
        msgspec.structs.replace(frame, url=known[str(frame.hash)].url, hash=None, origin=None)
        if frame.hash in known
        else frame
        for frame in frames
    ]


def _told(by: SetBy) -> SetBy:
    return SetBy(kind=by.kind, url=None if by.url is None else clean(by.url), line=by.line)


def _wrappers(frames: list[Frame], *, patched: bool) -> int:
    """Return how many innermost frames only stand for what belongs to the browser."""
    for index in range(len(frames) - 1, -1, -1):
        if _stands_for_native(frames[index]):
            return index + 1
    return int(patched and bool(frames) and _last_word(frames[0].function) in _TRAPS)


def _last_word(function: str | None) -> str | None:
    """Return the last name of a function that the engine calls "Storage.setItem"."""
    return function.rsplit(".", 1)[-1] if function else function


def _stands_for_native(frame: Frame) -> bool:
    """Tell whether the function of *frame* replaces, or was added to, one of the browser's."""
    if frame.url is None:
        return False
    method, kind = frame.method or "", frame.type or ""
    owner = _WRAPPED.get(method) or _WRAPPED.get(
        (_last_word(frame.function) or "").removeprefix("set ")
    )
    if owner and kind.endswith(owner):
        return True
    return bool(method) and kind in _BUILT_IN and not method.startswith("on")


def _nameless(frame: Frame) -> bool:
    return not frame.url and frame.line is not None and frame.origin is None


def _places(frames: list[Frame], made: Mapping[str, SetBy]) -> list[SetBy]:
    """Return where the code of *frames* stands, as far as it stands anywhere."""
    found: list[SetBy] = []
    for frame, caller in itertools.zip_longest(frames, frames[1:]):
        place = _place(frame)
        if frame.hash in made and (frame.origin is None or place is None):
            found.append(made[str(frame.hash)])
            continue
        if frame.origin is not None and place and caller and caller.url == place[0]:
            place = (place[0], caller.line)  # the engine miscounts where eval stands in a page
        if place is not None:
            found.append(SetBy(kind="script", url=place[0], line=place[1]))
    return found


def _place(frame: Frame) -> tuple[str, int | None] | None:
    if frame.origin is not None:
        found = _PLACE.findall(frame.origin)
        if found:
            return found[-1][0], int(found[-1][1])
        if not (frame.url or "").startswith("http"):
            return None
    if not frame.url or frame.url.startswith(_NOWHERE):
        return None
    return frame.url, frame.line


def clean(url: str) -> str:
    """Return *url* without fragment; a data: URL without its content."""
    return url.split(",", 1)[0] if url.startswith("data:") else url.split("#", 1)[0]
