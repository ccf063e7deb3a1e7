"""Checkpoints are told to somebody elsewhere, as soon as that answers."""

import http.server
import threading

import httpx2
import pytest
import structlog

from consent_server.log.witness import KEPT, Witness
from tests.consent_server.conftest import ORIGIN, decision, serving


class Elsewhere(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if status == 204:
            self.server.heard.append(body)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    """A web server that remembers what it took; `statuses` are what it answers first."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        server.heard, server.statuses = [], []
        server.url = f"http://127.0.0.1:{server.server_port}/secret-path"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_is_not_taken_is_told_again_with_what_came_since(elsewhere):
    elsewhere.statuses = [503]
    witness = Witness(elsewhere.url)

    with structlog.testing.capture_logs() as said:
        witness.add("one\n")
        witness.tell()
        witness.add("two\n")
        witness.tell()
        witness.tell()

    assert elsewhere.heard == ["one\ntwo\n"]
    assert [line["reason"] for line in said] == ["it answered 503"]
    assert "secret-path" not in str(said)


def test_nobody_there_is_no_fault_of_the_log():
    witness = Witness("http://127.0.0.1:1/secret-path")
    for number in range(KEPT + 5):
        witness.add(f"{number}\n")

    with structlog.testing.capture_logs() as said:
        witness.tell()

    assert [line["waiting"] for line in said] == [KEPT]


def test_a_server_tells_the_checkpoints_that_its_file_has(tmp_path, sites_file, elsewhere):
    arguments = ("--checkpoints-url", elsewhere.url)
    with serving(tmp_path / "kapsel.db", sites_file, *arguments) as server:
        httpx2.post(
            f"{server.url}/w/shop/consents",
            json=decision(1),
            headers={"Origin": ORIGIN},
            timeout=60,
        ).raise_for_status()
        server.process.terminate()
        server.process.wait(timeout=60)

    written = sites_file.with_name("kapsel.checkpoints").read_text(encoding="utf-8")
    assert "".join(elsewhere.heard) == written
    assert written.count("\n\n") == 1
