"""Scripts at addresses of their own, which answer the same bytes for ever; see `edition`."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from consent_server.document import NAME_LENGTH, Document
from scanner.database import answering

if TYPE_CHECKING:
    from consent_server.log.releases import Releases

SCRIPT = "text/javascript; charset=utf-8"
NAME = re.compile(rf"[0-9a-f]{{{NAME_LENGTH}}}")

_HELD = 16  # editions in memory, each of some 150 KB; pages still name few


class Editions:
    """Finds what was ever served by its name; use from one event loop."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._lock = asyncio.Lock()  # a script that many wait for is compressed once
        self._held: dict[tuple[str, str], Document] = {}

    async def get(self, site: str, name: str) -> Document | None:
        """
        Return the script of *site* whose digest begins with *name*; None: none was served.

        Raises:
            DatabaseUnusable: If the database fails, and the script is not in memory.
        """
        found = self._held.get((site, name))
        if found is None:
            async with self._lock:
                found = self._held.get((site, name))
                found = found or await asyncio.to_thread(self._read, site, name)
        return found

    def _read(self, site: str, name: str) -> Document | None:
        if not site.isprintable():  # PostgreSQL knows no NUL
            return None
        with answering():
            body = self._releases.script(site, name)
        if body is None:
            return None
        if len(self._held) >= _HELD:
            del self._held[next(iter(self._held))]
        document = self._held[site, name] = Document.of(body, media_type=SCRIPT)
        return document
