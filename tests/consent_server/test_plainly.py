"""A server that runs for months holds no library that only commands, or few requests, need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def loaded():
    script = (
        "import sys, consent_server.cli, consent_server.commands.serve, consent_server.serving\n"
        "import consent_server.app, uvicorn\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_it_serves_without_them(loaded):
    needless = {"rich", "pygments", "httpx2", "alembic", "playwright", "watchfiles", "greenlet"}

    assert not loaded & needless


def test_rich_is_there_for_who_asks(loaded):
    script = "import consent_server.cli, rich, structlog.dev; print(structlog.dev.rich, rich)"
    command = [sys.executable, "-c", script]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("None <module 'rich'")
