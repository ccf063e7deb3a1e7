"""Scan sites: crawl, fold, classify, judge. The one way in which every command does it."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

import structlog

from scanner import aliases, cloaking, signals
from scanner.catalogue import MAX_PAGES, fold
from scanner.changes import compare
from scanner.classify import classify
from scanner.crawl import crawl
from scanner.dossier import Dossier, folder_of
from scanner.errors import KapselError, VariableMissing
from scanner.findings import SEVERITIES, find
from scanner.model import BannerAnswer, Scan, State, Verdict, Visit
from scanner.redaction import redacted_read
from scanner.repetition import differences, marked, visits_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection

    from scanner.browser import Browser
    from scanner.crawl import Crawl, Options, Progress
    from scanner.crawl.logbook import Logbook
    from scanner.knowledge import Knowledge
    from scanner.model import Site, Subject

log = structlog.get_logger()

MAX_SIGNALS = 1000  # of a scan
_STATUSES = ("complete", "partial", "failed")  # the worst of several runs is that of the scan


async def scan_site(
    site: Site,
    *,
    options: Options,
    browser: Browser,
    knowledge: Knowledge,
    progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    book: Logbook | None = None,
) -> Scan:
    """
    Return what *site* stores and what is to be said of it. A fault of ours makes a failed scan.

    Args:
        progress: Told of each step.
        stop: When set, the scan ends soon with what it has found; its status is then "partial".
        book: What is in it is not read again; what is read is put into it.

    Raises:
        EvidenceUnwritable: If the folder for evidence cannot be made.
    """
    started_at = dt.datetime.now(dt.UTC)
    dossier = None
    if options.evidence is not None:
        dossier = Dossier(folder_of(options.evidence, site=site.key, started_at=started_at))
    crawls: list[Crawl] = []
    try:
        while len(crawls) < options.repeat and not (stop is not None and stop.is_set() and crawls):
            crawled = await crawl(
                site,
                options=options,
                browser=browser,
                progress=progress,
                stop=stop,
                dossier=dossier,
                book=book,
                run=len(crawls),
            )
            crawls.append(crawled)
    except VariableMissing as exc:
        return _failed(site, started_at, str(exc))
    except KapselError:
        raise  # the machine's fault, not this site's
    except Exception as exc:
        log.exception("scan failed", site=site.key, url=site.url)
        lines = str(exc).strip().splitlines()
        reason = f"the scan broke: {type(exc).__name__}" + (f": {lines[0]}" if lines else "")
        return _failed(site, started_at, reason)

    def judge(subject: Subject) -> Verdict:
        return classify(subject, knowledge=knowledge, overrides=site.overrides)

    runs = [[redacted_read(read) for read in crawled.reads] for crawled in crawls]
    parts = [fold(reads, site=site, judge=judge) for reads in runs]
    folded, banner = parts[0], crawls[0].banner
    visits = tuple(read.visit for read in runs[0])
    unsteady: tuple[str, ...] = ()
    if len(crawls) > 1:
        folded = marked(fold(itertools.chain(*runs), site=site, judge=judge), parts)
        visited = [[read.visit for read in reads] for reads in runs]
        visits = visits_of(visited)
        unsteady = differences([crawled.banner for crawled in crawls], visited)
    read_in_all = [read for reads in runs for read in reads]
    hosts = cloaking.own_hosts(read_in_all, site)
    chains = await aliases.chains(hosts, resolution=browser.resolution) if hosts else {}
    told = signals.fold(
        (
            *(signal for read in read_in_all for signal in read.signals),
            *cloaking.signals(read_in_all, chains, site=site, judge=judge),
        ),
        most=MAX_SIGNALS,
        pages=MAX_PAGES,
    )
    return Scan(
        site=site.key,
        url=site.url,
        started_at=started_at,
        finished_at=crawls[-1].finished_at,
        status=max((crawled.status for crawled in crawls), key=_STATUSES.index),
        visits=visits,
        banner=banner,
        entries=folded.entries,
        findings=find(
            visits=visits,
            banner=banner,
            entries=folded.entries,
            refused=folded.refused,
            signals=told,
        ),
        refused=folded.refused,
        signals=told,
        exhibits=crawls[-1].exhibits,
        runs=len(crawls),
        unsteady=unsteady,
    )


def _failed(site: Site, started_at: dt.datetime, reason: str) -> Scan:
    """Return a scan that says why there is none."""
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
