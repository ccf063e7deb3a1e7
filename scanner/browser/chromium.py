"""Find a Chromium on this machine, and run it as a process of ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import structlog

from scanner.browser import disguise, fitness
from scanner.errors import BrowserMissing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scanner.resolve import Resolution

log = structlog.get_logger()

#: Names under which systems install it; the first is the quickest and takes all cookies.
SYSTEM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
START_TIMEOUT = 20.0  # seconds until a started browser must answer
VERSION_TIMEOUT = 20.0  # seconds for "--version"

#: What a browser does behind a page's back; and what puts frames into processes of their own.
_FEATURES = (
    "IsolateOrigins",
    "site-per-process",
    "IsolateSandboxedIframes",
    "Translate",
    "OptimizationHints",
    "MediaRouter",
    "DialMediaRouteProvider",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
    # What is made anew for each document, though no page could tell: frame hosts and compositors.
    "RenderDocument",
)
_MOUSE = (
    "primaryHoverType=2",
    "availableHoverTypes=2",
    "primaryPointerType=4",
    "availablePointerTypes=4",
)
_FLAGS = (
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--password-store=basic",
    "--use-mock-keychain",
    "--mute-audio",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-hang-monitor",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
    "--metrics-recording-only",
    # Pages behind other tabs keep their timers and frames.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-ipc-flooding-protection",
    # What a page opens by itself is seen, too; MAX_POPUPS bounds it.
    "--disable-popup-blocking",
    # No navigator.webdriver.
    "--disable-blink-features=AutomationControlled",
    # A mouse, which nothing is plugged in for here: (hover: hover) and (pointer: fine).
    "--blink-settings=" + ",".join(_MOUSE),
    # One process and one session see all frames of a page; a visit has no secrets to protect.
    "--disable-site-isolation-trials",
    "--disable-features=" + ",".join(_FEATURES),
    # Answers pass one process less on their way to the page; and no public page reaches loopback
    # or a private network, as browsers of late 2025 and later see to by themselves.
    "--enable-features=NetworkServiceInProcess2,LocalNetworkAccessChecks",
)


class Lines(NamedTuple):
    """How a running browser is spoken to."""

    endpoint: str  # the ``ws://`` URL of its DevTools, for Playwright
    heard: BinaryIO  # its DevTools once more, without a server between
    spoken: asyncio.StreamWriter


def find(path: Path | None = None) -> Path:
    """
    Return the Chromium to use: *path*, else Playwright's own, else the system's.

    Raises:
        BrowserMissing: If there is none; or if *path*, which is never replaced, is none.
    """
    if path is not None:
        named = shutil.which(str(path))
        if named is None:
            raise BrowserMissing(f"{path}: no such program; it was named as the browser to use")
        return Path(named)
    for candidate in candidates():
        return candidate
    raise BrowserMissing("no Chromium found: run 'kapsel browser install'")


def version(path: Path) -> str | None:
    """Return the version of the Chromium at *path*; None: it does not start."""
    try:
        told = subprocess.run(  # noqa: S603 - the browser that the owner chose, or that we found
            [path, "--version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)+", told)
    return found[0] if found else None


@contextlib.asynccontextmanager
async def running(
    path: Path, *, version: str, resolution: Resolution, insecure: bool, proxy: str | None = None
) -> AsyncIterator[Lines]:
    """
    Run the Chromium at *path*, with an empty profile, until the block ends.

    Args:
        version: Of the browser; it decides how it introduces itself.
        insecure: Accept certificates that nobody trusts.
        proxy: URL of a proxy for all that it fetches.

    Returns:
        The ways to its DevTools.

    Raises:
        BrowserMissing: If it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="kapsel-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        flags = [
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--user-agent={disguise.user_agent(version)}",
        ]
        if "headless" not in path.name:
            flags.append("--headless=new")
            _allow_third_party_cookies(profile)
        if rules := resolution.chromium_rules():
            ours = f"EXCLUDE {fitness.FIRST}, EXCLUDE {fitness.THIRD}"
            flags.append(f"--host-resolver-rules={rules}, {ours}")
        if insecure:
            flags.append("--ignore-certificate-errors")
        if proxy:
            flags.append(f"--proxy-server={proxy}")
        with contextlib.ExitStack() as open_ends:
            process, heard, endpoint = await _start(path, flags, profile)
            open_ends.enter_context(heard)
            assert process.stdin is not None
            try:
                yield Lines(endpoint, heard=heard, spoken=process.stdin)
            finally:
                await _end(process)


