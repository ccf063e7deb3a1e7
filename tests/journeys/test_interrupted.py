"""A scan that is interrupted keeps what it has, and one that is killed loses nothing finished."""

import json
import signal
import sys
import time
from pathlib import Path

import pytest

from consent_server.demo import loopback
from tests.journeys.conftest import PATIENCE
from tests.sites.small import Slow, one_cookie

LIST = """
sites:
  quick: {url: "https://www.quick.example/", states: [before]}
  slow: {url: "https://www.slow.example/", states: [before]}
"""


@pytest.fixture
def slow():
    site = Slow("slow_cookie")
    yield site
    site.let_go.set()


@pytest.fixture
def scan(kapsel, slow):
    """A scan of two sites that waits for a page of the second one."""
    (kapsel.folder / "sites.yaml").write_text(LIST)
    apps = {"www.quick.example": one_cookie("quick_cookie"), "www.slow.example": slow.app}
    with loopback.serve(apps) as server:
        rules = [word for rule in server.resolve for word in ("--resolve", rule)]
        process = kapsel.start("scan", *rules, "--insecure", "--format", "json")
        try:
            assert slow.asked.wait(PATIENCE)
            yield process
        finally:
            slow.let_go.set()
            process.kill()
            process.communicate(timeout=PATIENCE)


def descendants(pid):
    """The processes that *pid* has begun, and those that they have."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = path.read_text().split() if path.exists() else []
    return [found for child in children for found in (int(child), *descendants(int(child)))]


def command(pid):
    """How *pid* was called; nothing, once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def wait_until(true):
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def names(kapsel, site):
    shown = json.loads(kapsel.run("catalogue", "show", site, "--format", "json").stdout)
    return [entry["name"] for entry in shown["entries"]]


def test_kill_minus_nine_loses_no_finished_scan(kapsel, scan):
    scan.send_signal(signal.SIGKILL)
    scan.wait(PATIENCE)

    assert names(kapsel, "quick") == ["quick_cookie"]
    assert names(kapsel, "slow") == []
    kapsel.run("database", "check")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc who runs")
def test_kill_minus_nine_leaves_no_browser_behind(kapsel, scan):
    family = [pid for pid in descendants(scan.pid) if "chrom" in command(pid)]
    assert family

    scan.send_signal(signal.SIGKILL)
    scan.wait(PATIENCE)

    assert wait_until(lambda: not any("chrom" in command(pid) for pid in family))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_scan_and_keeps_what_it_found(kapsel, scan, number):
    scan.send_signal(number)
    out, err = scan.communicate(timeout=PATIENCE)

    assert scan.returncode == 128 + number, err
    assert "Traceback" not in err
    quick, slow = json.loads(out)["scans"]
    assert quick["status"] == "complete"
    assert slow["status"] == "partial"
    assert [entry["name"] for entry in slow["entries"]] == ["slow_cookie"]
    assert names(kapsel, "slow") == ["slow_cookie"]
