"""Open closed shadow roots to our survey: a visitor sees what is in them, scripts do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

from scanner.answer.look import script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import CDPSession, Frame, Page


async def open_closed(page: Page) -> None:
    """Note the closed shadow roots of *page* and its frames where survey.js looks for them."""
    targets: list[Page | Frame] = [page, *page.frames[1:]]
    for target in targets:
        try:
            session = await page.context.new_cdp_session(target)
        except Error:
            continue  # a frame of its parent's process: the parent's tree holds it
        try:
            await _note(session)
        except Error:
            continue  # it navigates: there is nothing to look at in it
        finally:
            await _leave(session)


async def _note(session: CDPSession) -> None:
    tree = await session.send("DOM.getDocument", {"depth": -1, "pierce": True})
    for node in _closed(tree["root"]):
        found = await session.send("DOM.resolveNode", {"backendNodeId": node})
        await session.send(
            "Runtime.callFunctionOn",
            {
                "objectId": found["object"]["objectId"],
                "functionDeclaration": script("closed.js"),
            },
        )


async def _leave(session: CDPSession) -> None:
    try:
        await session.detach()
    except Error:
        return  # the page is gone, and the session with it


def _closed(root: dict[str, Any]) -> Iterator[int]:
    """Yield the closed shadow roots below *root*; deep documents must not exhaust the stack."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.get("shadowRootType") == "closed":
            yield node["backendNodeId"]
        waiting += node.get("children", [])
        waiting += node.get("shadowRoots", [])
        if "contentDocument" in node:
            waiting.append(node["contentDocument"])
