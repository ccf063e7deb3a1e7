"""``kapsel doctor`` as a person runs it, against a real server."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.consent_server.conftest import SITES, serving


@pytest.fixture
def place(tmp_path):
    (tmp_path / "sites.yaml").write_text(SITES, encoding="utf-8")
    return tmp_path


def doctor(place, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "consent_server", "doctor", "--format", "json", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        env=os.environ | {"KAPSEL_SIGNING_KEY": "", "KAPSEL_CHECKPOINTS": ""},
    )
    assert done.stderr == ""
    return done.returncode, [
        (check["subject"], check["state"], check["said"]) for check in json.loads(done.stdout)
    ]


def test_a_server_is_asked_as_visitors_would(place):
    with serving(place / "kapsel.db", place / "sites.yaml") as server:
        status, found = doctor(place, "--url", server.url)

    said = {(subject, state) for subject, state, _ in found}
    assert {("browser", "good"), ("database", "good"), ("server", "good")} <= said
    assert {("clock", "good"), ("TLS", "note"), ("requests", "good")} <= said
    assert ("site shop", "good", f"{server.url}/w/shop.js is served") in found
    assert status == 1
    assert [subject for subject, state, _ in found if state == "bad"] == ["site other"]


def test_a_server_that_is_not_there_is_told(place):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    status, found = doctor(place, "--url", f"http://127.0.0.1:{port}")

    assert status == 1
    assert ("server", "bad") in [(subject, state) for subject, state, _ in found]
    assert not (place / "kapsel.db").exists()


def test_people_read_it_line_by_line(place):
    done = subprocess.run(
        [sys.executable, "-m", "consent_server", "doctor", "--browser", "/nowhere/chrome"],
        cwd=place,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "BAD  browser: " in done.stdout
    assert "     → kapsel browser install" in done.stdout
    assert "ok   sites.yaml: sites.yaml: 2 sites" in done.stdout
