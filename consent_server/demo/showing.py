"""The demo: scan the shop in both dresses, serve its banner, and let a visitor answer it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from scanner.browser import open_browser
from scanner.crawl import Options
from scanner.scan import scan_site
from scanner.store import Store

from consent_server import tokens
from consent_server.app import create_app
from consent_server.demo import loopback, visitor
from consent_server.demo.shop.opening import LocalShop, first_free, on_ports, under_names
from consent_server.demo.shop.site import Dress
from consent_server.log import ConsentLog
from consent_server.settings import Settings
from scanner import knowledge, sites
from scanner.database import open_database
from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.crawl import Progress

    from consent_server.demo.shop.opening import NamedShop
    from consent_server.model import ConsentRecord
    from scanner.model import Scan

SITE = "fjellbua"  # the shop's key in the demo's sites.yaml


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """A demo that runs; made by `show`."""

    settings: Settings
    shop: LocalShop
    consent: str  # address of the consent server, without a slash at its end
    token: str


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
    with loopback.serve(
        {"localhost": server, "127.0.0.1": server}, tls=False, port=first_free(port)
    ) as opened:
        consent = f"http://localhost:{opened.port}"
        with on_ports(opened.port + 1, consent=consent) as shop:
            yield Showing(settings=settings, shop=shop, consent=consent, token=token)


async def scan_both(
    showing: Showing,
    *,
    browser: Path | None,
    progress: Callable[[Progress], None] | None,
) -> tuple[Scan, Scan]:
    """Scan the shop as found and with Kapsel, under its own name; keep and return both scans."""
    engine = open_database(showing.settings.database)
    try:
        store = Store(engine)
        with under_names(Dress.AS_FOUND) as shop:
            as_found = store.save(await _scan(shop, showing, browser, progress))
        with under_names(Dress.WITH_KAPSEL, consent=create_app(showing.settings)) as shop:
            with_kapsel = store.save(await _scan(shop, showing, browser, progress))
    finally:
        engine.dispose()
    return as_found, with_kapsel


async def _scan(
    shop: NamedShop,
    showing: Showing,
    browser: Path | None,
    progress: Callable[[Progress], None] | None,
) -> Scan:
    (site,) = sites.pick(sites.load(showing.settings.sites_file), [SITE])
    options = Options(resolve=shop.resolve, insecure=True, browser=browser)
    async with open_browser(browser, resolution=options.resolution, insecure=True) as opened:
        return await scan_site(
            site,
            options=options,
            browser=opened,
            knowledge=knowledge.load(),
            progress=progress,
        )


async def decide_twice(showing: Showing, *, browser: Path | None) -> tuple[ConsentRecord, ...]:
    """
    Let one visitor accept and one refuse; return the two decisions as the log has them.

    Raises:
        KapselError: If a decision is not in the log as it was made.
    """
    async with open_browser(browser) as opened:
        ids = [
            await visitor.decide(opened, showing.shop.with_kapsel, accept=accept)
            for accept in (True, False)
        ]
    engine = await asyncio.to_thread(open_database, showing.settings.database)
    try:
        async with ConsentLog.open(engine) as log:
            records = [await log.get(key) for key in ids]
    finally:
        engine.dispose()
    found = tuple(record for record in records if record is not None)
    for record, accepted in zip(found, (True, False), strict=False):
        if set(record.choices.values()) != {accepted}:
            raise KapselError(f"the log has other choices than the visitor made: {record.choices}")
    if len(found) != len(ids):
        raise KapselError("a decision that the server acknowledged is not in the log")
    return found
