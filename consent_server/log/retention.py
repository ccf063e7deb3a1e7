"""How long decisions and requests are kept, and their end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from consent_server.model import Filter
from scanner.retention import kept_days

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from consent_server.log import ConsentLog
    from scanner.model import Site

REQUEST_DAYS = 3 * 365  # that a request is kept after it was answered


async def prune(
    log: ConsentLog,
    site: Site,
    *,
    now: dt.datetime,
    days: int | None = None,
    dry_run: bool = False,
) -> int:
    """Erase what is personal in decisions of *site* that are too old; return how many."""
    kept = kept_days(site, days)
    old = Filter(site=site.key, until=now - dt.timedelta(days=kept))
    if dry_run:
        return await log.count(old)
    return await log.erase_all(old, reason=f"older than {kept} days")


async def unlisted(log: ConsentLog, sites: Iterable[Site]) -> list[str]:
    """Return the keys of the sites whose decisions never grow too old: they are not in *sites*."""
    others = sorted({*await log.sites()} - {site.key for site in sites})
    return [key for key in others if await log.count(Filter(site=key))]


def not_listed(key: str, file: Path | str = "sites.yaml") -> str:
    """Return what an operator is told of the site *key*, which is not in *file*."""
    return (
        f"{key} is in the log, but not in {file}: nothing of it is erased by age. "
        "List it, without a schedule, until its decisions are gone."
    )
