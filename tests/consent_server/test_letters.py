"""An answer is prepared while the disk works, and is the one that the line then needs."""

import json
from types import SimpleNamespace

import pytest

from consent_server.letters import Letter
from tests.consent_server.conftest import ORIGIN, decision

SERVED = SimpleNamespace(
    site=SimpleNamespace(key="shop", banner=SimpleNamespace(layout="box")),
    revisions=frozenset({"r1"}),
)


class Line:
    """A line that keeps what is written on it."""

    def __init__(self):
        self.transport = self
        self.written = b""
        self.closed = False

    def standing_headers(self):
        return b"date: today\r\n"

    def is_closing(self):
        return self.closed

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def go_on(self):
        """There is nothing more to begin."""


@pytest.fixture
def letter():
    """A letter that is opened, on a line that stays."""
    letter = Letter(
        Line(), SimpleNamespace(keep_network=False), SERVED, ORIGIN.encode(), None, None
    )
    letter.body = json.dumps(decision()).encode()
    letter.open()
    return letter


@pytest.mark.parametrize("prepared", [True, False])
def test_a_stored_decision_is_answered_alike_prepared_or_not(letter, prepared):
    if prepared:
        letter.get_ready()

    letter.tell(True)

    head, _, body = letter.line.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 Created\r\n")
    assert head.endswith(b"date: today")
    assert json.loads(body)["id"] == decision()["id"]
    assert not letter.line.closed


def test_a_line_that_is_to_close_meanwhile_is_told_so(letter):
    letter.get_ready()
    letter.keep_alive = False  # as uvicorn does when it is told to stop

    letter.tell(True)

    assert b"\r\nconnection: close\r\n\r\n" in letter.line.written
    assert letter.line.closed


def test_what_was_prepared_is_not_said_of_a_decision_that_was_not_stored(letter):
    letter.get_ready()

    letter.tell(OSError("the disk is gone"))

    assert letter.line.written.startswith(b"HTTP/1.1 500 ")
    assert letter.line.written.count(b"HTTP/1.1") == 1
