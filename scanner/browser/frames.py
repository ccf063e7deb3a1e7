"""The frames of a tab's page, and our own world in each, where its scripts see nothing of us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scanner.browser.devtools import DevToolsError

if TYPE_CHECKING:
    from scanner.browser.devtools import Params, Session

EVALUATE_LIMIT = 5.0  # seconds for one question to one frame
_WORLD = "kapsel"


class Frames:
    """Knows by the events of *session* which frames there are, and where our world is made."""

    def __init__(self, session: Session, *, main: str) -> None:
        self._session = session
        self._main = main
        self._frames: dict[str, None] = {main: None}  # outer before inner
        self._worlds: dict[str, int] = {}  # the context of our world, by frame
        self._pages: dict[str, int] = {}  # the context of the frame's own scripts, by frame
        session.on("Page.frameAttached", self._attached)
        session.on("Page.frameNavigated", self._navigated)
        session.on("Page.frameDetached", self._detached)
        session.on("Runtime.executionContextCreated", self._made)
        session.on("Runtime.executionContextDestroyed", self._destroyed)
        session.on("Runtime.executionContextsCleared", self._cleared)

    async def ask_all(self, script: str) -> dict[str, Any]:
        """Return what *script* answers in each frame, by frame; those that do not are left out."""
        answers = await asyncio.gather(*(self._ask(frame, script) for frame in self._frames))
        return {frame: told["value"] for frame, told in answers if told is not None}

    async def ask_main(self, script: str) -> Any:
        """Return what *script* answers in the main frame; None: nothing."""
        _, told = await self._ask(self._main, script)
        return told and told["value"]

    async def mind(self, script: str) -> bool:
        """
        Tell whether *script* answers yes in a frame's own world, where the page's scripts live.

        It may use what DevTools offers on its command line. A frame that does not answer minds.
        """
        if self._frames.keys() != self._pages.keys():
            return True
        posted = [
            self._session.post(
                "Runtime.evaluate",
                expression=script,
                contextId=context,
                includeCommandLineAPI=True,
                returnByValue=True,
            )
            for context in self._pages.values()
        ]
        try:
            async with asyncio.timeout(EVALUATE_LIMIT):
                answers = await asyncio.gather(*posted)
        except (DevToolsError, TimeoutError):
            return True
        return any(told["result"].get("value") is not False for told in answers)

    async def _ask(self, frame: str, script: str) -> tuple[str, Params | None]:
        try:
            async with asyncio.timeout(EVALUATE_LIMIT):
                known = self._worlds.get(frame)
                if known is not None:
                    try:
                        return frame, await self._evaluate(known, script)
                    except DevToolsError:  # the frame has gone on to another document
                        self._worlds.pop(frame, None)
                made = await self._session.post(
                    "Page.createIsolatedWorld", frameId=frame, worldName=_WORLD
                )
                return frame, await self._evaluate(made["executionContextId"], script)
        except (DevToolsError, TimeoutError):
            return frame, None

    async def _evaluate(self, world: int, script: str) -> Params | None:
        told = await self._session.post(
            "Runtime.evaluate",
            expression=script,
            contextId=world,
            awaitPromise=True,
            returnByValue=True,
        )
        return None if "exceptionDetails" in told else {"value": told["result"].get("value")}

    def _attached(self, params: Params) -> None:
        self._frames[params["frameId"]] = None

    def _navigated(self, params: Params) -> None:
        frame = params["frame"]["id"]
        if frame == self._main:
            self._frames = {frame: None}

    def _detached(self, params: Params) -> None:
        if params.get("reason") != "swap" and params["frameId"] != self._main:
            self._frames.pop(params["frameId"], None)

    def _made(self, params: Params) -> None:
        context = params["context"]
        place = context["auxData"]
        if place["isDefault"]:
            self._pages[place["frameId"]] = context["id"]
        elif context["name"] == _WORLD:
            self._worlds[place["frameId"]] = context["id"]

    def _destroyed(self, params: Params) -> None:
        gone = params["executionContextId"]
        self._worlds = {frame: id_ for frame, id_ in self._worlds.items() if id_ != gone}
        self._pages = {frame: id_ for frame, id_ in self._pages.items() if id_ != gone}

    def _cleared(self, _: Params) -> None:
        self._worlds.clear()
        self._pages.clear()
