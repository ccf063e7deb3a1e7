"""Let the rules of @duckduckgo/autoconsent find and answer a banner, in a world of their own."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import structlog
from playwright.async_api import Error

from scanner.answer.look import script

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import CDPSession, Frame, Page

    from scanner.answer.bundle import Bundle

WORLD = "kapsel"  # name of the isolated world
HEARS = "kapselHears"  # what bridge.js calls

#: What the engine calls a banner that it knows by no rule.
HEURISTIC = "HEURISTIC"

#: Seconds that a rule may take: the slowest wait for a second layer.
RULE_PATIENCE = 4.0

#: "reject" presses nothing that accepts; the engine's further modes would.
CONFIG: dict[str, Any] = {
    "enabled": True,
    "autoAction": None,
    "disabledCmps": [],
    "enablePrehide": False,  # a banner that is hidden was not answered
    "enableCosmeticRules": False,
    "enableGeneratedRules": True,
    "detectRetries": 8,
    "isMainWorld": False,
    "prehideTimeout": 0,
    "enableHeuristicDetection": True,
    "heuristicMode": "reject",
}

log = structlog.get_logger()


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine says; which fields there are depends on the type."""

    type: str
    cmp: str = ""
    result: bool = False
    id: str = ""
    code: str = ""
    label: str = ""
    box: tuple[int, int, int, int] | None = None


class Pressed(NamedTuple):
    """An element that the engine pressed."""

    label: str
    box: tuple[int, int, int, int] | None  # in the window; None: not known


class Autoconsent:
    """The engine, in one page; made by `enter`."""

    def __init__(self, page: Page, bundle: Bundle) -> None:
        self._page = page
        self._bundle = bundle
        self._worlds: dict[tuple[CDPSession, int], str] = {}  # our contexts, and their frames
        self._pages: dict[tuple[CDPSession, str], int] = {}  # frames, and the page's own contexts
        self._sessions: list[CDPSession] = []
        self._replies: set[asyncio.Task[None]] = set()
        self._popups: list[tuple[CDPSession, int, str]] = []
        self._results: dict[str, bool] = {}
        self.presses: list[Pressed] = []  # since the last `tell`
        self._news = asyncio.Event()

    @classmethod
    async def enter(cls, page: Page, bundle: Bundle) -> Autoconsent:
        """Start the engine in *page* and all its frames; it looks, and does nothing more."""
        self = cls(page, bundle)
        await self._attach(page)
        for frame in page.frames[1:]:
            await self._attach(frame)
        return self

    async def leave(self) -> None:
        """Stop listening. The page keeps running; the engine has no say any more."""
        for task in self._replies:
            task.cancel()
        for session in self._sessions:
            try:
                await session.detach()
            except Error:
                continue  # the page is gone

    async def found(self, *, within: float) -> str | None:
        """Return the name of a rule whose banner is on the screen; None: none *within* seconds."""
        await self._wait(lambda: bool(self._popups), within)
        return self._popups[0][2] if self._popups else None

    async def tell(self, *, accept: bool) -> bool:
        """Let the rule that was found accept, or refuse; return whether it says that it did."""
        if not self._popups:
            return False
        session, world, _ = self._popups[0]
        kind = "optIn" if accept else "optOut"
        self._results.pop(kind, None)
        self.presses.clear()
        if not await self._send(session, world, {"type": kind}):
            return False
        await self._wait(lambda: kind in self._results, RULE_PATIENCE)
        return self._results.get(kind, False)

    async def _wait(self, done: Callable[[], bool], patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                while not done():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    async def _attach(self, target: Page | Frame) -> None:
        """Enter all frames of one process; a frame that shares its parent's needs nothing."""
        try:
            session = await self._page.context.new_cdp_session(target)
        except Error:
            return
        self._sessions.append(session)
        session.on("Runtime.executionContextCreated", lambda event: self._note(session, event))
        session.on("Runtime.bindingCalled", lambda event: self._hear(session, event))
        try:
            await session.send("Runtime.enable")
            await session.send("Runtime.addBinding", {"name": HEARS, "executionContextName": WORLD})
            tree = await session.send("Page.getFrameTree")
            for id_ in _frames(tree["frameTree"]):
                await self._start(session, id_)
        except Error as exc:  # the page navigates away: there is nothing to answer in it
            log.debug("banner rules not started", reason=str(exc))

    async def _start(self, session: CDPSession, frame: str) -> None:
        made = await session.send(
            "Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD}
        )
        world = made["executionContextId"]
        self._worlds[session, world] = frame
        expression = f"{script('bridge.js')}\n{self._bundle.engine}"
        await session.send("Runtime.evaluate", {"contextId": world, "expression": expression})

    def _note(self, session: CDPSession, event: dict[str, Any]) -> None:
        context = event["context"]
        about = context.get("auxData", {})
        if about.get("isDefault"):
            self._pages[session, about.get("frameId", "")] = context["id"]

    def _hear(self, session: CDPSession, event: dict[str, Any]) -> None:
        world = event["executionContextId"]
        if event["name"] != HEARS or (session, world) not in self._worlds:
            return
        message = msgspec.json.decode(event["payload"], type=_Message)
        if message.type == "popupFound":
            self._popups.append((session, world, message.cmp))
            self._popups.sort(key=lambda popup: popup[2] == HEURISTIC)
        elif message.type == "pressed":
            self.presses.append(Pressed(message.label, message.box))
        elif message.type in ("optOutResult", "optInResult"):
            self._results[message.type.removesuffix("Result")] = message.result
        elif message.type in ("init", "eval"):
            reply = self._introduce if message.type == "init" else self._evaluate
            task = asyncio.create_task(reply(session, world, message))
            self._replies.add(task)
            task.add_done_callback(self._replies.discard)
        self._news.set()

    async def _introduce(self, session: CDPSession, world: int, _message: _Message) -> None:
        rules = {"autoconsent": rules_for(self._page.url, self._bundle.rules)}
        await self._send(session, world, {"type": "initResp", "rules": rules, "config": CONFIG})

    async def _evaluate(self, session: CDPSession, world: int, message: _Message) -> None:
        """Some rules ask the page's own world, as in ``window.Example.denyAll()``."""
        context = self._pages.get((session, self._worlds[session, world]))
        result = None
        if context is not None:
            try:
                told = await session.send(
                    "Runtime.evaluate",
                    {
                        "contextId": context,
                        "expression": message.code,
                        "returnByValue": True,
                        "awaitPromise": True,
                    },
                )
                result = told["result"].get("value")
            except Error:
                result = None
        await self._send(session, world, {"type": "evalResp", "id": message.id, "result": result})

    async def _send(self, session: CDPSession, world: int, message: dict[str, Any]) -> bool:
        try:
            await session.send(
                "Runtime.callFunctionOn",
                {
                    "executionContextId": world,
                    "functionDeclaration": script("receive.js"),
                    "arguments": [{"value": message}],
                },
            )
        except Error:  # the frame is gone
            return False
        return True


def rules_for(url: str, rules: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return those of *rules* that can hold on *url* and do more than hide a banner."""
    return [
        rule
        for rule in rules
        if not rule.get("cosmetic")
        and _holds(rule.get("runContext", {}).get("urlPattern") or "", url)
    ]


def _holds(pattern: str, url: str) -> bool:
    try:
        return re.search(pattern, url) is not None
    except re.error:  # written for another dialect: let the engine decide
        return True


def _frames(tree: dict[str, Any]) -> list[str]:
    children = [_frames(child) for child in tree.get("childFrames", [])]
    return [tree["frame"]["id"], *(id_ for ids in children for id_ in ids)]
