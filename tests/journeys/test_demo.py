"""``kapsel demo``: the whole loop, by itself and for people."""

import contextlib
import json
import re
import signal
import socket

import httpx2
import pytest

from tests.journeys.conftest import PATIENCE
from tests.sites import truth

TOKEN = re.compile(r"^The token that opens it: +(\S+)$", re.MULTILINE)
ADDRESS = re.compile(r"^(The shop|Its|The consent)[^:]+: +(http://\S+)$", re.MULTILINE)


@pytest.fixture
def port():
    """A port that somebody else has taken."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        yield taken.getsockname()[1]


def test_the_demo_by_itself_scans_serves_decides_and_leaves(kapsel, port):
    done = kapsel.run("demo", "--once", "--port", port)

    for stored in (*truth.COOKIES, *truth.STORAGE):
        assert stored.name in done.stdout.replace("\n", ""), stored.name
    assert "stored before anybody is asked: 19 items that need consent" in done.stdout
    assert "Nothing that needs consent is stored without it." in done.stdout
    accepted, refused = [json.loads(line) for line in done.stdout.splitlines()[-2:]]
    assert accepted["action"] == "accept-all"
    assert set(accepted["choices"].values()) == {True}
    assert refused["action"] == "reject-all"
    assert set(refused["choices"].values()) == {False}
    folder = kapsel.folder / "kapsel-demo"
    found = kapsel.run(
        *("log", "show", accepted["id"], "--format", "json"),
        KAPSEL_DATABASE=str(folder / "kapsel.db"),
    )
    assert json.loads(found.stdout) == accepted


def test_the_demo_for_people_serves_what_it_names_until_ctrl_c(kapsel):
    process = kapsel.start("demo", "--port", "18700")
    try:
        out = ""
        while not TOKEN.search(out):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            out += line
        with httpx2.Client(timeout=PATIENCE) as client:
            for _, address in ADDRESS.findall(out):
                answer = client.get(address)
                assert answer.status_code in (200, 401), address
            (log,) = [url for _, url in ADDRESS.findall(out) if url.endswith("/log")]
            api = log.removesuffix("/admin/fjellbua/log") + "/api/v1/consents"
            token = TOKEN.search(out)[1]
            answer = client.get(api, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()

    assert process.returncode == 0, err
    assert "The demo has ended." in err
    assert "Traceback" not in err
