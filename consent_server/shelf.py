"""What each site is served, in memory; made anew when sites.yaml or the newest scan has changed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec
import structlog

from consent_server import origin, publishing
from consent_server.document import Document
from consent_server.editions import SCRIPT
from consent_server.enforcement import enforcement
from consent_server.model import Declaration
from scanner import sites
from scanner.database import answering
from scanner.errors import DatabaseUnusable, SitesInvalid
from scanner.model import Override, Site
from scanner.sites.saving import save_override
from widget.enforce.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from consent_server.log.releases import Releases
    from scanner.store import Store

#: Seconds for which nobody asks whether something has changed; for as many again, who comes is
#: served what is there, while one asks.
FRESH = 0.5

log = structlog.get_logger(__name__)


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """What one site is served just now."""

    site: Site
    declaration: Declaration
    domains: frozenset[str]  # registrable, whose pages may send decisions
    revisions: frozenset[str]  # that were ever shown
    script: Document
    facts: Document
    rules: Rules  # what must wait for consent
    enforcement: Document  # the same, for the site's own application


class Shelf:
    """Keeps what is served; use from one event loop."""

    def __init__(
        self,
        store: Store,
        releases: Releases,
        sites_file: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._releases = releases
        self._sites_file = sites_file
        self._clock = clock
        self._lock = asyncio.Lock()
        self._stamp: tuple[int, int] | None = None  # of sites.yaml as it was read
        self._sites: dict[str, Site] = {}
        self._served: dict[str, Served] = {}
        self._scans: dict[str, int | None] = {}  # site -> the scan that it is served from
        self._fresh_until: dict[str, float] = {}
        self._renewing: asyncio.Future[None] | None = None
        self.mistakes: list[str] = []  # in sites.yaml as it is now; the sites are those before

    async def open(self) -> None:
        """
        Read sites.yaml.

        Raises:
            SitesInvalid: If it cannot be used.
        """
        await asyncio.to_thread(self._read_sites)

    async def sites(self) -> tuple[Site, ...]:
        """Return all sites, in the order of sites.yaml."""
        async with self._lock:
            await asyncio.to_thread(self._follow_sites)
        return tuple(self._sites.values())

    def override(self, key: str, override: Override) -> None:
        """
        Write *override* of the site *key* into sites.yaml; it raises as `save_override` does.

        It waits for the disk, so call it in a thread.
        """
        save_override(self._sites_file, site=key, override=override)

    async def look_again(self, key: str) -> None:
        """Make the site *key* anew if it has changed, without waiting until somebody asks."""
        self._fresh_until.pop(key, None)
        await self.get(key)

    def at_hand(self, key: str) -> Served | None:
        """Return what the site *key* is served, if that is known without asking anybody."""
        now, until = self._clock(), self._fresh_until.get(key, 0.0)
        if now < until:
            return self._served.get(key)
        if now < until + FRESH and key in self._served:
            if self._renewing is None or self._renewing.done():
                self._renewing = asyncio.ensure_future(self._renew(key))
            return self._served[key]
        return None

    async def _renew(self, key: str) -> None:
        async with self._lock:
            await asyncio.to_thread(self._renewed, key)

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._renewing is not None:
            await self._renewing

    async def get(self, key: str) -> Served | None:
        """
        Return what the site *key* is served; None: there is no such site.

        Raises:
            DatabaseUnusable: If the database fails, and the site was not served before.
        """
        served = self.at_hand(key)
        if served is None:
            async with self._lock:
                served = self.at_hand(key) or await asyncio.to_thread(self._renewed, key)
        return served

    def _renewed(self, key: str) -> Served | None:
        self._follow_sites()
        site = self._sites.get(key)
        if site is None:
            self._served.pop(key, None)
            self._fresh_until.pop(key, None)
            return None
        served = self._served.get(key)
        try:
            with answering():
                newest = self._store.newest_id(key)
                if served is None or served.site != site or self._scans[key] != newest:
                    served = self._made(site)
                    self._served[key] = served
                    self._scans[key] = newest
        except DatabaseUnusable as exc:
            if served is None:
                raise
            log.warning("the site is served as it was", site=key, reason=str(exc))
        self._fresh_until[key] = self._clock() + FRESH
        return served

    def _made(self, site: Site) -> Served:
        published = publishing.made(site, store=self._store, releases=self._releases)
        catalogue, declaration, made = published
        rules = enforcement(site, catalogue, declaration)
        publishing.keep(published, self._releases)
        log.info("site made ready", site=site.key, revision=declaration.revision)
        return Served(
            site=site,
            declaration=declaration,
            domains=origin.domains(site),
            revisions=self._releases.revisions(site.key),
            script=Document.of(made.script, media_type=SCRIPT),
            facts=Document.of(made.facts, media_type="application/json"),
            rules=rules,
            enforcement=Document.of(msgspec.json.encode(rules), media_type="application/json"),
        )

    def _follow_sites(self) -> None:
        """Read sites.yaml again if it has changed; while it has mistakes, stay with the last."""
        try:
            self._read_sites()
        except SitesInvalid as exc:
            self.mistakes = exc.mistakes
            log.warning("sites.yaml is wrong; the sites stay as they were", mistakes=exc.mistakes)

    def _read_sites(self) -> None:
        try:
            status = self._sites_file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        if stamp is not None and stamp == self._stamp:
            return
        self._stamp = stamp
        self._sites = {site.key: site for site in sites.load(self._sites_file)}
        self.mistakes = []
