"""A consent server for two sites, that belong to different owners."""

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import uuid

import pytest
from starlette.testclient import TestClient

from consent_server.app import create_app
from consent_server.settings import Settings

TOKEN = "kapsel_test-token"
ORIGIN = "https://www.shop.example"
SITES = """\
sites:
  shop:
    url: https://www.shop.example/
    languages: [nb, en]
    own_domains: [shop-cdn.example]
    controller: {name: Butikken AS, contact: personvern@shop.example}
  other:
    url: https://www.other.example/
"""


@pytest.fixture
def sites_file(tmp_path):
    path = tmp_path / "sites.yaml"
    path.write_text(SITES, encoding="utf-8")
    return path


@pytest.fixture
def client(database, sites_file):
    with opened(database, sites_file) as client:
        yield client


@contextlib.contextmanager
def opened(database, sites_file, *, address="testclient", **given):
    settings = Settings(
        database=database,
        sites_file=sites_file,
        api_token=TOKEN,
        signing_key=sites_file.with_name("kapsel.key"),
        checkpoints=sites_file.with_name("kapsel.checkpoints"),
        **given,
    )
    with TestClient(
        create_app(settings),
        base_url="https://consent.example",
        raise_server_exceptions=False,
        client=(address, 50000),
    ) as client:
        yield client


def decision(n=0, **changes):
    fields = {
        "id": str(uuid.UUID(int=n, version=4)),
        "revision": "r1",
        "choices": {"functional": True, "statistics": False, "marketing": False},
        "action": "save",
        "language": "nb",
        "decided_at": (
            dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(seconds=1000 - n)
        ).isoformat(),
        "page": ORIGIN + "/",
        "gpc": False,
    } | changes
    return {name: value for name, value in fields.items() if value is not ...}


def send(client, body, *, site="shop", origin=ORIGIN, kind="application/json"):
    headers = {"Content-Type": kind, "Origin": origin}
    return client.post(
        f"/w/{site}/consents",
        content=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={name: value for name, value in headers.items() if value is not None},
    )


def ask(client, path, *, token=TOKEN, **params):
    return client.get(path, params=params, headers={"Authorization": f"Bearer {token}"})


class Serving:
    """``kapsel serve`` in a process of its own; made by `serving`."""

    def __init__(self, process, url, said):
        self.process = process
        self.url = url
        self.said = said  # lines on stderr until it served

    def kill(self):
        """End it and its workers at once, as a power failure of the process would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def serving(database, sites_file, *arguments, before=()):
    command = [sys.executable, "-m", "consent_server", *before, "serve", "--port", "0"]
    command += ["--database", str(database), "--sites", str(sites_file)]
    command += ["--signing-key", str(sites_file.with_name("kapsel.key"))]
    command += ["--checkpoints", str(sites_file.with_name("kapsel.checkpoints")), *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if "serving" in line:
                break
        else:
            raise AssertionError(f"the server did not start: {said}")
        yield Serving(process, said[-1].split()[5].rstrip(","), said)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
        process.stderr.close()
