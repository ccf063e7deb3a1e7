"""``kapsel scan`` as a process whose disk is full: the error is said, what was kept stays."""

import contextlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from consent_server.demo.loopback import serve
from scanner.database import open_database
from scanner.store import Store
from tests.sites.paths import Answer, Host

DEADLINE = 120.0  # seconds that a scan may take


class Filling(Host):
    """A site that lets the disk run full when its first page is asked for."""

    def __init__(self):
        super().__init__({"/": Answer("<title>Second</title>", cookies=("late=1",))})
        self.fill = None

    async def __call__(self, scope, receive, send):
        if self.fill is not None and scope["path"] == "/":
            self.fill()
        await super().__call__(scope, receive, send)


@pytest.fixture
def scanned():
    """Scan a site, and another at whose first page *fill* is called with the process's id."""

    def run(database, fill):
        filling = Filling()
        first = Host({"/": Answer("<title>First</title>", cookies=("early=1",))})
        with serve({"first.example": first, "second.example": filling}) as server:
            command = [sys.executable, "-m", "consent_server", "scan"]
            command += ["https://first.example/", "https://second.example/", "--insecure"]
            command += ["--resolve", f"*.example=127.0.0.1:{server.port}", "--state", "before"]
            command += ["--database", str(database), "--format", "json"]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            filling.fill = lambda: fill(process.pid)
            try:
                out, err = process.communicate(timeout=DEADLINE)
            finally:
                process.kill()
            return process.returncode, out, err

    return run


def kept(database):
    """The names of the first site's items, and whether the database has any scan of the second."""
    engine = open_database(str(database))
    try:
        store = Store(engine)
        names = [entry.name for entry in store.newest("first.example").entries]
        return names, store.history("second.example")
    finally:
        engine.dispose()


def assert_told(status, out, err, *, cause):
    assert status == 1
    assert "Traceback" not in err
    assert f"kapsel: the scan of second.example was not kept: {cause}" in err
    told = {scan["site"]: len(scan["entries"]) for scan in json.loads(out)["scans"]}
    assert told == {"first.example": 1, "second.example": 1}  # printed, at the least


def test_a_file_that_may_not_grow_ends_the_scan_and_the_site_before_is_kept(scanned, tmp_path):
    database = tmp_path / "kapsel.db"

    def stop_growing(process):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    status, out, err = scanned(database, stop_growing)

    assert_told(status, out, err, cause="disk I/O error")
    assert kept(database) == (["early"], ())


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes; where the system lets us have none, there is nothing to test."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting takes root")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_disk_that_runs_full_ends_the_scan_and_the_site_before_is_kept(scanned, small_disk):
    database = small_disk / "kapsel.db"

    def fill(_):
        with contextlib.suppress(OSError), Path(small_disk / "filling").open("ab", 0) as file:
            while True:
                file.write(b"x" * 4096)

    status, out, err = scanned(database, fill)

    (small_disk / "filling").unlink()
    assert_told(status, out, err, cause="database or disk is full")
    assert kept(database) == (["early"], ())