#: Starts a browser that listens at its standard input, and ends when that does, that is, with us,
#: even when we are killed.
_TIED = (
    "/bin/sh",
    "-c",
    'exec "$0" "$@" --remote-debugging-pipe 3<&0 4>&1 </dev/null >/dev/null',
)


async def _start(
    path: Path, flags: list[str], profile: Path
) -> tuple[asyncio.subprocess.Process, BinaryIO, str]:
    """Start the browser; without its sandbox where the system does not let it have one."""
    root = os.geteuid() == 0
    for sandboxed in (False,) if root else (True, False):
        heard, said = os.pipe()
        with contextlib.ExitStack() as unless_it_runs:
            pipe = unless_it_runs.enter_context(os.fdopen(heard, "rb", buffering=0))
            try:
                process = await asyncio.create_subprocess_exec(
                    *_TIED,
                    path,
                    *flags,
                    *(() if sandboxed else ("--no-sandbox",)),
                    "about:blank",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=said,
                    stderr=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                    env={**os.environ, "TZ": disguise.TIME_ZONE},
                )
            finally:
                os.close(said)
            try:
                async with asyncio.timeout(START_TIMEOUT):
                    endpoint = await _endpoint(process, profile)
            except (TimeoutError, BrowserMissing):
                await _end(process)
                if sandboxed:
                    log.info("browser started without its sandbox", path=str(path))
            else:
                unless_it_runs.pop_all()
                return process, pipe, endpoint
    raise BrowserMissing(f"{path} does not start; try it with --version, or name another browser")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End *process* and its children, and close the pipes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.communicate()


async def _endpoint(process: asyncio.subprocess.Process, profile: Path) -> str:
    """Wait for the file in which the browser says where it listens."""
    told = profile / "DevToolsActivePort"
    while True:
        if process.returncode is not None:
            raise BrowserMissing("the browser ended at once")
        lines = told.read_text(encoding="ascii").splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.01)


def _allow_third_party_cookies(profile: Path) -> None:
    """Keep what most visitors' browsers keep: Debian's full Chromium drops it by default."""
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(
        json.dumps({"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}),
        encoding="utf-8",
    )


def candidates() -> Iterator[Path]:
    yield from playwrights_own()
    for name in SYSTEM_NAMES:
        found = shutil.which(name)
        if found is not None:
            yield Path(found)


def playwrights_own() -> Iterator[Path]:
    """Yield the browsers that Playwright downloaded, the newest headless shell first."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    mac = platform.system() == "Darwin"
    cache = Path.home() / ("Library/Caches" if mac else ".cache") / "ms-playwright"
    folder = Path(named) if named and named != "0" else cache
    for pattern in (
        "chromium_headless_shell-*/*/headless_shell",
        "chromium_headless_shell-*/*/chrome-headless-shell",
        "chromium-*/*/chrome",
    ):
        with contextlib.suppress(PermissionError):  # it is somebody else's home
            yield from sorted(folder.glob(pattern), key=_revision, reverse=True)


def _revision(path: Path) -> int:
    """Return the number in the name of Playwright's folder (chromium-1200/chrome-linux/chrome)."""
    number = path.parents[1].name.rpartition("-")[2]
    return int(number) if number.isdigit() else 0
