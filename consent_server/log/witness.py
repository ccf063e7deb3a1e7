"""Tell somebody elsewhere of each checkpoint: what they have heard, nobody here can take back."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog

log = structlog.get_logger(__name__)

TIMEOUT = 5.0  # seconds for an answer
KEPT = 1000  # checkpoints that wait while nobody answers; of more the oldest are let go


class Witness:
    """Takes the checkpoints at *url*, as signed notes in the body of a POST."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: list[str] = []

    def add(self, note: str) -> None:
        """Let *note* be told the next time."""
        self._waiting = [*self._waiting, note][-KEPT:]

    def tell(self) -> None:
        """Send all that waits; what is not taken waits on."""
        if not self._waiting:
            return
        import httpx2  # only where there is a witness: it takes a megabyte

        notes = tuple(self._waiting)
        try:
            answer = httpx2.post(
                self._url,
                content="".join(notes).encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=TIMEOUT,
                trust_env=False,
            )
        except httpx2.HTTPError as exc:
            self._complain(str(exc) or type(exc).__name__)
            return
        if not answer.is_success:
            self._complain(f"it answered {answer.status_code}")
            return
        self._waiting = [note for note in self._waiting if note not in notes]

    def _complain(self, reason: str) -> None:
        host = urlsplit(self._url).hostname  # the path may be a secret
        log.warning("checkpoint not told", host=host, reason=reason, waiting=len(self._waiting))
