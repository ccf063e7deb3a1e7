"""Find the script that led a frame to a ``javascript:`` address: ``location = "javascript:…"``.

Pages cannot be watched there, and the code runs a moment later, when nobody is on the stack any
more. But the browser says that a frame is led there, and what the address is: then the scripts of
the page are searched for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from scanner.browser.devtools import DevToolsError
from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.debugger import Debugger
    from scanner.collectors.evidence import Evidence
    from scanner.collectors.stack import Frame

MAX_SCRIPTS = 300  # of a page that are searched
MAX_LEADS = 20  # addresses of a page that are searched for
WORDS = 6  # of the address's code by which its maker is known
_SCHEME = re.compile(r"\s*javascript:", re.IGNORECASE)


class _Script(NamedTuple):
    id: str
    url: str
    line: int  # from 0, where it begins in its file


class _Place(NamedTuple):
    exact: bool  # whether the code itself stands there, not only the scheme
    by: SetBy


class Leads:
    """Searches the scripts of one session; what waits for a search is done after it."""

    def __init__(self, session: Session, *, evidence: Evidence, debugger: Debugger) -> None:
        self._session = session
        self._evidence = evidence
        self._scripts: dict[str, _Script] = {}
        self._left = MAX_LEADS
        self._waiting: dict[str, list[Callable[[], None]]] = {}  # by the hash of the code
        self._searches: set[asyncio.Task[None]] = set()
        self._debugger = debugger
        session.on("Debugger.scriptParsed", self._parsed)
        session.on("Page.frameScheduledNavigation", self._led)
        session.on("Runtime.executionContextsCleared", self._begun)

    def delays(self, stack: Iterable[Frame], work: Callable[[], None]) -> bool:
        """Tell whether *work*, on what was done with *stack*, is done later, after a search."""
        for frame in stack:
            if (waiting := self._waiting.get(frame.hash or "")) is not None:
                waiting.append(work)
                return True
        return False

    def _begun(self, _: Params) -> None:
        self._scripts.clear()
        self._left = MAX_LEADS

    def _parsed(self, params: Params) -> None:
        url = params.get("embedderName") or params.get("url") or ""
        if not url and (maker := self._evidence.made.get(params["hash"])):
            url = maker.url or ""
        if url.startswith("http") and len(self._scripts) < MAX_SCRIPTS:
            script = _Script(params["scriptId"], url.split("#", 1)[0], params.get("startLine", 0))
            self._scripts[script.id] = script

    def _led(self, params: Params) -> None:
        """Begin to search for whoever led a frame to code."""
        scheme = _SCHEME.match(params["url"])
        if scheme is None or self._left == 0:
            return
        code = unquote(params["url"][scheme.end() :])
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        if digest in self._evidence.made or digest in self._waiting:
            return
        self._left -= 1
        self._waiting[digest] = []
        task = asyncio.get_running_loop().create_task(self._search(code, digest))
        self._searches.add(task)
        task.add_done_callback(self._searches.discard)

    async def _search(self, code: str, digest: str) -> None:
        try:
            await self._debugger.on()
            scripts = list(self._scripts.values())
            places = [
                place
                for found in await asyncio.gather(*(self._places(each, code) for each in scripts))
                for place in found
            ]
            exact = [place.by for place in places if place.exact]
            some = exact or [place.by for place in places]
            if len({by.url for by in some}) == 1:  # two are no proof
                self._evidence.made[digest] = some[0]
        finally:
            for work in self._waiting.pop(digest):
                work()

    async def _places(self, script: _Script, code: str) -> list[_Place]:
        """Return the places in *script* where *code*, or any such address, is written."""
        words = r"\W+".join(map(re.escape, re.findall(r"[\w$]{3,}", code)[:WORDS]))
        query = f"javascript:|{words}" if words else "javascript:"
        try:
            told = await self._session.call(
                "Debugger.searchInContent",
                scriptId=script.id,
                query=query,
                isRegex=True,
                timeout=2,
            )
        except (DevToolsError, TimeoutError):
            return []
        return [
            _Place(
                exact=bool(words and re.search(words, unquote(match["lineContent"]))),
                by=SetBy(
                    kind="script",
                    url=script.url,
                    line=script.line + int(match["lineNumber"]) + 1,
                ),
            )
            for match in told.get("result", ())
        ]
