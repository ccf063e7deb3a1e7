"""Find where scripts come from that call themselves otherwise (``//# sourceURL=…``).

Who asked for something is told by what a script calls itself. Only the debugger knows better, and
it is dear: so it is asked where a name is none of the addresses that were loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.collectors.network import caller, initiator

if TYPE_CHECKING:
    from scanner.browser.devtools import Params, Session
    from scanner.collectors.debugger import Debugger
    from scanner.collectors.evidence import Evidence
    from scanner.model import SetBy

MAX_KNOWN = 20_000  # addresses of a tab that are remembered
_OWN = ("about:", "blob:", "data:", "javascript:")  # addresses that are not loaded


class Names:
    """Puts right in *evidence* who asked for what is asked for in one target."""

    def __init__(self, session: Session, *, evidence: Evidence, debugger: Debugger) -> None:
        self._evidence = evidence
        self._debugger = debugger
        self._known: set[str] = set()
        self._doubtful: list[tuple[dict[str, Any], SetBy]] = []  # initiator -> as it was taken
        session.on("Network.requestWillBeSent", self._asked)

    def _asked(self, params: Params) -> None:
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known.add(params["request"]["url"].split("#", 1)[0])
        told = params.get("initiator", {})
        by = caller(told.get("stack"), self._evidence.addresses)
        url = None if by is None or by.url is None else by.url.split("#", 1)[0]
        if by is None or url is None or url in self._known or url.startswith(_OWN):
            return
        self._doubtful.append((told, by))
        if len(self._doubtful) == 1:
            self._debugger.turn_on().add_done_callback(lambda _: self._answered())

    def _answered(self) -> None:
        """Take what was doubtful for what the debugger has told since."""
        for told, taken in self._doubtful:
            by = initiator(told, self._evidence.addresses)
            if by == taken and taken.url is not None:
                self._known.add(taken.url.split("#", 1)[0])  # that is its name
            else:
                self._evidence.correct(taken, by)
        self._doubtful.clear()
