"""Bar the way of a tab to pages that may not be visited, and of our presses to the consent log."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scanner.browser.devtools import Params, Session
    from scanner.crawl.badge import Badge
    from scanner.model import Statement

    #: Says why a page may not be visited; None: it may.
    Gate = Callable[[str], Awaitable[Statement | None]]

#: Where Kapsel's own banner sends a decision, or that there was none: ``/w/{site}/consents``.
_TOLD = ("*/w/*/consents", "*/w/*/ignored")
_TELLING = re.compile(r"/w/.+/(consents|ignored)$")
_OURS = "/w/"  # in the address of all that Kapsel's banner asks for
_REDIRECTS = 300  # of them, and not of the pages that they lead to, is the status
_PATTERNS = [{"resourceType": "Document"}, *({"urlPattern": each} for each in _TOLD)]
_OPEN = [{"name": "Access-Control-Allow-Origin", "value": "*"}]


class Known:
    """What the barriers of one visitor know of the site."""

    def __init__(self) -> None:
        self.pages = 0  # that were gone to
        self.always = False  # whether all of its pages must be watched all the time


class Barrier:
    """
    Asks the gate before each document that the main frame of a tab or window goes to.

    Each hop of a redirect is asked for. A page that is barred leaves the one before it standing.
    What Kapsel's own banner reports of a press of ours, or of none, is answered here: a scan is no
    visitor, and would stand in the owner's log and numbers.

    While it is closed, all that a page loads takes a longer way through the browser. So it rests
    once a page's own document is there, until the page says that it goes on to another
    (`watch/ways.js`: it stands still until then) or is pressed on. It does not rest on the
    visitor's first page, and on no other of a site where Kapsel's banner is, or where a page was
    led on without a word, as frames of others can. Of a page that was, and that may be too far on
    its way when that is noticed, `slipped` tells; it should be read once more.
    """

    def __init__(
        self,
        session: Session,
        *,
        frame: str,
        gate: Gate,
        refused: Callable[[Statement], None],
        badge: Badge | None = None,
        known: Known | None = None,
    ) -> None:
        """
        Close it.

        Args:
            frame: The main frame of *session*.
            gate: See `Gate`.
            refused: Called with the reason when the way was barred.
            badge: Headers and a password that the site's own servers get, and no other.
            known: Of the site, shared by all barriers that rest at times; None: this one never
                does, nor where requests get a header or a password.
        """
        self.held = False  # whether it does not rest for now
        self.slipped = False  # whether a page may have gone where it may not
        self._session = session
        self._frame = frame
        self._gate = gate
        self._refused = refused
        self._badge = badge
        self._closed = False
        self._told = False  # whether the next document is one that we, or the page, told of
        self._way: str | None = None  # the request for the main frame's next document
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: set[str] = set()  # requests for which a server wanted a password
        self._auth = badge is not None and badge.credentials is not None
        self._patterns = [*_PATTERNS]
        self._patterns += ({"urlPattern": p} for p in (badge.patterns if badge else ()))
        needed = self._auth or len(self._patterns) > len(_PATTERNS)
        self._known = None if needed else known
        session.on("Fetch.requestPaused", self._paused)
        session.on("Fetch.authRequired", self._wanted)
        if self._known is not None:
            session.on("Network.requestWillBeSent", self._under_way)
        self.close()

    def begin(self) -> None:
        """Close it, for a page that is gone to."""
        if self._known is not None:
            self._known.pages += 1
        self.slipped = False
        self.expect()

    def expect(self) -> None:
        """Close it, as the page is about to go on."""
        self._told = True
        self.close()

    def close(self) -> None:
        """Ask for the next document, and for what Kapsel's banner sends."""
        self._way = None
        if not self._closed:
            self._closed = True
            patterns, auth = self._patterns, self._auth
            self._session.post("Fetch.enable", patterns=patterns, handleAuthRequests=auth)

    def _rest(self) -> None:
        """Let what is under way go on, and ask for nothing."""
        self._closed = False
        self._session.post("Fetch.disable")

    def _paused(self, params: Params) -> None:
        request, url = params["requestId"], params["request"]["url"]
        if "responseStatusCode" in params or "responseErrorReason" in params:
            if self._lets_rest(params):
                self._rest()
            else:
                self._session.post("Fetch.continueRequest", requestId=request)
            return
        posted = params["request"]["method"] == "POST" and params["resourceType"] != "Document"
        if posted and _TELLING.search(url):
            self._session.post(
                "Fetch.fulfillRequest", requestId=request, responseCode=201, responseHeaders=_OPEN
            )
            return
        document = params["resourceType"] == "Document" and params["frameId"] == self._frame
        if not document or not url.startswith("http"):
            self._go_on(params)
            return
        if self._known is not None and not (self._told or "redirectedRequestId" in params):
            self._known.always = True
        self._told = False
        self._way = request
        fail = {"requestId": request, "errorReason": "Aborted"}
        self._ask(
            url,
            lambda: self._go_on(params, answer=True),
            lambda: self._session.post("Fetch.failRequest", **fail),
        )

    def _ask(self, url: str, allowed: Callable[[], object], barred: Callable[[], object]) -> None:
        """Ask the gate whether the main frame may go to *url*."""

        async def asked() -> None:
            reason = await self._gate(url)
            if reason is None:
                allowed()
            else:
                self._refused(reason)
                barred()

        task = asyncio.get_running_loop().create_task(asked())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _go_on(self, params: Params, *, answer: bool = False) -> None:
        """Let a request go on; with *answer* its answer is to be seen as well."""
        request, url = params["requestId"], params["request"]["url"]
        more: dict[str, Any] = {"interceptResponse": True} if answer and self._may_rest else {}
        if self._badge is not None and (ours := self._badge.headers) and self._badge.fits(url):
            headers = {**params["request"]["headers"], **ours}
            more["headers"] = [{"name": k, "value": v} for k, v in headers.items()]
        self._session.post("Fetch.continueRequest", requestId=request, **more)

    @property
    def _may_rest(self) -> bool:
        known = self._known
        return known is not None and known.pages > 1 and not (known.always or self.held)

    def _lets_rest(self, params: Params) -> bool:
        """Tell whether what came is the document that was waited for, and can say where it goes."""
        if not self._may_rest or params["requestId"] != self._way:
            return False
        headers = {h["name"].lower(): h["value"] for h in params.get("responseHeaders", ())}
        leads_on = _REDIRECTS <= params.get("responseStatusCode", 0) < _REDIRECTS + 100
        return not leads_on and "sandbox" not in headers.get("content-security-policy", "")

    def _under_way(self, params: Params) -> None:
        """Bar the way to a document of which nothing was said; hear what Kapsel's banner sends."""
        url = params["request"]["url"]
        document = params.get("type") == "Document" and params.get("frameId") == self._frame
        silent = document and not self._closed and url.startswith("http")
        if self._known is not None and (_OURS in url or silent):
            self._known.always = True
            self.close()
        if silent:
            self._ask(url, lambda: None, self._stop)

    def _stop(self) -> None:
        self.slipped = True
        self._session.post("Page.stopLoading")

    def _wanted(self, params: Params) -> None:
        """Give the password once to a server of the site; who refuses it gets no more."""
        request = params["requestId"]
        answer: dict[str, str] = {"response": "CancelAuth"}
        known = self._badge.credentials if self._badge is not None else None
        fits = self._badge is not None and self._badge.fits(params["request"]["url"])
        if known is not None and fits and request not in self._asked:
            self._asked.add(request)
            answer = {"response": "ProvideCredentials"}
            answer |= {"username": known.user, "password": known.password}
        told = {"requestId": request, "authChallengeResponse": answer}
        self._session.post("Fetch.continueWithAuth", **told)
