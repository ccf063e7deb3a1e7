"""Find the script that holds the text of code which ran when nobody was on the stack any more.

It led a frame to a ``javascript:`` address (``location = "javascript:…"``), or had the browser
itself call ``eval`` (``promise.then(eval)``). Neither can be watched in a page. But the browser
says that a frame is led there, and what the address is, and it still has what was run: then the
scripts of the page are searched for it. If none of them holds it, it was fetched, or put together:
then they are searched for whoever hands ``eval`` to a promise, and the answers for the text.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from scanner.browser.devtools import DevToolsError
from scanner.collectors.network import initiator
from scanner.collectors.stack import unclaimed
from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.debugger import Debugger
    from scanner.collectors.evidence import Evidence
    from scanner.collectors.stack import Frame

MAX_SCRIPTS = 300  # of a page that are searched
MAX_LEADS = 20  # addresses of a page that are searched for
MAX_FETCHED = 100  # answers of a page that are searched
WORDS = 6  # of the address's code by which its maker is known
_SCHEME = re.compile(r"\s*javascript:", re.IGNORECASE)
#: What hands to a promise what makes code of a text.
_HANDED = (
    r"\.(then|catch)\(\s*([\w$.[\]]+\.)?(eval|Function|constructor|setTimeout|setInterval)\s*[,)]"
)
#: What `Function` puts before the code that it makes a function of.
_HEAD = re.compile(r"\(?(async )?function\*? anonymous\([^)]*\n\) \{\n")


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
        self._nameless: dict[str, str] = {}  # identifiers of scripts without an address, by hash
        self._left = MAX_LEADS
        self._fetched: dict[str, dict[str, Any]] = {}  # what scripts asked for -> who, by DevTools
        self._waiting: dict[str, list[Callable[[], None]]] = {}  # by the hash of the code
        self._debugger = debugger
        session.on("Debugger.scriptParsed", self._parsed)
        session.on("Page.frameScheduledNavigation", self._led)
        session.on("Runtime.executionContextsCleared", self._begun)
        session.on("Network.requestWillBeSent", self._asked)

    def delays(self, stack: list[Frame], work: Callable[[], None], *, patched: bool) -> bool:
        """
        Tell whether *work*, on what was done with *stack*, is done later, after a search.

        Args:
            patched: Whether the page put something of its own in the place of what was called.
        """
        for frame in stack:
            if (waiting := self._waiting.get(frame.hash or "")) is not None:
                waiting.append(work)
                return True
        digest = unclaimed(stack, patched=patched)
        if digest is None or digest in self._evidence.made or self._left == 0:
            return False
        self._begin(digest, self._claim(digest))
        self._waiting[digest].append(work)
        return True

    async def _claim(self, digest: str) -> None:
        """Search for whoever holds the text of a script that has no address."""
        code = ""
        with contextlib.suppress(DevToolsError, TimeoutError):
            await self._debugger.on()
            if script := self._nameless.get(digest):
                told = await self._session.call(
                    "Debugger.getScriptSource", scriptId=script, timeout=2
                )
                code = told["scriptSource"]
        await self._search(code, digest, exact=True)

    def _begun(self, _: Params) -> None:
        self._scripts.clear()
        self._nameless.clear()
        self._fetched.clear()
        self._left = MAX_LEADS

    def _asked(self, params: Params) -> None:
        if params.get("type") in ("Fetch", "XHR") and len(self._fetched) < MAX_FETCHED:
            self._fetched[params["requestId"]] = params.get("initiator", {})

    def _parsed(self, params: Params) -> None:
        url = params.get("embedderName") or params.get("url") or ""
        if not url and (maker := self._evidence.made.get(params["hash"])):
            url = maker.url or ""
        if url.startswith("http") and len(self._scripts) < MAX_SCRIPTS:
            script = _Script(params["scriptId"], url.split("#", 1)[0], params.get("startLine", 0))
            self._scripts[script.id] = script
        elif not url and len(self._nameless) < MAX_SCRIPTS:
            self._nameless[params["hash"]] = params["scriptId"]

    def _led(self, params: Params) -> None:
        """Begin to search for whoever led a frame to code."""
        scheme = _SCHEME.match(params["url"])
        if scheme is None or self._left == 0:
            return
        code = unquote(params["url"][scheme.end() :])
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        if digest in self._evidence.made or digest in self._waiting:
            return
        self._begin(digest, self._search(code, digest))

    def _begin(self, digest: str, search: Coroutine[None, None, None]) -> None:
        self._left -= 1
        self._waiting[digest] = []
        task = asyncio.get_running_loop().create_task(search)
        self._evidence.searches.add(task)
        task.add_done_callback(self._evidence.searches.discard)

    async def _search(self, code: str, digest: str, *, exact: bool = False) -> None:
        """
        Note who made *code*, then do what waits for that.

        Args:
            exact: Only a script that holds the code itself will do.
        """
        try:
            await self._debugger.on()
            scripts = list(self._scripts.values())
            places = [
                place
                for found in await asyncio.gather(*(self._places(each, code) for each in scripts))
                for place in found
            ]
            some = [place.by for place in places if place.exact]
            if not exact:
                some = some or [place.by for place in places]
            elif not some:
                some = await self._running(code)
            if len({by.url for by in some}) == 1:  # two are no proof
                self._evidence.made[digest] = some[0]
        finally:
            for work in self._waiting.pop(digest):
                work()

    async def _running(self, code: str) -> list[SetBy]:
        """Return who had the browser make something of *code*, which stands in no script."""
        scripts = list(self._scripts.values())
        handing = [
            _at(script, match)
            for script, matches in zip(
                scripts,
                await asyncio.gather(*(self._matches(each, _HANDED) for each in scripts)),
                strict=True,
            )
            for match in matches
        ]
        if len({by.url for by in handing}) == 1:
            return handing
        fetching = await self._fetching(code)
        urls = {by.url for by in handing}
        return [by for by in fetching if by.url in urls or not urls]

    async def _fetching(self, code: str) -> list[SetBy]:
        """Return who asked for an answer that holds *code*."""
        words = _words(_HEAD.sub("", code))
        if not words:
            return []
        held = await asyncio.gather(
            *(
                self._found("Network.searchInResponseBody", words, requestId=each)
                for each in self._fetched
            )
        )
        told = zip(list(self._fetched.values()), held, strict=True)
        askers = [initiator(asked, self._evidence.addresses) for asked, matches in told if matches]
        return [by for by in askers if by is not None]

    async def _places(self, script: _Script, code: str) -> list[_Place]:
        """Return the places in *script* where *code*, or any such address, is written."""
        words = _words(code)
        query = f"javascript:|{words}" if words else "javascript:"
        return [
            _Place(
                exact=bool(words and re.search(words, unquote(match["lineContent"]))),
                by=_at(script, match),
            )
            for match in await self._matches(script, query)
        ]

    async def _matches(self, script: _Script, query: str) -> list[dict[str, Any]]:
        return await self._found("Debugger.searchInContent", query, scriptId=script.id)

    async def _found(self, method: str, query: str, **where: str) -> list[dict[str, Any]]:
        """Return the lines that match *query* in what *where* names."""
        try:
            told = await self._session.call(method, query=query, isRegex=True, timeout=2, **where)
        except (DevToolsError, TimeoutError):
            return []
        return list(told.get("result", ()))


def _words(code: str) -> str:
    """Return the pattern of the words with which *code* begins."""
    return r"\W+".join(map(re.escape, re.findall(r"[\w$]{3,}", code)[:WORDS]))


def _at(script: _Script, match: dict[str, Any]) -> SetBy:
    line = script.line + int(match["lineNumber"]) + 1
    return SetBy(kind="script", url=script.url, line=line)
