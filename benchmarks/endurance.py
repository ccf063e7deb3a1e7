"""Whether a long crawl stays as it began: its memory, its time, and what it finds.

    .venv/bin/python -m benchmarks.endurance [--pages 500] [--states 20] [--runs 20]

Each of the three may be left out with 0. **pages**: one crawl of so many pages; the memory (PSS)
of the browser with all its processes, and of this process, every 50 pages. **states**: so many
pages before, after accepting and after refusing, on a site with a banner and on one without.
**runs**: the same crawl again and again, the same result or not.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import statistics
import time
from functools import partial
from pathlib import Path

from benchmarks.meter import Meter, browsers, weight
from benchmarks.scanner_sites import HOSTS, SHOP, serve_site
from scanner.browser import open_browser
from scanner.crawl import Options, crawl
from scanner.model import Site, State
from scanner.resolve import Resolution

SITE = "small"  # what its pages do is no matter here, and it is read often
STEP = 50  # pages between two looks at the memory
THREE = (State.BEFORE, State.ACCEPT, State.REJECT)


@contextlib.contextmanager
def served(pages: int, *, banner: bool = False):
    """The way to a fresh site, while the block runs."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.Process(
        target=serve_site, args=(sender, SITE, pages, 0.0), kwargs={"banner": banner}, daemon=True
    )
    server.start()
    try:
        port = receiver.recv()
        yield Resolution.parse(tuple(f"{host}=127.0.0.1:{port}" for host in HOSTS))
    finally:
        server.kill()


def own_memory() -> int:
    """Megabytes (PSS) of this process."""
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) // 1024


async def read(browser, pages, *, states=(State.BEFORE,), progress=None):
    """Crawl the site that *browser* reaches."""
    site = Site(key="bench", url=f"{SHOP}/", max_pages=pages)
    options = Options(states=states, settle="virtual")
    return await crawl(site, options=options, browser=browser, progress=progress)


async def memory(pages: int) -> None:
    """Print how the memory of one crawl grows."""
    seen: list[tuple[int, int, int]] = []
    with served(pages) as resolution:
        async with open_browser(resolution=resolution, insecure=True) as browser:

            def look(step):
                if step.visited % STEP == 0:
                    seen.append((step.visited, weight(browsers(os.getpid())), own_memory()))

            start = time.monotonic()
            crawled = await read(browser, pages, progress=look)
            seconds = time.monotonic() - start
    print(f"{len(crawled.reads)} pages in {seconds:.0f} s, {crawled.status}")
    print(f"{'pages':>8}{'browser MB':>12}{'Python MB':>11}{'all MB':>8}")
    for visited, theirs, own in seen:
        print(f"{visited:8}{theirs:12}{own:11}{theirs + own:8}")
    both = [theirs + own for _, theirs, own in seen]
    early, late = statistics.mean(both[1:4]), statistics.mean(both[-3:])
    print(f"most {max(both)} MB; from pages {2 * STEP} to {4 * STEP} until the last three looks: "
          f"{(late / early - 1) * 100:+.0f} %")  # fmt: skip


async def states(pages: int) -> None:
    """Print how long three states take."""
    for banner in (True, False):
        with served(pages, banner=banner) as resolution:
            async with open_browser(resolution=resolution, insecure=True) as browser, Meter() as m:
                crawled = await read(browser, pages, states=THREE)
        found, read_ = crawled.banner.found, len(crawled.reads)
        print(f"three states, banner found: {found}: {read_} pages in {m.seconds:.1f} s, "
              f"{m.cpu:.1f} CPU s, {m.peak} MB")  # fmt: skip


def told(crawled) -> frozenset[tuple[str, ...]]:
    """What a crawl found, without times and pages that share it."""
    return frozenset(
        (o.kind, o.name, o.domain, o.path, o.fate, str(o.set_by and o.set_by.url))
        for read_ in crawled.reads
        for o in read_.observations
    )


async def same(runs: int) -> None:
    """Print in how many of *runs* the most frequent result came."""
    results = []
    with served(20) as resolution:
        async with open_browser(resolution=resolution, insecure=True) as browser:
            for _ in range(runs):
                results.append(told(await read(browser, 20)))  # noqa: PERF401
    usual = max(results, key=results.count)
    print(f"the same {len(usual)} items in {results.count(usual)} of {runs} runs")
    for other in {result for result in results if result != usual}:
        print(
            "  missing:", sorted(map(str, usual - other)), "more:", sorted(map(str, other - usual))
        )


async def main(arguments: argparse.Namespace) -> None:
    for measure, amount in (
        (memory, arguments.pages), (states, arguments.states), (same, arguments.runs)
    ):  # fmt: skip
        if amount:
            await partial(measure, amount)()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--states", type=int, default=20)
    parser.add_argument("--runs", type=int, default=20)
    multiprocessing.set_start_method("spawn")
    asyncio.run(main(parser.parse_args()))
