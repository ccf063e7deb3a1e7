"""Where the rules come from: a file, or the consent server with a copy for when it is away."""

from __future__ import annotations

import logging
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol

import msgspec

from widget.enforce.rules import Rules

EVERY = 60.0  # seconds between two questions to the consent server
TIMEOUT = 5.0  # seconds that it has for an answer
MOST = 4_000_000  # bytes of rules

log = logging.getLogger(__name__)


class Source(Protocol):
    """What knows the rules."""

    def rules(self) -> Rules:
        """Return the rules as they are known now, without waiting."""


class RulesFile:
    """Rules that ``kapsel embed SITE --rules FILE`` has written; a newer file is taken at once."""

    def __init__(self, file: str | Path) -> None:
        """
        Raises:
            OSError: If the file cannot be read.
            msgspec.ValidationError: If it holds no rules.
        """
        self._file = Path(file)
        self._stamp = self._stat()
        self._rules = _read(self._file.read_bytes())

    def rules(self) -> Rules:
        """Return the rules; while the file is unusable, as they were."""
        try:
            stamp = self._stat()
            if stamp != self._stamp:
                self._stamp = stamp
                self._rules = _read(self._file.read_bytes())
        except (OSError, msgspec.MsgspecError) as exc:
            log.warning(
                "kapsel: %s is not usable, the rules stay as they were: %s", self._file, exc
            )
        return self._rules

    def _stat(self) -> tuple[int, int]:
        status = self._file.stat()
        return status.st_mtime_ns, status.st_size


class RulesServer:
    """Rules that a consent server gives out, asked for in the background.

    Until it has answered, and where there is no copy of an earlier answer, nothing is allowed but
    the site itself: an unreachable server grants nothing.
    """

    def __init__(
        self, server: str, site: str, *, copy: str | Path | None = None, every: float = EVERY
    ) -> None:
        """
        Args:
            server: Where the consent server is reached: ``https://consent.example.org``.
            site: Key of the site in its sites.yaml.
            copy: A file that keeps the newest rules, for the next start.
            every: Seconds between two questions.

        Raises:
            ValueError: If *server* is no http or https address.
        """
        if not server.startswith(("https://", "http://")):
            raise ValueError(f"{server}: where the consent server is, begins with https://")
        self._server = server.rstrip("/")
        self._address = f"{self._server}/w/{site}/enforcement.json"
        self._copy = Path(copy) if copy is not None else None
        self._every = every
        self._etag = ""
        self._next = 0.0
        self._asking: threading.Thread | None = None
        self._rules = Rules(site=site, server=self._server)
        self._recall()

    def rules(self) -> Rules:
        """Return the newest rules; ask for newer ones when it is time."""
        now = time.monotonic()
        if now >= self._next and not (self._asking and self._asking.is_alive()):
            self._next = now + self._every
            self._asking = threading.Thread(target=self._ask, name="kapsel-rules", daemon=True)
            self._asking.start()
        return self._rules

    def wait(self, timeout: float = TIMEOUT) -> Rules:
        """Ask now, if nobody is asking, and return the rules once there is an answer."""
        self.rules()
        if self._asking is not None:
            self._asking.join(timeout)
        return self._rules

    def _recall(self) -> None:
        if self._copy is None or not self._copy.exists():
            return
        try:
            kept = _read(self._copy.read_bytes())
        except (OSError, msgspec.MsgspecError) as exc:
            log.warning("kapsel: the copy %s is not usable: %s", self._copy, exc)
        else:
            self._rules = msgspec.structs.replace(kept, server=self._server)

    def _ask(self) -> None:
        headers = {"If-None-Match": self._etag} if self._etag else {}
        request = urllib.request.Request(self._address, headers=headers)  # noqa: S310 (checked)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                body = answer.read(MOST)
                rules = msgspec.structs.replace(_read(body), server=self._server)
                self._etag = answer.headers.get("ETag", "")
        except urllib.error.HTTPError as exc:
            if exc.code != 304:
                log.warning("kapsel: %s answered %d; the rules stay", self._address, exc.code)
        except (OSError, msgspec.MsgspecError) as exc:
            log.warning("kapsel: %s gave no rules; they stay: %s", self._address, exc)
        else:
            self._rules = rules
            self._keep(body)

    def _keep(self, body: bytes) -> None:
        if self._copy is None:
            return
        new = self._copy.with_name(self._copy.name + ".new")
        try:
            new.write_bytes(body)
            new.replace(self._copy)
        except OSError as exc:
            log.warning("kapsel: the copy %s could not be written: %s", self._copy, exc)


def _read(body: bytes) -> Rules:
    return msgspec.json.decode(body, type=Rules)
