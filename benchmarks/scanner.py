"""How fast the crawl is, and what it finds, beside plain navigation and fixed waiting.

    .venv/bin/python -m benchmarks.scanner [--site usual small] [--pages 20] [--latency 0 0.05]
        [--rounds 3] [--long 100]

Two sites of linked pages on loopback (`scanner_sites` tells what is on them), served by a process
of its own, without and with a latency of each answer; each way of reading it in turn, round after
round, in a browser of its own. CPU
seconds and memory (PSS, the most of it) are those of the browser and, for CPU, of this process.
The share is that of raw navigation's pages in the same round.

Then a longer crawl of the same site, in virtual time and raw: the two lengths tell what a crawl
costs by itself (its profile and tabs, its start page alone, its last pages) and what each page
more does.

Others (website-evidence-collector, tracker-radar-collector) are no packages
of npm (asked in November 2026), so they do not stand beside us here.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.meter import Meter
from benchmarks.scanner_sites import HOSTS, SHOP, SITES, expected, serve_site
from scanner.browser import Browser, open_browser
from scanner.crawl import Options, crawl
from scanner.model import Fate, Kind, Observation, Site, State
from scanner.resolve import Resolution

Way = Callable[[Browser, list[str]], Awaitable[set[str]]]  # by which pages are read

FIXED = 3.0  # seconds that others wait on each page


async def raw(browser, urls):
    """DevTools alone, one tab, until the load event."""
    devtools = browser.devtools.browser
    context = (await devtools.call("Target.createBrowserContext"))["browserContextId"]
    loaded = asyncio.Event()

    target = await devtools.call("Target.createTarget", url="about:blank", browserContextId=context)
    attached = await devtools.call("Target.attachToTarget", **target, flatten=True)
    session = browser.devtools.session(attached["sessionId"])
    session.on("Page.loadEventFired", lambda _: loaded.set())
    await session.call("Page.enable")
    for url in urls:
        loaded.clear()
        await session.call("Page.navigate", url=url)
        await asyncio.wait_for(loaded.wait(), 30)
    jar = await devtools.call("Storage.getCookies", browserContextId=context)
    await devtools.call("Target.disposeBrowserContext", browserContextId=context)
    return {cookie["name"] for cookie in jar["cookies"]}


async def playwright(browser, urls, *, wait=0.0):
    """Playwright alone, one tab, until the load event, and *wait* seconds longer."""
    async with browser.visitor() as context:
        page = await context.new_page()
        for url in urls:
            await page.goto(url)
            await asyncio.sleep(wait)
        return {cookie["name"] for cookie in await context.cookies()}


async def kapsel(browser, urls, *, settle):
    """Our crawl, with all collectors."""
    site = Site(key="bench", url=urls[0], max_pages=len(urls))
    options = Options(states=(State.BEFORE,), settle=settle)
    crawled = await crawl(site, options=options, browser=browser)
    assert len(crawled.reads) == len(urls), crawled.status
    return {named(o) for read in crawled.reads for o in read.observations}


def named(seen: Observation) -> str:
    """What `scanner_sites` calls what was seen."""
    if seen.kind is not Kind.COOKIE:
        return f"{seen.kind} {seen.name}"
    return f"refused {seen.name}" if seen.fate is Fate.REFUSED else seen.name


RAW = "raw DevTools, load event"
VIRTUAL = "Kapsel, virtual time"
WAYS: dict[str, Way] = {
    RAW: raw,
    "Playwright, load event": playwright,
    "Playwright, 3 s on each page": lambda b, u: playwright(b, u, wait=FIXED),
    VIRTUAL: lambda b, u: kapsel(b, u, settle="virtual"),
    "Kapsel, real time": lambda b, u: kapsel(b, u, settle="real"),
}


class Run(NamedTuple):
    """What reading all pages in one way took."""

    seconds: float
    cpu: float
    memory: int  # megabytes, at the most
    found: int


async def measured(read, browser_path, resolution, urls, wanted) -> Run:
    """Read *urls* in a fresh browser."""
    async with (
        open_browser(browser_path, resolution=resolution, insecure=True) as browser,
        Meter() as meter,
    ):
        found = await read(browser, urls)
    return Run(meter.seconds, meter.cpu, meter.peak, len(found & wanted))


async def compare(arguments: argparse.Namespace, site: str, latency: float) -> None:
    """Print how each way does on *site*, which answers after *latency* seconds."""
    short = await lapped(arguments, site, latency, pages=arguments.pages, ways=WAYS)
    if arguments.long <= arguments.pages:
        return
    ways = {way: WAYS[way] for way in (RAW, VIRTUAL)}
    long = await lapped(arguments, site, latency, pages=arguments.long, ways=ways)
    for way in long.keys() & short.keys():
        each = (long[way] - short[way]) / (arguments.long - arguments.pages)
        once = short[way] - each * arguments.pages
        print(f"{way:30}{each * 1000:6.0f} ms each page more, {once * 1000:5.0f} ms once a crawl")
    print()


async def lapped(
    arguments: argparse.Namespace, site: str, latency: float, *, pages: int, ways: Mapping[str, Way]
) -> dict[str, float]:
    """Print how each of *ways* does on *pages* pages of *site*; return its median seconds."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.Process(
        target=serve_site, args=(sender, site, pages, latency), daemon=True
    )
    server.start()
    port = receiver.recv()
    resolution = Resolution.parse(tuple(f"{host}=127.0.0.1:{port}" for host in HOSTS))
    urls = [f"{SHOP}/", *(f"{SHOP}/p{n}" for n in range(1, pages))]
    wanted = expected(site, pages)
    ways = {way: read for way, read in ways.items() if way == RAW or arguments.only in way}
    results: dict[str, list[Run]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way, read in ways.items():
            run = await measured(read, arguments.browser, resolution, urls, wanted)
            results[way].append(run)
    server.kill()
    print(f"{site} site, {pages} pages, {latency * 1000:.0f} ms an answer, "
          f"median of {arguments.rounds}, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"{'':30}{'pages/s':>9}{'of raw':>8}{'CPU s/page':>12}{'MB':>6}{'found':>12}")
    for way, runs in results.items():
        seconds, cpu, peak, _ = (statistics.median(column) for column in zip(*runs, strict=True))
        pairs = zip(results[RAW], runs, strict=True)
        share = statistics.median(raw_.seconds / run.seconds for raw_, run in pairs)
        print(f"{way:30}{pages / seconds:9.2f}{share:8.0%}{cpu / pages:12.3f}"
              f"{peak:6.0f}{min(run.found for run in runs):5} of {len(wanted)}")  # fmt: skip
    print()
    return {way: statistics.median(run.seconds for run in runs) for way, runs in results.items()}


async def main(arguments: argparse.Namespace) -> None:
    for site in arguments.site:
        for latency in arguments.latency:
            await compare(arguments, site, latency)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", nargs="+", choices=SITES, default=list(SITES))
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--long", type=int, default=100, help="pages of the longer crawl; 0: none")
    parser.add_argument(
        "--latency", type=float, nargs="+", default=[0.0, 0.05], help="seconds of each answer"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="ways whose names have this in them, and raw")
    parser.add_argument("--browser", type=Path, help="the Chromium to use")
    multiprocessing.set_start_method("spawn")
    asyncio.run(main(parser.parse_args()))
