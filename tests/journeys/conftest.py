"""What a journey needs: the real command, a consent server of its own, and a real browser."""

import contextlib
import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from scanner.database import open_database
from scanner.model import BannerAnswer, Category, Entry, Kind, Party, Scan, SetBy, State
from scanner.store import Store
from tests.sites import truth

PATIENCE = 60  # seconds for anything that a command does here
TOKEN = "kapsel_journey"

SITES = Path(__file__).parents[2] / "consent_server" / "demo" / "sites.yaml"


class Kapsel:
    """The command, run in a folder of its own, with a list of sites in it."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("KAPSEL_")
        }
        if "KAPSEL_BROWSER" in os.environ:
            self.environment["KAPSEL_BROWSER"] = os.environ["KAPSEL_BROWSER"]

    def run(self, *arguments, status=0, **environment):
        """Return what the command printed; it must leave with *status*."""
        done = subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE * 3,
        )
        assert done.returncode == status, done.stderr
        return done

    def start(self, *arguments, **environment):
        """Return the command as a process that runs."""
        return subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @contextlib.contextmanager
    def server(self):
        """Run ``kapsel serve`` until the block ends; give its address."""
        process = self.start("serve", "--port", "0", KAPSEL_API_TOKEN=TOKEN)
        try:
            line = process.stderr.readline()
            found = re.search(r"http://\S+:\d+", line)
            assert found, line + process.stderr.read()
            yield found[0].rstrip(",")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)

    @staticmethod
    def _command(arguments):
        return [sys.executable, "-m", "consent_server", *map(str, arguments)]


@pytest.fixture
def kapsel(tmp_path):
    shutil.copyfile(SITES, tmp_path / "sites.yaml")
    return Kapsel(tmp_path)


@pytest.fixture
def scanned(kapsel):
    """The catalogue holds what the shop stores, as if it had been scanned."""
    now = dt.datetime.now(dt.UTC)
    engine = open_database(str(kapsel.folder / "kapsel.db"))
    Store(engine).save(
        Scan(
            site="fjellbua",
            url=f"{truth.SHOP}/",
            started_at=now,
            finished_at=now,
            status="complete",
            visits=(),
            banner=BannerAnswer(),
            entries=tuple(entry(stored, now) for stored in (*truth.COOKIES, *truth.STORAGE)),
        )
    )
    engine.dispose()


def entry(stored, now):
    return Entry(
        kind=Kind(stored.kind),
        name=stored.name,
        domain=stored.domain,
        path="/",
        party=Party(stored.party),
        category=Category(truth.CATEGORIES[stored.name]),
        vendor=None,
        purpose={},
        lifetime=stored.lifetime,
        declared_lifetime=stored.declared,
        http_only=stored.http_only,
        secure=stored.secure,
        same_site=stored.same_site,
        partitioned=False,
        set_by=SetBy(kind=stored.setter, url=stored.setter_url),
        states=(State.BEFORE,),
        pages=(f"{truth.SHOP}/",),
        rule=None,
        confidence=1.0,
        first_seen=now,
        last_seen=now,
    )


@contextlib.asynccontextmanager
async def browser_context(**options):
    """A new visitor's browser, without anything of our scanner."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("KAPSEL_BROWSER")
            or shutil.which("chromium-headless-shell")
            or shutil.which("chromium")
        )
        try:
            yield await browser.new_context(locale="nb-NO", **options)
        finally:
            await browser.close()


@pytest.fixture
def visitor():
    return browser_context
