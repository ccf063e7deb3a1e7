"""Find who asked a library to store something: it writes under any name for whoever calls it.

The stack shows both, but not which of them had the idea. Their texts do: the name stands in the
script that asks, and not in the library, which can do nothing but store. A site's own file may do
more, as what it is bundled from does: where a third party calls it with a name that only the third
party knows, the third party asked. The reverse is how a site sets up a third party's script.

A library of databases may open one when its caller is on the stack no more: then the only script
of the page asked in which the name stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from scanner.browser.devtools import DevToolsError
from scanner.collectors.stack import passes_on
from scanner.domains import same_site
from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.evidence import Evidence

MAX_STEPS = 4  # scripts on the way to a write that are read
MAX_SEARCHED = 30  # scripts of a page in which the name of a database is looked for
MAX_ASKED = 200  # writes of a page whose scripts are waited for
MAX_TEXT = 500_000  # characters of a script that is read
MAX_KEPT = 5_000_000  # characters of all scripts that are kept for a visitor
MAX_ANSWERS = 300  # scripts of a page whose answers are known
READ_LIMIT = 2.0  # seconds for one of them

#: Telling somebody something, or showing something: what a library that only stores never does.
_DOES_MORE = re.compile(
    r"\bfetch\(|\b(XMLHttpRequest|sendBeacon|WebSocket|EventSource|importScripts|RTCPeerConnection"
    r"|Image|insertAdjacentHTML|innerHTML|attachShadow|document\.write)\b"
)
#: What a bundle of a framework never does by itself, however much it shows.
_SENDS = re.compile(
    r"\bfetch\(|\b(XMLHttpRequest|sendBeacon|WebSocket|EventSource|importScripts|RTCPeerConnection"
    r"|new Image)\b"
)
#: Names that libraries give to what they keep for others: the name of the caller is not in them.
_GENERIC = re.compile(r"keyval-store|localforage|simpleStorage|REACT_QUERY_OFFLINE_CACHE")
#: Making an element does not show anything yet: libraries find out by one what a browser can do.
_MAKES = re.compile(r"\bcreateElement\b")
_USES = re.compile(
    r"""\.(src|href|textContent|innerText|className|action)\s*=(?!=)|["'](src|href|class)["']\s*,"""
    r"|\bclassList\b"
)
_STORES = re.compile(r"\b(cookie|cookieStore|setItem|\w+Storage|indexedDB|caches)\b")
#: How scripts hide what they write down: that a name is not in their text says nothing then.
_HIDES = re.compile(
    r"""\\(x|u00)(6[1-9a-f]|7[0-9a])|\b_0x|\batob\(["'`]""",
    re.IGNORECASE,
)
_MEANS_LITTLE = 3  # letters: a shorter part of a name stands anywhere
_LONGEST = 64  # characters of a name that is looked for in pieces
_WORD = re.compile(rf"""(?=(["'`])([^"'`\n]{{1,{_LONGEST}}})\1)""")


class Step(NamedTuple):
    """A script on the way to a write."""

    by: SetBy
    text: str | None  # None: it could not be read


def only_stores(text: str) -> bool:
    """Tell whether a script with this *text*, which stores something, can do nothing else."""
    if _DOES_MORE.search(text):
        return False
    return not (_MAKES.search(text) and _USES.search(text))


def keeps_for_others(name: str, text: str) -> bool:
    """Tell whether a script with this *text* can have *name* from nobody but another script."""
    known = re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text)
    return not known and bool(_STORES.search(text)) and not _HIDES.search(text)


def asker(name: str, steps: Sequence[Step], *, page: str) -> SetBy | None:
    """
    Return who asked for what the first of *steps* stored as *name*; None: it did so itself.

    Args:
        steps: The innermost first, each script once.
        page: URL of the document.
    """
    (inner, text), *callers = steps
    if text is None:
        return None
    if _stands(name, text):
        kept_for = _GENERIC.fullmatch(name) and callers and only_stores(text)
        return callers[0].by if kept_for else None
    library, home = only_stores(text), _host(page)
    ours = same_site(_host(inner.url), home)
    for by, said in callers:
        if said is None:
            continue
        strange = not same_site(_host(by.url), home)
        if _stands(name, said) and (library or (ours and (strange or not _SENDS.search(text)))):
            return by
        if library and any(part in said and part not in text for part in _parts(name)):
            return by
        if library and _put_together(name, said, text):
            return by
    return None


