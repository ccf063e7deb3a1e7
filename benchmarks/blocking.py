"""Measure what leaves the browser before consent, with real tags, at each level of blocking.

    python benchmarks/blocking.py [--packages FOLDER] [--only NAME…]

A zoo of pages with tags from npm (installed on the spot, unless --packages has them), with frames,
pixels, and tags that come late, is scanned by ``kapsel scan``; what the scan found makes the banner
and the rules of the enforced level. Then each page is opened by new visitors: without a banner, and
at each level. All hosts are served on loopback, under their real names. Counted are requests that
arrive at hosts of others, their scripts that run, and what is stored, before an answer; and whether
the same hosts are asked after a yes as on the page without a banner.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from consent_server.banner import config  # noqa: E402
from consent_server.declaration import declare  # noqa: E402
from consent_server.demo import loopback  # noqa: E402
from consent_server.enforcement import enforcement, unsorted_hosts  # noqa: E402
from scanner import knowledge  # noqa: E402
from scanner.sites import load  # noqa: E402
from scanner.store import open_store  # noqa: E402
from widget import compose  # noqa: E402
from widget.enforce import EnforcedASGI, Rules  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from starlette.requests import Request

PAGES = Path(__file__).parent / "blocking_pages"
PACKAGES = (
    "posthog-js@1.449.2",
    "mixpanel-browser@2.83.0",
    "@microsoft/applicationinsights-web@3.4.4",
    "@datadog/browser-rum@7.16.2",
    "js-cookie@3.0.8",
)
ZOO, CONSENT = "www.zoo.example", "consent.zoo-keeper.example"

_INSIGHTS = "@microsoft/applicationinsights-web"

#: Scripts that hosts of others give out: host -> file in node_modules, or beside the pages.
SCRIPTS = {
    "us-assets.i.posthog.com": "posthog-js/dist/array.full.js",
    "cdn.mxpnl.com": "mixpanel-browser/dist/mixpanel.umd.js",
    "js.monitor.azure.com": f"{_INSIGHTS}/dist/es5/applicationinsights-web.min.js",
    "www.datadoghq-browser-agent.com": "@datadog/browser-rum/bundle/datadog-rum.js",
    "connect.facebook.net": "fbevents.js",
}
OTHERS = (
    *SCRIPTS,
    "us.i.posthog.com",
    "*.posthog.com",
    "api-js.mixpanel.com",
    "*.mixpanel.com",
    "dc.services.visualstudio.com",
    "*.services.visualstudio.com",
    "browser-intake-datadoghq.com",
    "*.browser-intake-datadoghq.com",
    "www.facebook.com",
    "www.youtube.com",
)
NEEDED = ("basket", "kapsel_consent")  # cookies that no level may refuse
LEVELS = ("none", "marked", "guarded", "enforced")
LATE = 2500  # milliseconds in which tags that come late have come
SITES = """\
sites:
  zoo:
    url: https://{zoo}/
    max_pages: 40
    states: [before]
    robots: ignore
    languages: [en]
