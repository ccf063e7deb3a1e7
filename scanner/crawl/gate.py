"""Bar the way of a tab to pages that may not be visited, and of our presses to the consent log."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scanner.browser.devtools import Params, Session

    #: Says why a page may not be visited; None: it may.
    Gate = Callable[[str], Awaitable[str | None]]

#: Where Kapsel's own banner sends a decision: ``/w/{site}/consents``.
_DECISIONS = "*/w/*/consents"
_PATTERNS = [{"resourceType": "Document"}, {"urlPattern": _DECISIONS}]
_OPEN = [{"name": "Access-Control-Allow-Origin", "value": "*"}]


def guard(session: Session, *, frame: str, gate: Gate, refused: Callable[[str], None]) -> None:
    """
    Ask *gate* before each document that the main frame *frame* of *session* goes to.

    Each hop of a redirect is asked for. A page that is barred leaves the one before it standing.
    What Kapsel's own banner reports of a press of ours is answered here: a scan is no visitor, and
    its decisions would stand in the owner's log.

    Args:
        refused: Called with the reason when the way was barred.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def admit(request: str, url: str) -> None:
        reason = await gate(url)
        if reason is None:
            session.post("Fetch.continueRequest", requestId=request)
        else:
            refused(reason)
            session.post("Fetch.failRequest", requestId=request, errorReason="Aborted")

    def paused(params: Params) -> None:
        request, url = params["requestId"], params["request"]["url"]
        if params["request"]["method"] == "POST" and params["resourceType"] != "Document":
            session.post(
                "Fetch.fulfillRequest", requestId=request, responseCode=201, responseHeaders=_OPEN
            )
            return
        if params["frameId"] != frame or not url.startswith("http"):
            session.post("Fetch.continueRequest", requestId=request)
            return
        task = asyncio.get_running_loop().create_task(admit(request, url))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    session.on("Fetch.requestPaused", paused)
    session.post("Fetch.enable", patterns=_PATTERNS)
