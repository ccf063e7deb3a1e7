"""Measure the banner against those of others from npm, on a slow phone, in one run.

    python benchmarks/widget.py [--runs 5] [--packages FOLDER]

The phone: 390×844, processor four times slower, 1638/750 kbit/s, 150 ms round trip, cold cache.
Rounds alternate between the banners, so that a noisy machine disturbs all of them alike; what is
printed are medians. The packages are installed by npm unless --packages has them. What is added to
a page is told against the same page without a banner.
"""

from __future__ import annotations

import argparse
import mimetypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import msgspec
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import widget  # noqa: E402
from consent_server.banner import config  # noqa: E402
from consent_server.demo import loopback  # noqa: E402
from consent_server.model import Declaration  # noqa: E402
from scanner.model import OPTIONAL_CATEGORIES, Banner, Controller  # noqa: E402

PAGES = Path(__file__).parent / "widget_pages"
PACKAGES = (
    "vanilla-cookieconsent@3.1.0",
    "klaro@0.7.22",
    "tarteaucitronjs@1.34.0",
    "cookieconsent@3.1.1",
)
TABLE_HEAD = (
    f"{'':26}{'visible':>9}{'ratio':>7}{'FCP+':>7}{'TBT+':>7}{'press':>7}"
    f"{'CLS':>8}{'covers':>8}{'requests':>10}{'bytes':>9}{'ratio':>7}"
)
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1638 * 1024 / 8,
    "uploadThroughput": 750 * 1024 / 8,
}
SLOWER = 4  # times
QUIET = 1200  # milliseconds without news after the banner is seen


class Contender(NamedTuple):
    """One banner: how it is recognised, and how it is refused."""

    page: str
    banner: str = ""  # CSS, " >>> " leads into a shadow root; empty: there is none
    press: str = ""
    tags: int = 0  # held-back tags that wait on the page


CONTENDERS = {
    "no banner": Contender("none"),
    "Kapsel": Contender(
        "kapsel", "kapsel-banner >>> .notice", "kapsel-banner [data-kapsel=reject]"
    ),
    "Kapsel, accept, 20 tags": Contender(
        "kapsel", "kapsel-banner >>> .notice", "kapsel-banner [data-kapsel=accept]", tags=20
    ),
    "vanilla-cookieconsent": Contender(
        "vanilla-cookieconsent", "#cc-main .cm", "#cc-main [data-role=necessary]"
    ),
    "klaro": Contender("klaro", ".klaro .cookie-notice", ".klaro .cn-decline"),
    "tarteaucitron": Contender(
        "tarteaucitron", "#tarteaucitronAlertBig", "#tarteaucitronAllDenied2"
    ),
    "Osano (open source)": Contender("osano", ".cc-window", ".cc-deny"),
}

DECLARATION = Declaration(
    site="shop",
    revision="0123456789abcdef",
    url="http://shop.example/",
    languages=("en",),
    controller=Controller(name="Example Ltd", policy="http://shop.example/privacy"),
    banner=Banner(),
    cookie_domains=(),
    scanned_at=None,
    categories=OPTIONAL_CATEGORIES,
    items=(),
)


def page(contender: Contender) -> str:
    """Return the HTML of a page of text with one banner on it."""
    head, _, body = (PAGES / f"{contender.page}.html").read_text("utf-8").partition("<!-- body -->")
    text = "<p>Warm clothes for cold days, sewn for the mountains, sent home to you.</p>" * 60
    busy = "for (const end = performance.now() + 5; performance.now() < end; );"
    held = f"<script type='text/plain' data-category='marketing'>{busy}</script>" * contender.tags
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Shop</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"
        f"{head}</head><body><h1>Shop</h1>{text}{held}{body}</body></html>"
    )


def app(packages: Path) -> Starlette:
    """Serve the pages, the packages and the widget, all packed as well as can be."""
    packed: dict[str, bytes] = {}
    script = widget.compose(msgspec.json.encode(config(DECLARATION)))

    def answer(path: str, data: bytes, media_type: str) -> Response:
        packed.setdefault(path, brotli.compress(data, quality=11))
        return Response(packed[path], media_type=media_type, headers={"Content-Encoding": "br"})

    async def html(request: Any) -> Response:
        name = request.path_params["name"]
        return answer(f"page {name}", page(CONTENDERS[name]).encode(), "text/html")

    async def ours(request: Any) -> Response:
        return answer("widget", script, "text/javascript")

    async def theirs(request: Any) -> Response:
        file = packages / request.path_params["path"]
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        return answer(str(file), file.read_bytes(), kind)

    async def consents(request: Any) -> Response:
        return JSONResponse({}, status_code=201)

    return Starlette(
        routes=[
            Route("/page/{name}", html),
            Route("/w/shop.js", ours),
            Route("/w/shop/consents", consents, methods=["POST"]),
            Route("/npm/{path:path}", theirs),
        ]
    )


