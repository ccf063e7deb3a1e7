"""``kapsel scan`` as a process that is told to end, with a real browser and real pages."""

import json
import signal
import subprocess
import sys
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.database import open_database
from scanner.store import Store

DEADLINE = 90.0  # seconds that anything here may take


async def quick(request):
    response = HTMLResponse("<!doctype html><title>Shop</title><h1>Shop</h1>")
    response.set_cookie("sid", "12345678", secure=True)
    return response


async def endless(request):
    import anyio

    async def drops():
        yield b"<!doctype html><title>Slow</title><h1>Slow</h1>"
        while True:
            await anyio.sleep(0.2)
            yield b"<p>and on</p>"

    return StreamingResponse(drops(), media_type="text/html")


@pytest.fixture
def kapsel(tmp_path):
    apps = {
        "quick.example": Starlette(routes=[Route("/", quick)]),
        "slow.example": Starlette(routes=[Route("/", endless)]),
    }
    database = str(tmp_path / "kapsel.db")
    with serve(apps) as server:
        command = [sys.executable, "-m", "consent_server", "scan"]
        command += ["https://quick.example/", "https://slow.example/", "--insecure"]
        command += ["--resolve", f"*.example=127.0.0.1:{server.port}", "--state", "before"]
        command += ["--database", database, "--format", "json"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            yield process, database
        finally:
            process.kill()
            process.communicate()


def status_of(database, site):
    engine = open_database(database)
    try:
        return [kept.status for kept in Store(engine).history(site)]
    finally:
        engine.dispose()


def wait_for_first_scan(process, database):
    end = time.monotonic() + DEADLINE
    while status_of(database, "quick.example") != ["complete"]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)


def test_ctrl_c_keeps_what_was_found_and_leaves_with_130(kapsel):
    process, database = kapsel
    wait_for_first_scan(process, database)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE)

    assert process.returncode == 130, err
    assert "Traceback" not in err
    scans = json.loads(out)["scans"]
    assert scans[0]["site"] == "quick.example"
    assert [entry["name"] for entry in scans[0]["entries"]] == ["sid"]
    assert status_of(database, "slow.example") == [scan["status"] for scan in scans[1:]]


def test_a_killed_process_loses_no_finished_scan(kapsel):
    process, database = kapsel
    wait_for_first_scan(process, database)

    process.kill()
    process.wait(timeout=DEADLINE)

    assert status_of(database, "quick.example") == ["complete"]
