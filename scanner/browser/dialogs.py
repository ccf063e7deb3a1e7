"""Answer what pages ask in dialogs, so that none stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.collectors.scripts import LEAVING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.browser.devtools import Params, Session

MAX_DIALOGS = 15  # alerts of one page before its scripts are stopped


class Dialogs:
    """Says no to all that the pages of one target ask, and stops those that ask and ask."""

    def __init__(self, session: Session, *, leaving: Callable[[], None] | None = None) -> None:
        """
        Listen to *session*.

        Args:
            leaving: Called while a page that is about to go elsewhere stands still.
        """
        self.lent = False  # whether somebody else answers what the page wants to have confirmed
        self._session = session
        self._leaving = leaving
        self._asked = 0
        session.on("Page.javascriptDialogOpening", self._opened)

    def begin(self) -> None:
        """Forget what the last page asked."""
        self._asked = 0

    @property
    def loop(self) -> bool:
        """Whether the page had to be stopped because it asked and asked."""
        return self._asked > MAX_DIALOGS

    def _opened(self, params: Params) -> None:
        if params.get("message") == LEAVING:
            if self._leaving is not None:
                self._leaving()
            self._answer(yes=True)
            return
        if params.get("type") == "beforeunload":
            self._answer(yes=True)
            return
        self._asked += 1
        if self.lent and params.get("type") == "confirm" and not self.loop:
            return
        self._answer(yes=False)
        if self.loop:
            self._session.post("Runtime.terminateExecution")

    def _answer(self, *, yes: bool) -> None:
        self._session.post("Page.handleJavaScriptDialog", accept=yes)
