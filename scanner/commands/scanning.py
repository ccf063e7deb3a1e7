"""What ``kapsel scan`` and ``kapsel watch`` share: their options, and a round of scans."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from scanner.commands import visitors
from scanner.commands.options import browser_option, time_zone
from scanner.errors import BrowserMissing, BrowserUnfit, DatabaseUnusable, KapselError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanner.crawl import Options, Progress
    from scanner.crawl.logbook import Logbook, Record
    from scanner.messages import Post
    from scanner.model import Scan, Site
    from scanner.news import News
    from scanner.store import Store
    from scanner.unfinished import Unfinished

#: As in model.State; written out so that ``--help`` imports nothing.
STATES = (
    "before",
    "accept",
    "reject",
    "withdraw",
    "gpc",
    "accept:functional",
    "accept:statistics",
    "accept:marketing",
)

_OPTIONS = (
    click.option(
        "--state",
        "--states",
        "states",
        multiple=True,
        type=click.Choice(STATES),
        metavar="STATE",
        help="Come as a visitor in this state; repeatable. Without it: as sites.yaml says. It is "
        "before, accept, reject, withdraw, gpc, or accept:CATEGORY for one category alone.",
    ),
    click.option(
        "--max-pages",
        type=click.IntRange(1, 10_000),
        default=None,
        help="Pages to visit in each state. Without it: as sites.yaml says.",
    ),
    click.option(
        "--max-minutes",
        type=click.IntRange(1, 24 * 60),
        default=None,
        help="Minutes that the scan of a site may take; what was found by then is kept as a "
        "partial scan. Without it: as sites.yaml says.",
    ),
    click.option(
        "--resolve",
        multiple=True,
        metavar="HOST[:PORT]=ADDRESS[:PORT]",
        help="Connect to this address for this host, also '*.example'; repeatable.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Sites to scan at once, each in a browser of its own.",
    ),
    click.option("--insecure", is_flag=True, help="Accept any certificate."),
    click.option(
        "--ignore-robots",
        is_flag=True,
        help="Visit what robots.txt forbids: for sites of your own.",
    ),
    click.option(
        "--repeat",
        type=click.IntRange(1, 20),
        default=1,
        show_default=True,
        help="Read everything so often, and mark what was not there each time.",
    ),
    click.option(
        "--settle",
        type=click.Choice(("virtual", "real")),
        default=None,
        help="By which time pages settle: real for pages whose timing is odd. Without it: as "
        "sites.yaml says.",
    ),
    click.option(
        "--tabs",
        type=click.IntRange(1, 16),
        default=None,
        help="Pages of a site that are open at once; without it 4.",
    ),
    *visitors.OPTIONS,
    browser_option,
    click.option(
        "--pictures",
        default=None,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Keep a picture of the page before each press in a banner, named by its SHA-256.",
    ),
    click.option(
        "--evidence",
        default=None,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Keep pictures, the scan and its report there, with a manifest of their SHA-256.",
    ),
    click.option(
        "--har",
        is_flag=True,
        help="Archive the traffic in each state, too, without secrets; needs --evidence.",
    ),
    click.option(
        "--smtp",
        envvar="KAPSEL_SMTP",
        default=None,
        metavar="URL",
        help="Mail server for notify, smtp://[user:password@]host[:port] or smtps://…",
    ),
    click.option(
        "--mail-from",
        envvar="KAPSEL_MAIL_FROM",
        default=None,
        metavar="ADDRESS",
        help="Where these e-mails come from; without it kapsel@ this machine.",
    ),
    click.option(
        "--webhook-secret",
        envvar="KAPSEL_WEBHOOK_SECRET",
        default=None,
        metavar="SECRET",
        help="Signs what webhooks get.",
    ),
)


def scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how to scan."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


class How(NamedTuple):
    """What the options say."""

    options: Options
    post: Post

    @classmethod
    def read(
        cls,
        *,
        states: tuple[str, ...],
        max_pages: int | None,
        max_minutes: int | None,
        resolve: tuple[str, ...],
        insecure: bool,
        ignore_robots: bool,
        repeat: int,
        settle: str | None,
        tabs: int | None,
        browser: Path | None,
        pictures: Path | None,
        evidence: Path | None,
        har: bool,
        smtp: str | None,
        mail_from: str | None,
        webhook_secret: str | None,
        **visitor: Any,
    ) -> How:
        """Return how to scan and how to tell of it, as the command line said it."""
        from scanner.crawl import Options
        from scanner.crawl.settle import Clock
        from scanner.messages import Post
        from scanner.model import State

        if har and evidence is None:
            raise click.UsageError("--har archives into the folder of --evidence: name one")
        options = Options(
            states=tuple(state for state in State if state in states) or None,
            max_pages=max_pages,
            max_minutes=max_minutes,
            resolve=resolve,
            insecure=insecure,
            ignore_robots=ignore_robots,
            browser=browser,
            pictures=pictures,
            evidence=evidence,
            har=har,
            settle=Clock(settle) if settle else None,
            tabs=tabs,
            repeat=repeat,
            visitor=visitors.read_visitor(**visitor),
        )
        return cls(options, Post(secret=webhook_secret, smtp=smtp, sender=mail_from))


class Round(NamedTuple):
    """What one run of a command does with each site."""

    how: How
    store: Store | None  # None: there is no history, and nothing is kept
    save: bool  # keep the scans, and tell whom sites.yaml names what they brought
    done: Callable[[Scan, Scan | None], None]  # told of each scan, and of the one before it
    progress: Callable[[Progress], None] | None
    stop: asyncio.Event  # when set, the scans that run end soon, and no other begins
    keep_cut_short: bool = True  # keep the scans that *stop* has ended, too
    resume: bool = False  # go on with scans that were broken off


async def scan_round(sites: Iterable[Site], *, of: Round, jobs: int = 1) -> None:
    """
    Scan *sites*; each scan is saved, and told of, as soon as it has ended.

    Args:
        jobs: Sites that are scanned at once, each in a browser of its own.

    Raises:
        KapselError: If no browser can be started or a scan cannot be kept; the scans that
            have ended by then stay kept. Where one has ended, a browser that does not start is
            the fault of its site alone, which is told when the others are scanned.
    """
    waiting = iter(sites)
    left_out: list[KapselError] = []
    scanned = False

    async def work() -> None:
        nonlocal scanned
        for site in waiting:
            if of.stop.is_set():
                return
            try:
                await _scan_one(site, of)
                scanned = True
            except (BrowserMissing, BrowserUnfit) as fault:
                if not scanned:
                    raise
                left_out.append(type(fault)(f"{site.key}: {fault}"))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(work())
    except* KapselError as faults:
        raise faults.exceptions[0] from None
    if left_out:
        *others, last = left_out
        for fault in others:
            click.echo(f"kapsel: {fault}", err=True)
        raise last


async def _scan_one(site: Site, of: Round) -> None:
    from scanner.browser import open_browser
    from scanner.knowledge import load
    from scanner.model import Notify
    from scanner.news import news
    from scanner.resolve import Resolution
    from scanner.scan import scan_site

    options = of.how.options
    knowledge, resolution = load(), Resolution.parse(options.resolve)
    # a browser for each: what one site does to it is not the next one's fate
    unfinished = of.store.unfinished(site, options=options) if of.store and of.save else None
    book = _book(unfinished, resume=of.resume)
    async with open_browser(
        options.browser, resolution=resolution, insecure=options.insecure
    ) as browser:
        scan = await scan_site(
            site,
            options=options,
            browser=browser,
            knowledge=knowledge,
            progress=of.progress,
            stop=of.stop,
            book=book,
        )
    before = of.store.before(scan) if of.store is not None else None
    try:
        if of.store is not None and of.save and (of.keep_cut_short or not of.stop.is_set()):
            newest = of.store.history(site.key, limit=1)
            scan = of.store.save(scan)
            if unfinished is not None and book.done(
                options.states or site.states, runs=options.repeat
            ):
                unfinished.forget()
            told = news(scan, before, failed_before=bool(newest) and newest[0].status == "failed")
            wanted = site.notify != Notify() and not of.stop.is_set()
            if told is not None and wanted:
                await _tell(told, site, of.how.post)
    finally:
        of.done(scan, before)
    if options.evidence is not None:
        _seal(scan, site, options.evidence)


def _seal(scan: Scan, site: Site, root: Path) -> None:
    """Write down in the evidence folder of *scan* what was found, and what is there."""
    from scanner.dossier import Dossier, folder_of
    from scanner.report.document import scans_document
    from scanner.report.page import html
    from scanner.wording import words_for

    folder = folder_of(root, site=scan.site, started_at=scan.started_at)
    document = scans_document([scan], changes={})
    spoken = words_for(site, zone_name=time_zone())
    report = html([scan], evidence=root, spoken=spoken)
    Dossier(folder).seal(scan, document=document, report=report)


def _book(unfinished: Unfinished | None, *, resume: bool) -> Logbook:
    """Return a logbook that is kept, and holds what was read before if the scan is to go on."""
    from scanner.crawl.logbook import Logbook

    if unfinished is None:
        return Logbook()
    records = unfinished.records(now=_now()) if resume else ()
    if not records:
        unfinished.forget()
    told = False

    async def keep(record: Record) -> None:
        """Keep a record; a scan that could not go on later goes on now."""
        nonlocal told
        try:
            await asyncio.to_thread(unfinished.keep, record, now=_now())
        except DatabaseUnusable as exc:
            if not told:
                click.echo(f"kapsel: --resume will not work: {exc}", err=True)
            told = True

    return Logbook(records, keep=keep)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def _tell(told: News, site: Site, post: Post) -> None:
    """Tell whom the site names; what cannot be sent is said, and changes nothing."""
    from scanner.messages import send
    from scanner.news import message
    from scanner.wording import words_for

    spoken = words_for(site, zone_name=time_zone())
    for problem in await send(message(told, spoken), site.notify, post=post):
        click.echo(f"kapsel: {site.key}: {problem}", err=True)
