"""The demo: scan the shop in both dresses, serve its banner, and let a visitor answer it."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from consent_server import tokens
from consent_server.app import create_app
from consent_server.demo import loopback, visitor
from consent_server.demo.shop.opening import LocalShop, first_free, on_ports, under_names
from consent_server.demo.shop.site import Dress
from consent_server.log import ConsentLog
from consent_server.settings import Settings
from scanner import knowledge, sites
from scanner.browser import open_browser
from scanner.crawl import Options
from scanner.database import open_database
from scanner.errors import KapselError
from scanner.resolve import Resolution
from scanner.scan import scan_site
from scanner.store import Store

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from consent_server.model import ConsentRecord
    from scanner.crawl import Progress
    from scanner.model import Scan

SITE = "fjellbua"  # the shop's key in the demo's sites.yaml


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """A demo that runs; made by `show`."""

    settings: Settings
    shop: LocalShop
    consent: str  # address of the consent server, without a slash at its end
    token: str  # opens the log


@contextlib.contextmanager
def show(folder: Path, *, port: int) -> Iterator[Showing]:
    """
    Serve the shop in both dresses, and its consent server, for people until the block ends.

    Args:
        folder: Where the demo's database and sites.yaml are kept; made if it is not there.
        port: The first to try.

    Raises:
        OSError: If the folder cannot be written, or no port is free.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("sites.yaml"), folder / "sites.yaml")
    token = tokens.new_token()
    settings = Settings(
        database=str(folder / "kapsel.db"), sites_file=folder / "sites.yaml", api_token=token
    )
    server = create_app(settings)
    apps = {"localhost": server, "127.0.0.1": server}
    with loopback.serve(apps, tls=False, port=first_free(port)) as opened:
        consent = f"http://localhost:{opened.port}"
        with on_ports(opened.port + 1, consent=consent) as shop:
            yield Showing(settings=settings, shop=shop, consent=consent, token=token)


async def scan_both(
    showing: Showing,
    *,
    browser: Path | None,
    progress: Callable[[Progress], None] | None,
    stop: asyncio.Event,
) -> tuple[Scan, ...]:
    """
    Scan the shop as found, then with Kapsel, under its own name; keep and return both scans.

    When *stop* is set the scan that runs is dropped, and fewer are returned.
    """
    settings = showing.settings
    (site,) = sites.pick(sites.load(settings.sites_file), [SITE])
    known = knowledge.load()
    engine = open_database(settings.database)
    scans: list[Scan] = []
    try:
        for dress, consent in (
            (Dress.AS_FOUND, None),
            (Dress.WITH_KAPSEL, create_app(settings)),
        ):
            with under_names(dress, consent=consent) as shop:
                options = Options(resolve=shop.resolve, insecure=True, browser=browser)
                async with open_browser(
                    browser, resolution=Resolution.parse(shop.resolve), insecure=True
                ) as opened:
                    scan = await scan_site(
                        site,
                        options=options,
                        browser=opened,
                        knowledge=known,
                        progress=progress,
                        stop=stop,
                    )
            if stop.is_set():
                break
            scans.append(Store(engine).save(scan))
    finally:
        engine.dispose()
    return tuple(scans)


async def decide_twice(showing: Showing, *, browser: Path | None) -> tuple[ConsentRecord, ...]:
    """
    Let one visitor accept and one refuse; return the two decisions as the log has them.

    Raises:
        KapselError: If a decision is not in the log as it was made.
    """
    answers = (True, False)
    async with open_browser(browser) as opened:
        keys = [
            await visitor.decide(opened, showing.shop.with_kapsel, accept=answer)
            for answer in answers
        ]
    engine = open_database(showing.settings.database)
    try:
        async with ConsentLog.open(engine) as log:
            found = [await log.get(key, site=SITE) for key in keys]
            records = tuple([await log.whole(record) for record in found if record is not None])
    finally:
        engine.dispose()
    if len(records) < len(keys):
        raise KapselError("the log has lost a decision that the server had acknowledged")
    for record, answer in zip(records, answers, strict=True):
        if set(record.choices.values()) != {answer}:
            raise KapselError(f"the log has other choices than the visitor made: {record.choices}")
    return records
