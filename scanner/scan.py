"""Scan sites: crawl, fold, classify, judge. The one way in which every command does it."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import structlog

from scanner import aliases, cloaking, signals
from scanner.catalogue import MAX_PAGES, fold
from scanner.changes import compare
from scanner.classify import classify
from scanner.crawl import crawl
from scanner.dossier import Dossier, folder_of
from scanner.errors import KapselError, VariableMissing
from scanner.findings import SEVERITIES, find
from scanner.model import BannerAnswer, Scan, State, Visit, said
from scanner.redaction import redacted_read, redacted_url
from scanner.repetition import differences, marked, visits_of
from scanner.statements import in_english

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Collection

    from scanner.browser import Browser
    from scanner.catalogue import Folded
    from scanner.crawl import Crawl, Options, Progress
    from scanner.crawl.logbook import Logbook
    from scanner.knowledge import Knowledge
    from scanner.model import PageRead, Signal, Site, Statement, Subject, Verdict

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
    read = partial(
        crawl,
        site,
        options=options,
        browser=browser,
        progress=progress,
        stop=stop,
        dossier=dossier,
        book=book,
    )
    try:
        crawls = await _repeated(read, options.repeat, stop=stop)
    except VariableMissing as exc:
        return _failed(site, started_at, str(exc))
    except KapselError:
        raise  # the machine's fault, not this site's
    except Exception as exc:
        log.exception("scan failed", site=site.key, url=redacted_url(site.url))
        lines = str(exc).strip().splitlines()
        fault = type(exc).__name__ + (f": {lines[0]}" if lines else "")
        cause = said("broke", fault=fault)
        return _failed(site, started_at, in_english(cause), cause)
    judge = partial(classify, knowledge=knowledge, overrides=site.overrides)
    told = await _told(crawls, site, judge=judge, browser=browser)
    return msgspec.structs.replace(told, started_at=started_at)


async def _repeated(
    read: Callable[..., Awaitable[Crawl]], times: int, *, stop: asyncio.Event | None
) -> list[Crawl]:
    """Read a site so many *times*; at least once, however soon *stop* is set."""
    crawls = [await read(run=0)]
    while len(crawls) < times and not (stop is not None and stop.is_set()):
        crawls.append(await read(run=len(crawls)))
    return crawls


async def _told(
    crawls: list[Crawl],
    site: Site,
    *,
    judge: Callable[[Subject], Verdict],
    browser: Browser,
) -> Scan:
    """Return what *crawls*, each of the same pages, tell together."""
    runs = [[redacted_read(read) for read in crawled.reads] for crawled in crawls]
    folded, visits, unsteady = _compared(crawls, runs, site, judge)
    reads = list(itertools.chain(*runs))
    told = await _signals(reads, site, judge=judge, browser=browser)
    banner = crawls[0].banner
    return Scan(
        site=site.key,
        url=redacted_url(site.url),
        started_at=crawls[0].started_at,
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


def _compared(
    crawls: list[Crawl],
    runs: list[list[PageRead]],
    site: Site,
    judge: Callable[[Subject], Verdict],
) -> tuple[Folded, tuple[Visit, ...], tuple[str, ...]]:
    """Return the entries and the visits of all *runs*, and in what the runs differ, in words."""
    parts = [fold(reads, site=site, judge=judge) for reads in runs]
    visited = [[read.visit for read in reads] for reads in runs]
    if len(runs) == 1:
        return parts[0], tuple(visited[0]), ()
    folded = marked(fold(itertools.chain(*runs), site=site, judge=judge), parts)
    banners = [crawled.banner for crawled in crawls]
    return folded, visits_of(visited), differences(banners, visited)


async def _signals(
    reads: list[PageRead],
    site: Site,
    *,
    judge: Callable[[Subject], Verdict],
    browser: Browser,
) -> tuple[Signal, ...]:
    """Return the signals of all pages, and of names of the site behind which others stand."""
    hosts = cloaking.own_hosts(reads, site)
    chains = await aliases.chains(hosts, resolution=browser.resolution) if hosts else {}
    cloaked = cloaking.signals(reads, chains, site=site, judge=judge)
    seen = (signal for read in reads for signal in read.signals)
    return signals.fold((*seen, *cloaked), most=MAX_SIGNALS, pages=MAX_PAGES)


def _failed(
    site: Site, started_at: dt.datetime, reason: str, cause: Statement | None = None
) -> Scan:
    """Return a scan that says why there is none."""
    visits = (
        Visit(
            url=redacted_url(site.url),
            final_url=redacted_url(site.url),
            state=State.BEFORE,
            status=None,
            failure=reason,
            cause=cause,
        ),
    )
    banner = BannerAnswer()
    return Scan(
        site=site.key,
        url=redacted_url(site.url),
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