"""


class Zoo:
    """What is served, and who was asked."""

    def __init__(self, packages: Path, names: list[str]) -> None:
        self.packages = packages
        self.names = names
        self.level = "none"
        self.script = b""
        self.known = Rules(site="zoo", server=f"https://{CONSENT}")
        self.asked: list[str] = []  # hosts of others, one for each request

    def rules(self) -> Rules:
        """Return what the middleware goes by."""
        return self.known

    def apps(self) -> dict[str, Any]:
        """Return an application for each host."""
        plain = Starlette(
            routes=[
                Route("/", self.index),
                Route("/npm/{path:path}", self.own_script),
                Route("/router.js", self.own_script),
                Route("/{name}", self.page),
            ]
        )
        enforced = EnforcedASGI(plain, self)

        async def site(scope: Any, receive: Any, send: Any) -> None:
            await (enforced if self.level == "enforced" else plain)(scope, receive, send)

        consent = Starlette(
            routes=[
                Route("/w/zoo.js", self.banner),
                Route("/w/zoo/consents", self.consents, methods=["POST"]),
            ]
        )
        other = Starlette(
            routes=[Route("/{path:path}", self.other, methods=["GET", "POST", "OPTIONS"])]
        )
        return {ZOO: site, CONSENT: consent, **dict.fromkeys(OTHERS, other)}

    async def index(self, request: Request) -> Response:
        """Lead to every page."""
        links = "".join(f"<p><a href='/{name}'>{name}</a></p>" for name in self.names)
        return HTMLResponse(f"<!doctype html><title>Zoo</title>{links}")

    async def page(self, request: Request) -> Response:
        """Answer with one page, as its owner would have it at this level."""
        file = PAGES / f"{request.path_params['name']}.html"
        if not file.exists():
            return Response(status_code=404)
        plain, marked = file.read_text("utf-8").split("<!-- marked -->")
        loading = " async" if self.level == "marked" else ""
        tag = f"<script{loading} src='https://{CONSENT}/w/zoo.js'></script>"
        return HTMLResponse(
            "<!doctype html><html lang=en><head><meta charset=utf-8><title>Zoo</title>"
            f"<link rel=icon href='data:,'>{tag if self.level in ('marked', 'guarded') else ''}"
            f"</head><body><h1>Zoo</h1>{marked if self.level == 'marked' else plain}</body></html>"
        )

    async def own_script(self, request: Request) -> Response:
        """Answer with a script that the site serves itself."""
        path = request.path_params.get("path")
        file = self.packages / path if path else PAGES / "router.js"
        return Response(file.read_bytes(), media_type="text/javascript")

    async def banner(self, request: Request) -> Response:
        """Answer with the widget of this level."""
        return Response(self.script, media_type="text/javascript")

    async def consents(self, request: Request) -> Response:
        """Take a decision."""
        return JSONResponse({}, status_code=201, headers={"Access-Control-Allow-Origin": "*"})

    async def other(self, request: Request) -> Response:
        """Answer as a vendor does: with its script, or with a cookie."""
        host = request.url.hostname or ""
        self.asked.append(host)
        origin = request.headers.get("origin", "*")
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "*, content-type",
            "Access-Control-Allow-Credentials": "true",
        }
        file = SCRIPTS.get(host)
        if file is None:
            headers["Set-Cookie"] = "visitor=1; Path=/; Secure; SameSite=None; Max-Age=9999"
            if host == "www.youtube.com":
                return HTMLResponse("<title>Film</title>", headers=headers)
            return JSONResponse({}, headers=headers)
        place = PAGES if "/" not in file else self.packages
        code = (place / file).read_text("utf-8")
        note = f"\n;(window.ran = window.ran || []).push({host!r})"
        return Response(code + note, media_type="text/javascript", headers=headers)


class Seen(NamedTuple):
    """What one visitor's browser did before the visitor answered, and whom it asked after a yes."""

    asked: list[str]
    ran: list[str]
    stored: list[str]
    after: frozenset[str]


def browser_agent(browser: Browser) -> str:
    """Return a user agent that tags do not take for a robot's."""
    major = browser.version.partition(".")[0]
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{major}.0.0.0 Safari/537.36"


def visit(browser: Browser, zoo: Zoo, name: str) -> Seen:
    """Open a page as a new visitor, wait, then accept."""
    agent = browser_agent(browser)
    context = browser.new_context(ignore_https_errors=True, user_agent=agent)
    tab = context.new_page()
    zoo.asked.clear()
    tab.goto(f"https://{ZOO}/{name}")
    tab.wait_for_timeout(LATE)
    asked = list(zoo.asked)
    held = tab.evaluate((PAGES / "held.js").read_text("utf-8"))
    cookies = [
        f"cookie {c['name']} of {c['domain']}" for c in context.cookies() if c["name"] not in NEEDED
    ]
    if zoo.level != "none":
        accept(tab)
    after = frozenset(zoo.asked)
    context.close()
    return Seen(asked, held["ran"], [*held["stored"], *cookies], after)


def accept(tab: Page) -> None:
    """Say yes to everything, and wait for what then runs."""
    tab.wait_for_function("!!window.kapsel?.has")
    tab.evaluate("kapsel.acceptAll()")
    tab.wait_for_timeout(LATE)
    tab.wait_for_load_state("load")


