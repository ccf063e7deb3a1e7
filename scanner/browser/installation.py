"""Get a Chromium where there is none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import structlog

from scanner.browser.chromium import candidates, playwrights_own, version
from scanner.errors import BrowserMissing

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

DOWNLOAD_TIMEOUT = 240.0  # seconds for Playwright's download
APT_TIMEOUT = 600.0  # seconds for each apt-get

_DEBIANS = "chromium-headless-shell"


def install(tell: Callable[[str], None]) -> str:
    """
    Make sure that a Chromium is there.

    Args:
        tell: Gets a sentence before each thing that takes long, and why one failed.

    Returns:
        One sentence: which browser will be used, and where it came from.

    Raises:
        BrowserMissing: If none could be had; the text says what to do.
    """
    for candidate in candidates():
        if told := version(candidate):
            return f"{candidate} is here (version {told})"
    tell("There is no Chromium here: downloading Playwright's, some 100 MB …")
    fault = _download()
    for candidate in playwrights_own():
        if told := version(candidate):
            return f"{candidate} was downloaded (version {told})"
    tell(f"That failed: {fault or 'it does not start here'}.")
    if shutil.which("apt-get") and os.geteuid() == 0:
        tell(f"Installing Debian's {_DEBIANS} with apt-get …")
        if fault := _install_debians():
            tell(f"That failed: {fault}.")
    for candidate in candidates():
        if told := version(candidate):
            return f"{candidate} was installed (version {told})"
    raise BrowserMissing(
        "no Chromium could be downloaded or installed: "
        "install one (Debian: 'apt-get install chromium-headless-shell' as root), "
        "or name one with --browser or KAPSEL_BROWSER"
    )


def _download() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    return _run(command, timeout=DOWNLOAD_TIMEOUT)


def _install_debians() -> str | None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", _DEBIANS]
    if _run(command, timeout=APT_TIMEOUT) is None:
        return None
    _run(["apt-get", "update"], timeout=APT_TIMEOUT)
    return _run(command, timeout=APT_TIMEOUT)


def _run(command: list[str], *, timeout: float) -> str | None:
    """Return why *command* did not succeed in time (seconds), in its words; None: it did."""
    log.info("running", command=" ".join(command))
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=timeout, check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"it took longer than {timeout:.0f} seconds"
    except OSError as exc:
        return f"{command[0]}: {exc.strerror}"
    log.debug("ran", command=command[0], status=done.returncode, said=done.stdout)
    return None if done.returncode == 0 else _reason(done.stdout)


def _reason(said: str) -> str:
    """Return the line of *said* that tells most."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for line in lines:
        if found := re.match(r"(?:E|Error):\s*(.+)", line):
            return found[1].rstrip(".")
    return lines[-1].rstrip(".") if lines else "it did not say why"
