"""Bar the way of a tab to pages that may not be visited, and of our presses to the consent log."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

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
_PATTERNS = [{"resourceType": "Document"}, *({"urlPattern": each} for each in _TOLD)]
_OPEN = [{"name": "Access-Control-Allow-Origin", "value": "*"}]


def guard(
    session: Session,
    *,
    frame: str,
    gate: Gate,
    refused: Callable[[Statement], None],
    badge: Badge | None = None,
) -> None:
    """
    Ask *gate* before each document that the main frame *frame* of *session* goes to.

    Each hop of a redirect is asked for. A page that is barred leaves the one before it standing.
    What Kapsel's own banner reports of a press of ours, or of none, is answered here: a scan is no
    visitor, and would stand in the owner's log and numbers.

    Args:
        refused: Called with the reason when the way was barred.
        badge: Headers and a password that the site's own servers get, and no other.
    """
    tasks: set[asyncio.Task[None]] = set()
    asked: set[str] = set()  # requests for which a server wanted a password

    def go_on(params: Params) -> None:
        request, url = params["request"], params["request"]["url"]
        ours = badge.headers if badge is not None and badge.fits(url) else {}
        headers = [{"name": k, "value": v} for k, v in {**request["headers"], **ours}.items()]
        more = {"headers": headers} if ours else {}
        session.post("Fetch.continueRequest", requestId=params["requestId"], **more)

    async def admit(params: Params) -> None:
        reason = await gate(params["request"]["url"])
        if reason is None:
            go_on(params)
        else:
            refused(reason)
            request = params["requestId"]
            session.post("Fetch.failRequest", requestId=request, errorReason="Aborted")

    def paused(params: Params) -> None:
        request, url = params["requestId"], params["request"]["url"]
        posted = params["request"]["method"] == "POST" and params["resourceType"] != "Document"
        if posted and _TELLING.search(url):
            session.post(
                "Fetch.fulfillRequest", requestId=request, responseCode=201, responseHeaders=_OPEN
            )
            return
        document = params["resourceType"] == "Document" and params["frameId"] == frame
        if not document or not url.startswith("http"):
            go_on(params)
            return
        task = asyncio.get_running_loop().create_task(admit(params))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def wanted(params: Params) -> None:
        """Give the password once to a server of the site; who refuses it gets no more."""
        request = params["requestId"]
        answer: dict[str, str] = {"response": "CancelAuth"}
        known = badge.credentials if badge is not None else None
        fits = badge is not None and badge.fits(params["request"]["url"])
        if known is not None and fits and request not in asked:
            asked.add(request)
            answer = {"response": "ProvideCredentials"}
            answer |= {"username": known.user, "password": known.password}
        session.post("Fetch.continueWithAuth", requestId=request, authChallengeResponse=answer)

    session.on("Fetch.requestPaused", paused)
    session.on("Fetch.authRequired", wanted)
    patterns = [*_PATTERNS, *({"urlPattern": p} for p in (badge.patterns if badge else ()))]
    auth = badge is not None and badge.credentials is not None
    session.post("Fetch.enable", patterns=patterns, handleAuthRequests=auth)
