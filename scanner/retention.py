"""How long scans and their evidence are kept, and their end.

A scan shows what a site did while visitors agreed to it, so it is kept for as long as their
decisions are, unless sites.yaml says otherwise. Never touched are the scans that today's catalogue,
its news and the schedule rest on, those that were the newest when something was served for the
first time, and since when each item is known.
"""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, NamedTuple

from scanner.dossier import begun
from scanner.errors import EvidenceUnwritable
from scanner.store import MAX_MERGED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from scanner.model import Site
    from scanner.store import Kept, Store

PROOF_DAYS = 5 * 365  # for which a consent may have to be proven after it ended
NEWEST = MAX_MERGED + 1  # scans that did not fail: those of a catalogue, and the one before


class Outdated(NamedTuple):
    """What is too old to be kept."""

    scans: tuple[Kept, ...]
    folders: tuple[Path, ...]  # with evidence

    def __str__(self) -> str:
        return f"{len(self.scans)} scans and {len(self.folders)} folders of evidence"


def kept_days(site: Site, days: int | None = None) -> int:
    """Return for how many days decisions of *site* are kept: *days*, its own number, or ours."""
    return days or site.keep_days or site.banner.remember_days + PROOF_DAYS


def scan_days(site: Site, days: int | None = None) -> int:
    """Return for how many days scans of *site* are kept: *days*, its own number, or as answers."""
    return days or site.keep_scan_days or kept_days(site)


def prune(
    store: Store,
    site: Site,
    *,
    now: dt.datetime,
    days: int | None = None,
    evidence: Path | None = None,
    dry_run: bool = False,
) -> Outdated:
    """
    Delete the scans of *site* that are too old, and their folders under *evidence*.

    Args:
        days: For which scans are kept; None: as `scan_days` says.
        dry_run: Only tell which they are.

    Raises:
        DatabaseUnusable: If the database fails.
        EvidenceUnwritable: If a folder cannot be deleted.
    """
    before = now - dt.timedelta(days=scan_days(site, days))
    history = store.history(site.key, limit=None)
    old = outdated(history, before=before, served=store.served_since(site.key))
    staying = {scan.started_at for scan in history} - {scan.started_at for scan in old}
    folders = _folders(evidence, site.key, before=before, staying=staying) if evidence else ()
    if not dry_run:
        for folder in folders:  # first, so that one that stays is found again
            _delete(folder)
        store.forget([scan.id for scan in old])
    return Outdated(old, folders)


def outdated(
    history: Sequence[Kept], *, before: dt.datetime, served: Collection[dt.datetime]
) -> tuple[Kept, ...]:
    """
    Return the scans of *history* that may go.

    Args:
        history: All scans of one site, newest first.
        before: What began later is not too old.
        served: When something was served for the first time, made of the newest scan then.
    """
    good = [scan for scan in history if scan.status != "failed"]
    staying = {scan.id for scan in (*history[:1], *good[:NEWEST])}
    for moment in served:
        staying |= {scan.id for scan in _newest(good, moment)}
    return tuple(scan for scan in history if scan.started_at < before and scan.id not in staying)


def _newest(good: Sequence[Kept], moment: dt.datetime) -> Sequence[Kept]:
    """Return those of *good* that a catalogue was made of at the *moment*."""
    known = [scan for scan in good if scan.finished_at <= moment]
    return known[: 1 if known and known[0].status == "complete" else MAX_MERGED]


def _folders(
    root: Path, site: str, *, before: dt.datetime, staying: Collection[dt.datetime]
) -> tuple[Path, ...]:
    """Return the evidence folders of *site* that are too old; the database knows milliseconds."""
    known = {_whole(moment) for moment in staying}
    own = root / site
    if not own.is_dir():
        return ()
    return tuple(
        folder
        for folder in sorted(own.iterdir())
        if (time := begun(folder)) is not None and time < before and _whole(time) not in known
    )


def _whole(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as exc:
        raise EvidenceUnwritable(f"{folder}: cannot be deleted: {exc.strerror or exc}") from exc