def scanned(zoo: Zoo, folder: Path, resolve: tuple[str, ...]) -> Path:
    """Scan the zoo as it is without a banner, and return the database."""
    (folder / "sites.yaml").write_text(SITES.format(zoo=ZOO), "utf-8")
    command = [
        sys.executable,
        "-m",
        "consent_server",
        "scan",
        "zoo",
        "--insecure",
        "--format",
        "json",
    ]
    command += ["--sites", str(folder / "sites.yaml"), "--database", str(folder / "zoo.db")]
    for rule in resolve:
        command += ["--resolve", rule]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the zoo could not be scanned: {done.stderr[-2000:]}")
    return folder / "zoo.db"


def prepare(zoo: Zoo, database: Path, level: str) -> None:
    """Let the zoo be served at *level*, by what its scan found."""
    zoo.level = level
    if level == "none":
        return
    (site,) = load(database.with_name("sites.yaml"))
    banner = msgspec.structs.replace(site.banner, blocking=level)
    site = msgspec.structs.replace(site, banner=banner)
    with open_store(str(database)) as store:
        catalogue = store.catalogue("zoo")
    declaration = declare(site, catalogue, knowledge=knowledge.load())
    zoo.script = compose(msgspec.json.encode(config(declaration)))
    zoo.known = enforcement(site, catalogue, declaration, server=f"https://{CONSENT}")


def packages_from_npm(folder: Path) -> Path:
    """Install the tags into *folder* by npm and return where they lie."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            "skipped: npm is not installed; or give --packages FOLDER (a node_modules)"
        )
    done = subprocess.run(
        [npm, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
         "--no-package-lock", *PACKAGES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"skipped: npm could not install the tags: {done.stderr.strip()[-300:]}")
    return folder / "node_modules"


def table(results: dict[str, dict[str, Seen]]) -> str:
    """Return a line for each page and a sum, with three numbers for each level."""
    head = f"{'requests / runs / stored':24}" + "".join(f"{level:>18}" for level in LEVELS)
    lines = [f"{head}   after a yes"]
    sums = {level: [0, 0, 0] for level in LEVELS}
    for name, levels in results.items():
        cells = []
        for level, seen in levels.items():
            numbers = [len(seen.asked), len(seen.ran), len(seen.stored)]
            sums[level] = [a + b for a, b in zip(sums[level], numbers, strict=True)]
            cells.append(f"{' / '.join(map(str, numbers)):>18}")
        wanted = frozenset(levels["none"].asked)
        late = [level for level in LEVELS[1:] if not levels[level].after >= wanted]
        lines.append(
            f"{name:24}{''.join(cells)}   {'missing at ' + ', '.join(late) if late else 'all'}"
        )
    total = "".join(f"{' / '.join(map(str, sums[level])):>18}" for level in LEVELS)
    return "\n".join([*lines, f"{'in all':24}{total}"])


def main() -> None:
    """Scan the zoo, visit it at each level, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, help="a node_modules with the tags")
    parser.add_argument("--only", nargs="*", help="names of pages")
    parser.add_argument("--tell", action="store_true", help="print what was asked and stored, too")
    options = parser.parse_args()
    names = options.only or sorted(file.stem for file in PAGES.glob("*.html"))
    browser_path = os.environ.get("KAPSEL_BROWSER") or shutil.which("chromium-headless-shell")
    results: dict[str, dict[str, Seen]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        zoo = Zoo(options.packages or packages_from_npm(Path(folder)), names)
        with loopback.serve(zoo.apps()) as server, sync_playwright() as p:
            database = scanned(zoo, Path(folder), server.resolve)
            browser = p.chromium.launch(
                executable_path=browser_path,
                args=[f"--host-resolver-rules=MAP * 127.0.0.1:{server.port}"],
            )
            for level in LEVELS:
                prepare(zoo, database, level)
                for name in names:
                    seen = results[name][level] = visit(browser, zoo, name)
                    if options.tell:
                        print(level, name, seen, file=sys.stderr)
                print(f"{level}: done", file=sys.stderr)
            browser.close()
    print(table(results))
    print("hosts that nobody has sorted:", ", ".join(unsorted_hosts(zoo.known)) or "none")


if __name__ == "__main__":
    main()