def _stands(name: str, text: str) -> bool:
    """Tell whether *text* holds *name* as a whole, as code writes names down."""
    if name not in text:
        return False
    if len(name) <= _MEANS_LITTLE:
        return _quoted(name, text) is not None
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text) is not None


def _put_together(name: str, said: str, text: str) -> bool:
    """
    Tell whether *name* begins or ends with what only *said* writes down.

    The rest of it must stand there, too, or in the *text* of the library.
    """
    return _piece(name, said, text) is not None


def _piece(name: str, said: str, text: str, *, least: int = _MEANS_LITTLE) -> re.Match[str] | None:
    """Return where the part of *name* is written down in *said*, of `_put_together`."""
    if len(name) > _LONGEST:
        return None
    words = _words(said)
    for cut in range(1, len(name)):
        for piece, rest in ((name[cut:], name[:cut]), (name[:cut], name[cut:])):
            if len(piece) < least or piece not in words or piece in _words(text):
                continue
            if rest in said or rest in text:
                return _quoted(piece, said)
    return None


def _first(name: str, said: str, text: str) -> re.Match[str] | None:
    """Return where the first step of the path *name* is written down in *said*."""
    step = re.split("[/:]", name, maxsplit=1)[0]
    known = len(step) > _MEANS_LITTLE and step in _words(said) and step not in text
    return _quoted(step, said) if known else None


@functools.lru_cache(maxsize=40)
def _words(text: str) -> frozenset[str]:
    """Return what *text* may write down as a string: all that stands between two quotes."""
    return frozenset(word for _, word in _WORD.findall(text))


def _quoted(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"""(["'`]){re.escape(name)}\1""", text)


def only_one(name: str, texts: Mapping[str, str | None], *, library: str = "") -> SetBy | None:
    """
    Return the script, of *texts* by URL, in which alone *name* is written, and its line.

    Where it is in none, the name may be put together from what only one of them writes down and
    what that, or the text of the *library*, does.
    """
    found = [(url, _quoted(name, text)) for url, text in texts.items() if text]
    places = [(url, match) for url, match in found if match]
    if not places:
        found = [
            (url, _piece(name, text, library, least=4) or _first(name, text, library))
            for url, text in texts.items()
            if text
        ]
        places = [(url, match) for url, match in found if match]
    if len(places) != 1:
        return None
    ((url, match),) = places
    return SetBy(kind="script", url=url, line=match.string.count("\n", 0, match.start()) + 1)


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"\W+", name) if len(part) >= _MEANS_LITTLE]


def _host(url: str | None) -> str:
    return urlsplit(url or "").hostname or ""