def visit(browser: Browser, address: str, contender: Contender) -> dict[str, float]:
    """Open a page as a new visitor on a slow phone, refuse, and return what it cost."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    devtools = context.new_cdp_session(tab)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    requests: dict[str, str] = {}
    sizes: dict[str, float] = {}
    devtools.on(
        "Network.requestWillBeSent",
        lambda e: requests.__setitem__(e["requestId"], e["request"]["url"]),
    )
    devtools.on(
        "Network.loadingFinished",
        lambda e: sizes.__setitem__(e["requestId"], e["encodedDataLength"]),
    )
    measure = (PAGES / "measure.js").read_text("utf-8")
    tab.add_init_script(measure.replace("SELECTOR", repr(contender.banner)))
    tab.goto(address)
    if contender.banner:
        tab.wait_for_function("measured.visible", timeout=20_000)
    tab.wait_for_timeout(QUIET)
    own = [key for key, url in requests.items() if "/page/" not in url and url.startswith("http")]
    count, weight = len(own), sum(sizes.get(key, 0) for key in own)
    if contender.press:
        tab.locator(contender.press).click()
        tab.wait_for_timeout(QUIET)
    found = tab.evaluate(
        "({...measured, fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime})"
    )
    context.close()
    presses = [span for name, span in found["events"] if name in ("pointerup", "click", "mouseup")]
    return {
        "visible": found["visible"] or 0,
        "fcp": found["fcp"] or 0,
        "blocking": sum(max(0, task - 50) for task in found["tasks"]),
        "press": max(presses, default=0),
        "shift": found["shift"],
        "covers": 100 * found.get("cover", 0),
        "requests": count,
        "bytes": weight,
    }


def agreement(browser: Browser, address: str) -> float:
    """Return the milliseconds until a second tab knows what was pressed in the first."""
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        tab.goto(address)
        tab.locator(CONTENDERS["Kapsel"].press).wait_for()
    second.evaluate("kapsel.on('hide', () => (window.heardAt = Date.now()))")
    pressed = "new Promise((told) => kapsel.on('hide', () => told(Date.now())))"
    first.evaluate(f"window.pressedAt = {pressed}; undefined")
    first.locator(CONTENDERS["Kapsel"].press).click()
    pressed_at = first.evaluate("window.pressedAt")
    second.wait_for_function("window.heardAt")
    heard_at = second.evaluate("heardAt")
    context.close()
    return float(heard_at - pressed_at)


def packages_from_npm(folder: Path) -> Path:
    """Install the others' packages into *folder* by npm and return where they lie."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed: give --packages FOLDER (a node_modules)")
    subprocess.run(
        [npm, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
         "--no-package-lock", *PACKAGES],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder / "node_modules"


def table(results: dict[str, list[dict[str, float]]]) -> str:
    """Return the medians in words and columns, and each banner's ratio to ours."""
    medians = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for name, runs in results.items()
    }
    bare, ours = medians["no banner"], medians["Kapsel"]
    lines = [TABLE_HEAD]
    for name, m in medians.items():
        lines.append(
            f"{name:26}{m['visible']:9.0f}{m['visible'] / ours['visible']:7.2f}"
            f"{m['fcp'] - bare['fcp']:7.0f}{m['blocking'] - bare['blocking']:7.0f}"
            f"{m['press']:7.0f}{m['shift']:8.4f}{m['covers']:7.0f}%{m['requests']:10.0f}"
            f"{m['bytes']:9.0f}{m['bytes'] / ours['bytes']:7.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure all banners and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--packages", type=Path, help="a node_modules with the others' packages")
    options = parser.parse_args()
    browser_path = os.environ.get("KAPSEL_BROWSER") or shutil.which("chromium-headless-shell")
    results: dict[str, list[dict[str, float]]] = defaultdict(list)

    with tempfile.TemporaryDirectory() as folder:
        packages = options.packages or packages_from_npm(Path(folder))
        with (
            loopback.serve({"localhost": app(packages)}, tls=False) as server,
            sync_playwright() as p,
        ):
            browser = p.chromium.launch(executable_path=browser_path)
            tabs = [
                agreement(browser, f"http://localhost:{server.port}/page/Kapsel")
                for _ in range(options.runs)
            ]
            for round_number in range(options.runs):
                for name, contender in CONTENDERS.items():
                    address = f"http://localhost:{server.port}/page/{name}"
                    results[name].append(visit(browser, address, contender))
                print(f"round {round_number + 1} of {options.runs} done", file=sys.stderr)
            browser.close()

    print("milliseconds; + means: more than the page without a banner; medians of", options.runs)
    print(table(results))
    print(
        f"another tab agrees after {statistics.median(tabs):.0f} (Kapsel; at most {max(tabs):.0f})"
    )


if __name__ == "__main__":
    main()
