"""``kapsel scan --resume`` after the process before it was killed: real processes, real pages."""

import json
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from consent_server.demo.loopback import serve
from scanner.database import open_database
from scanner.tables import unfinished
from tests.sites.paths import Host

DEADLINE = 90.0  # seconds that anything here may take
PAGES = tuple(f"/p{n}" for n in range(8))


class Shop(Host):
    """Pages that each set a cookie; /p7 does not answer while *held*."""

    def __init__(self):
        links = "".join(f"<a href={page}>x</a>" for page in PAGES)
        pages = {page: f"<script>document.cookie = '{page[1:]}=1'</script>" for page in PAGES}
        super().__init__({"/": links, **pages})
        self.held = True

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/p7" and self.held:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await super().__call__(scope, receive, send)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def scan(tmp_path, shop):
    """Start ``kapsel scan``; returns the process."""
    started = []
    with serve({"www.shop.example": shop}) as server:

        def start(*more):
            command = [sys.executable, "-m", "consent_server", "scan", "https://www.shop.example/"]
            command += ["--insecure", "--resolve", server.resolve[0], "--format", "json"]
            command += ["--state", "before", "--state", "gpc"]
            command += ["--database", str(tmp_path / "kapsel.db"), *more]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            started.append(process)
            return process

        yield start
        for process in started:
            process.kill()
            process.communicate()


def kept(database):
    """How many records of unfinished scans are in the database."""
    if not database.exists():
        return 0
    engine = open_database(str(database))
    try:
        with engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(unfinished)).scalar_one()
    finally:
        engine.dispose()


def killed_when_all_but_one_page_is_kept(process, database):
    end = time.monotonic() + DEADLINE
    while kept(database) < len(PAGES):  # the start page and seven of the eight
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)
    process.kill()
    process.communicate()


def told(process):
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, err
    (scan,) = json.loads(out)["scans"]
    return scan


def test_a_scan_that_was_killed_goes_on_with_what_is_missing(scan, shop, tmp_path):
    killed_when_all_but_one_page_is_kept(scan(), tmp_path / "kapsel.db")
    shop.held = False
    shop.asked.clear()

    resumed = told(scan("--resume"))

    assert resumed["status"] == "complete"
    visits = [(visit["state"], visit["url"].rsplit("/", 1)[1]) for visit in resumed["visits"]]
    names = ["", *(page[1:] for page in PAGES)]
    assert sorted(visits) == sorted((state, name) for state in ("before", "gpc") for name in names)
    assert {entry["name"] for entry in resumed["entries"]} == set(names) - {""}
    states = {entry["name"]: tuple(entry["states"]) for entry in resumed["entries"]}
    assert states == dict.fromkeys(names[1:], ("before", "gpc"))
    assert [shop.paths.count(page) for page in PAGES] == [1] * 7 + [2]  # gpc; and what was missing
    assert kept(tmp_path / "kapsel.db") == 0
