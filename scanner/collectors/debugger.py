"""The debugger of a page, on only while it is needed: it makes each script of a page dearer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scanner.browser.devtools import DevToolsError

if TYPE_CHECKING:
    from scanner.browser.devtools import Params, Session

LIMIT = 2.0  # seconds until it tells of the scripts that the page has


class Debugger:
    """The debugger of one page or frame; it never pauses it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turning: asyncio.Future[Params] | None = None  # None: it is off
        session.on("Runtime.executionContextsCleared", self._left)

    def turn_on(self) -> asyncio.Future[Params]:
        """Turn it on; it has told of each script that the page has when the answer comes."""
        if self._turning is None:
            self._session.post("Debugger.setSkipAllPauses", skip=True)
            self._turning = self._session.post("Debugger.enable", maxScriptsCacheSize=0)
            self._session.post("Debugger.setSkipAllPauses", skip=True)
        return self._turning

    async def on(self) -> None:
        """Turn it on, and return when it has told of each script that the page has."""
        try:
            async with asyncio.timeout(LIMIT):
                await asyncio.shield(self.turn_on())
        except (DevToolsError, TimeoutError):
            return  # the page is gone

    def _left(self, _: Params) -> None:
        """Turn it off: the next document may need none."""
        if self._turning is not None:
            self._turning = None
            self._session.post("Debugger.disable")
