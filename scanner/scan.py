"""Scan sites: crawl, fold, classify, judge. The one way in which every command does it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import structlog

from scanner import signals
from scanner.catalogue import MAX_PAGES, fold
from scanner.changes import compare
from scanner.classify import classify
from scanner.crawl import crawl
from scanner.dossier import Dossier, folder_of
from scanner.errors import KapselError
from scanner.findings import SEVERITIES, find
from scanner.model import BannerAnswer, Scan, State, Verdict, Visit
from scanner.redaction import redacted_read

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection

    from scanner.browser import Browser
    from scanner.crawl import Options, Progress
    from scanner.knowledge import Knowledge
    from scanner.model import Site, Subject

log = structlog.get_logger()

MAX_SIGNALS = 1000  # of a scan


async def scan_site(
    site: Site,
    *,
    options: Options,
    browser: Browser,
    knowledge: Knowledge,
    progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Scan:
    """
    Return what *site* stores and what is to be said of it. A fault of ours makes a failed scan.

    Args:
        progress: Told of each step.
        stop: When set, the scan ends soon with what it has found; its status is then "partial".

    Raises:
        EvidenceUnwritable: If the folder for evidence cannot be made.
    """
    started_at = dt.datetime.now(dt.UTC)
    dossier = None
    if options.evidence is not None:
        dossier = Dossier(folder_of(options.evidence, site=site.key, started_at=started_at))
    try:
        crawled = await crawl(
            site, options=options, browser=browser, progress=progress, stop=stop, dossier=dossier
        )
    except KapselError:
        raise  # the machine's fault, not this site's
    except Exception as exc:
        log.exception("scan failed", site=site.key, url=site.url)
        return _failed(site, started_at, exc)

    def judge(subject: Subject) -> Verdict:
        return classify(subject, knowledge=knowledge, overrides=site.overrides)

    reads = [redacted_read(read) for read in crawled.reads]
    folded = fold(reads, site=site, judge=judge)
    visits = tuple(read.visit for read in reads)
    told = signals.fold(
        (signal for read in reads for signal in read.signals), most=MAX_SIGNALS, pages=MAX_PAGES
    )
    return Scan(
        site=site.key,
        url=site.url,
        started_at=started_at,
        finished_at=crawled.finished_at,
        status=crawled.status,
        visits=visits,
        banner=crawled.banner,
        entries=folded.entries,
        findings=find(
            visits=visits,
            banner=crawled.banner,
            entries=folded.entries,
            refused=folded.refused,
            signals=told,
        ),
        refused=folded.refused,
        signals=told,
        exhibits=crawled.exhibits,
    )


def _failed(site: Site, started_at: dt.datetime, exc: Exception) -> Scan:
    """Return a scan that says why there is none."""
    lines = str(exc).strip().splitlines()
    reason = f"the scan broke: {type(exc).__name__}" + (f": {lines[0]}" if lines else "")
    visits = (
        Visit(url=site.url, final_url=site.url, state=State.BEFORE, status=None, failure=reason),
    )
    banner = BannerAnswer()
    return Scan(
        site=site.key,
        url=site.url,
        started_at=started_at,
        finished_at=dt.datetime.now(dt.UTC),
        status="failed",
        visits=visits,
        banner=banner,
        entries=(),
        findings=find(visits=visits, banner=banner, entries=()),
    )


def failures(scan: Scan, *, before: Scan | None, fail_on: Collection[str]) -> tuple[str, ...]:
    """
    Return why a run with ``--fail-on`` fails because of *scan*, in words; nothing: it does not.

    Args:
        before: The scan before it; None: there was none, so that nothing is new.
        fail_on: Rules, severities (that one and all worse) and "new".
    """
    words = []
    if scan.status == "failed":
        words.append("the scan failed")
    bounds = [SEVERITIES.index(word) for word in fail_on if word in SEVERITIES]
    for finding in scan.findings:
        severe = any(SEVERITIES.index(finding.severity) <= bound for bound in bounds)
        if severe or finding.rule in fail_on:
            words.append(f"{finding.rule} ({finding.severity})")
    if "new" in fail_on and before is not None and scan.status != "failed":
        new = compare(before, scan).new
        words += [f"new: {entry.name} ({entry.domain})" for entry in new]
    return tuple(words)