class Texts:
    """The texts of the scripts that one visitor meets, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._only_store: dict[str, bool] = {}
        self._kept = 0

    def __contains__(self, url: str) -> bool:
        return url in self._known

    def __getitem__(self, url: str) -> str | None:
        return self._known[url]

    def only_store(self, url: str) -> bool:
        """Tell whether the script at *url* is known to do nothing but store."""
        if url not in self._only_store:
            text = self._known[url]
            self._only_store[url] = text is not None and only_stores(text)
        return self._only_store[url]

    def add(self, url: str, text: str | None) -> None:
        """Keep *text* (None: it could not be read), if there is room for it."""
        if text is not None and (len(text) > MAX_TEXT or self._kept + len(text) > MAX_KEPT):
            text = None
        self._kept += len(text or "")
        self._known[url] = text
        self._only_store.pop(url, None)


class Libraries:
    """Corrects the setters in *evidence* of what the scripts of one session store."""

    def __init__(self, session: Session, *, evidence: Evidence, texts: Texts) -> None:
        self._session = session
        self._evidence = evidence
        self._texts = texts
        self._answers: dict[str, str] = {}  # URL of a script or document -> its request
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._left = MAX_ASKED
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Runtime.executionContextsCleared", self._begun)

    def _begun(self, _: Params) -> None:
        self._left = MAX_ASKED

    def _asked(self, params: Params) -> None:
        if params.get("type") in ("Script", "Document"):
            url = params["request"]["url"]
            self._answers.pop(url, None)
            self._answers[url] = params["requestId"]
            if len(self._answers) > MAX_ANSWERS:
                del self._answers[next(iter(self._answers))]

    def consider(
        self,
        items: list[Any],
        name: str,
        way: Sequence[SetBy],
        *,
        page: str,
    ) -> None:
        """
        Correct the setter of the last of *items*, now or when the scripts are read.

        Args:
            items: Writes of cookies, or stored items.
            name: What is stored.
            way: The scripts on the way to the write, innermost first, each once.
            page: URL of the document.
        """
        way = [by for by in way if (by.url or "").startswith("http")][:MAX_STEPS]
        place = len(items) - 1
        if not way or way[0] != items[place].by:
            return
        if len(way) == 1:
            if self._left and not self.sure(str(way[0].url), page):
                self._begin(self._search(items, place, name, str(way[0].url)))
        elif all(str(by.url) in self._texts for by in way):
            self._correct(items, place, name, way, page)
        elif self._left and not self._alone(way[0], page):
            self._begin(self._read_and_correct(items, place, name, way, page))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._left -= 1
        task = asyncio.get_running_loop().create_task(work)
        self._evidence.searches.add(task)
        task.add_done_callback(self._evidence.searches.discard)

    async def _search(self, items: list[Any], place: int, name: str, library: str) -> None:
        """Look in the page's scripts for who had *library* store *name*."""
        await self._read(library)
        text = self._texts[library]
        if text is None or not self._stores(library) or not keeps_for_others(name, text):
            return
        others = [url for url in self._answers if url != library][:MAX_SEARCHED]
        for url in others:
            await self._read(url)
        if by := only_one(name, {url: self._texts[url] for url in others}, library=text):
            items[place] = msgspec.structs.replace(items[place], by=by)

    def sure(self, url: str, page: str) -> bool:
        """Tell whether it is known already that *url* stores for itself alone."""
        return url == page.split("#", 1)[0] or (url in self._texts and not self._stores(url))

    def _stores(self, url: str) -> bool:
        return passes_on(url) or self._texts.only_store(url)

    def _alone(self, inner: SetBy, page: str) -> bool:
        """Tell whether it is known already that nobody can have asked *inner*."""
        url = str(inner.url)
        if url not in self._texts:
            return False
        text = self._texts[url]
        ours = same_site(_host(url), _host(page))
        return text is None or not (ours or self._texts.only_store(url))

    async def _read_and_correct(
        self,
        items: list[Any],
        place: int,
        name: str,
        way: Sequence[SetBy],
        page: str,
    ) -> None:
        for by in way:
            await self._read(str(by.url))
            if self._alone(way[0], page):
                return
        self._correct(items, place, name, way, page)

    def _correct(
        self,
        items: list[Any],
        place: int,
        name: str,
        way: Sequence[SetBy],
        page: str,
    ) -> None:
        steps = [Step(by, self._texts[str(by.url)]) for by in way]
        if by := asker(name, steps, page=page):
            items[place] = msgspec.structs.replace(items[place], by=by)

    async def _read(self, url: str) -> None:
        """Have the text of the script or document at *url*, as far as it can be had."""
        if url in self._texts:
            return
        if url not in self._reading:
            self._reading[url] = asyncio.get_running_loop().create_task(self._fetch(url))
        await self._reading[url]
        self._reading.pop(url, None)

    async def _fetch(self, url: str) -> None:
        text = None
        with contextlib.suppress(DevToolsError, TimeoutError):
            if request := self._answers.get(url):
                told = await self._session.call(
                    "Network.getResponseBody", requestId=request, timeout=READ_LIMIT
                )
                text = None if told["base64Encoded"] else told["body"]
        self._texts.add(url, text)
