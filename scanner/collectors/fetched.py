"""Find where code comes from that a script fetched as a text, and then had run.

The stack names the script that made code of the text, which is often the site's own loader. Whose
code it is, the browser knows by its hash: the answer that holds the same text is where it stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.browser.devtools import DevToolsError
from scanner.domains import same_site
from scanner.model import SetBy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.browser.devtools import Params, Session
    from scanner.collectors.evidence import Evidence
    from scanner.collectors.stack import Frame

MAX_ANSWERS = 30  # of a page whose texts are read
MAX_BYTES = 500_000  # of an answer that is read
READ_LIMIT = 2.0  # seconds for one of them

_MADE = ("blob:", "data:")  # how addresses of code begin that is no file
_FUNCTION = "(function anonymous(\n) {\n", "\n})"  # what `Function` puts around a text


class Fetched:
    """Reads what the scripts of one session fetched, once code runs that may have been fetched."""

    def __init__(self, session: Session, *, evidence: Evidence) -> None:
        self._session = session
        self._evidence = evidence
        self._answers: dict[str, tuple[str, str]] = {}  # request -> URL, kind of its content
        self._unread: set[str] = set()
        self._texts: dict[str, str] = {}  # hash of a text, or of code made of it -> request
        self._reading: asyncio.Task[None] | None = None
        session.on("Network.responseReceived", self._received)
        session.on("Runtime.executionContextsCleared", self._begun)

    def delays(self, stack: list[Frame], page: str, work: Callable[[], None]) -> bool:
        """Tell whether *work*, on what *stack* did on *page*, is done when answers are read."""
        digests = {digest for digest in map(_made, stack) if digest is not None}
        digests -= self._evidence.fetched.keys()
        if not digests or not self._answers:
            return False
        if self._reading is None and not self._unread:
            self._claim(digests, page)
            return False
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._evidence.searches.add(self._reading)
            self._reading.add_done_callback(self._evidence.searches.discard)
        reading = self._reading

        def then(_: asyncio.Task[None]) -> None:
            self._claim(digests, page)
            work()

        reading.add_done_callback(then)
        return True

    def _begun(self, _: Params) -> None:
        self._answers.clear()
        self._unread.clear()
        self._texts.clear()

    def _received(self, params: Params) -> None:
        if params.get("type") in ("Fetch", "XHR") and len(self._answers) < MAX_ANSWERS:
            response = params["response"]
            self._answers[params["requestId"]] = response["url"], response.get("mimeType", "")
            self._unread.add(params["requestId"])

    def _claim(self, digests: set[str], page: str) -> None:
        """Note whose the code of *digests* is: another site's, or what was sent as a script."""
        home = urlsplit(page).hostname or ""
        for digest in digests:
            url, kind = self._answers.get(self._texts.get(digest, ""), ("", ""))
            if url and ("script" in kind or not same_site(urlsplit(url).hostname or "", home)):
                self._evidence.fetched[digest] = SetBy(kind="script", url=url.split("#", 1)[0])

    async def _read(self) -> None:
        while self._unread:
            request = self._unread.pop()
            with contextlib.suppress(DevToolsError, TimeoutError):
                told = await self._session.call(
                    "Network.getResponseBody", requestId=request, timeout=READ_LIMIT
                )
                if not told["base64Encoded"] and len(told["body"]) <= MAX_BYTES:
                    self._texts.update(dict.fromkeys(_digests(told["body"]), request))


def _made(frame: Frame) -> str | None:
    """Return the hash of the code of *frame*, if it was made of a text."""
    if frame.origin is None and frame.url and not frame.url.startswith(_MADE):
        return None
    return frame.hash


def _digests(text: str) -> Iterator[str]:
    """Yield the hashes of *text* as code, as the browser tells them."""
    before, behind = _FUNCTION
    for code in (text, before + text + behind):
        yield hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
