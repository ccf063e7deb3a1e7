"""What `kapsel watch` does between scans: what is old goes, requests are told of in time."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from consent_server.log.retention import REQUEST_DAYS, not_listed, prune, unlisted
from consent_server.pages import PAGES
from consent_server.rights.notice import notice
from scanner import retention
from scanner.commands.options import time_zone
from scanner.errors import DatabaseUnusable, EvidenceUnwritable, LogUnavailable
from scanner.messages import send
from scanner.model import Notify
from scanner.wording import words_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from consent_server.log import ConsentLog
    from consent_server.rights.inbox import Inbox
    from consent_server.rights.model import RightsRequest
    from scanner.deeds import Deeds
    from scanner.messages import Post
    from scanner.model import Site
    from scanner.store import Store

RETRY = dt.timedelta(hours=1)  # after which a message that reached nobody is sent again


class Chores:
    """Call it now and then; it knows by itself what is due."""

    def __init__(
        self,
        log: ConsentLog,
        inbox: Inbox,
        deeds: Deeds,
        store: Store,
        *,
        post: Post,
        evidence: Path | None = None,
        say: Callable[[str], None],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._log = log
        self._inbox = inbox
        self._deeds = deeds
        self._store = store
        self._evidence = evidence
        self._post = post
        self._say = say
        self._clock = clock
        self._unsent: dict[str, dt.datetime] = {}  # request -> when it is tried again
        self._pruned: dt.date | None = None  # the day on which what is old was erased

    async def __call__(self, sites: Sequence[Site]) -> None:
        """Do for *sites* what is due; what cannot be done now is said, and tried again."""
        now = self._clock()
        for request in await asyncio.to_thread(self._inbox.find):
            waits = now < self._unsent.get(request.id, now)
            if request.reminded < request.tellings_due(now) and not waits:
                await self._tell(request, sites, now)
        if self._pruned != now.date():
            try:
                await self._prune(sites, now)
            except LogUnavailable as exc:
                self._say(f"old decisions are not erased now: {exc}")
            except (DatabaseUnusable, EvidenceUnwritable) as exc:
                self._say(f"old scans are not deleted now: {exc}")
            else:
                self._pruned = now.date()

    async def _tell(self, request: RightsRequest, sites: Sequence[Site], now: dt.datetime) -> None:
        """Tell whom the site of *request* names; if nobody could be told, try again later."""
        site = next((site for site in sites if site.key == request.site), None)
        spoken = words_for(site, PAGES, zone_name=time_zone())
        message = notice(request, now=now, spoken=spoken)
        wanted = site.notify if site else Notify()
        problems = await send(message, wanted, post=self._post)
        for problem in problems:
            self._say(f"{request.site}: {problem}")
        addresses = len(wanted.webhook) + len(wanted.slack) + bool(wanted.email)
        if addresses and len(problems) >= addresses:
            self._unsent[request.id] = now + RETRY
            return
        self._say(message.title)
        await asyncio.to_thread(self._inbox.told, request.id, request.tellings_due(now))

    async def _prune(self, sites: Sequence[Site], now: dt.datetime) -> None:
        for site in sites:
            if number := await prune(self._log, site, now=now):
                said = f"{number} old decisions"
                self._say(f"{site.key}: {said} erased")
                await self._note("erased old decisions", site=site.key, detail=said)
            await self._prune_scans(site, now)
        for key in await unlisted(self._log, sites):
            self._say(not_listed(key))
        before = now - dt.timedelta(days=REQUEST_DAYS)
        if number := await asyncio.to_thread(self._inbox.prune, closed_before=before):
            await self._log.forget()
            said = f"{number} requests that were answered long ago"
            self._say(f"{said} are erased")
            await self._note("erased old requests", site=None, detail=said)

    async def _prune_scans(self, site: Site, now: dt.datetime) -> None:
        old = await asyncio.to_thread(
            retention.prune, self._store, site, now=now, evidence=self._evidence
        )
        if old.scans or old.folders:
            self._say(f"{site.key}: {old}, too old, deleted")
            await self._note("deleted old scans", site=site.key, detail=str(old))

    async def _note(self, action: str, *, site: str | None, detail: str) -> None:
        await asyncio.to_thread(self._deeds.did, action, site=site, detail=detail)
