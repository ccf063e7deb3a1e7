"""What ``kapsel scan`` and ``kapsel watch`` share: their options, and a round of scans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from scanner.commands.options import browser_option

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scanner.crawl import Options, Progress
    from scanner.messages import Post
    from scanner.model import Scan, Site
    from scanner.store import Store

#: As in model.State; written out so that ``--help`` imports nothing.
STATES = ("before", "accept", "reject", "withdraw", "gpc")

_OPTIONS = (
    click.option(
        "--state",
        "states",
        multiple=True,
        type=click.Choice(STATES),
        help="Come as a visitor in this state; repeatable. Without it: as sites.yaml says.",
    ),
    click.option(
        "--max-pages",
        type=click.IntRange(1, 10_000),
        default=None,
        help="Pages to visit in each state. Without it: as sites.yaml says.",
    ),
    click.option(
        "--resolve",
        multiple=True,
        metavar="HOST[:PORT]=ADDRESS[:PORT]",
        help="Connect to this address for this host, also '*.example'; repeatable.",
    ),
    click.option("--insecure", is_flag=True, help="Accept any certificate."),
    click.option(
        "--ignore-robots",
        is_flag=True,
        help="Visit what robots.txt forbids: for sites of your own.",
    ),
    browser_option,
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
        resolve: tuple[str, ...],
        insecure: bool,
        ignore_robots: bool,
        browser: Path | None,
        smtp: str | None,
        mail_from: str | None,
        webhook_secret: str | None,
    ) -> How:
        """Return how to scan and how to tell of it, as the command line said it."""
        from scanner.crawl import Options
        from scanner.messages import Post
        from scanner.model import State

        options = Options(
            states=tuple(state for state in State if state in states) or None,
            max_pages=max_pages,
            resolve=resolve,
            insecure=insecure,
            ignore_robots=ignore_robots,
            browser=browser,
        )
        return cls(options, Post(secret=webhook_secret, smtp=smtp, sender=mail_from))


async def scan_round(
    sites: Iterable[Site],
    *,
    how: How,
    store: Store | None,
    save: bool,
    done: Callable[[Scan, Scan | None], None],
    progress: Callable[[Progress], None] | None,
    stop: asyncio.Event,
    keep_cut_short: bool = True,
) -> None:
    """
    Scan *sites* one after the other; each scan is saved, and told of, before the next begins.

    Args:
        store: Where the scans are kept; None: nowhere.
        save: Keep the scans, and tell whom sites.yaml names what they brought.
        done: Told of each scan that has ended, and of the one before it, if there was one.
        stop: When set, the scan that runs ends soon, and no other begins.
        keep_cut_short: Keep the scan that *stop* has ended, too.
    """
    from scanner.browser import open_browser
    from scanner.knowledge import load
    from scanner.resolve import Resolution
    from scanner.scan import scan_site

    knowledge = load()
    resolution = Resolution.parse(how.options.resolve)
    for site in sites:
        if stop.is_set():
            return
        # a browser for each: what one site does to it is not the next one's fate
        async with open_browser(
            how.options.browser, resolution=resolution, insecure=how.options.insecure
        ) as browser:
            scan = await scan_site(
                site,
                options=how.options,
                browser=browser,
                knowledge=knowledge,
                progress=progress,
                stop=stop,
            )
        before = store.before(scan) if store is not None else None
        if store is not None and save and (keep_cut_short or not stop.is_set()):
            scan = store.save(scan)
            await _tell(site, scan, before, how.post)
        done(scan, before)


async def _tell(site: Site, scan: Scan, before: Scan | None, post: Post) -> None:
    """Tell whom the site names what is new; what cannot be sent is said, and changes nothing."""
    from scanner.messages import tell
    from scanner.model import Notify
    from scanner.news import news

    told = news(scan, before)
    if told is not None and site.notify != Notify():
        for problem in await tell(told, site.notify, post=post):
            click.echo(f"kapsel: {site.key}: {problem}", err=True)
