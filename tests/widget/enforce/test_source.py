"""Rules come from a file or the consent server; without them, nothing is allowed."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from tests.widget.enforce.conftest import RULES
from widget.enforce import RulesFile, RulesServer

BODY = msgspec.json.encode(msgspec.structs.replace(RULES, server=""))


class ConsentServer:
    """Answers with what the test says, and notes what it was asked."""

    def __init__(self):
        self.status, self.body, self.asked = 200, BODY, []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                owner.asked.append((self.path, self.headers.get("If-None-Match")))
                self.send_response(owner.status)
                self.send_header("ETag", '"1"')
                self.send_header("Content-Length", str(len(owner.body)))
                self.end_headers()
                if owner.status != 304:
                    self.wfile.write(owner.body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def consent_server():
    there = ConsentServer()
    thread = threading.Thread(target=there.server.serve_forever)
    thread.start()
    yield there
    there.server.shutdown()
    thread.join()
    there.server.server_close()


def test_the_newest_rules_come_from_the_server_and_are_kept(consent_server, tmp_path):
    copy = tmp_path / "shop.json"

    rules = RulesServer(consent_server.url + "/", "shop", copy=copy).wait()

    assert rules == msgspec.structs.replace(RULES, server=consent_server.url)
    assert consent_server.asked == [("/w/shop/enforcement.json", None)]
    assert copy.read_bytes() == BODY


def test_they_are_asked_for_again_by_what_is_known_of_them(consent_server):
    source = RulesServer(consent_server.url, "shop", every=0)
    source.wait()
    consent_server.status = 304

    rules = source.wait()

    assert consent_server.asked[-1] == ("/w/shop/enforcement.json", '"1"')
    assert rules.hosts == RULES.hosts


def test_they_are_not_asked_for_with_every_page(consent_server):
    source = RulesServer(consent_server.url, "shop")
    source.wait()

    source.wait()

    assert len(consent_server.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b"{"), (200, b"[]"), (404, b"{}")])
def test_a_server_that_fails_changes_nothing(consent_server, status, body):
    source = RulesServer(consent_server.url, "shop", every=0)
    known = source.wait()
    consent_server.status, consent_server.body = status, body

    assert source.wait() is known


def test_where_nothing_was_ever_known_nothing_is_allowed():
    rules = RulesServer("http://127.0.0.1:9", "shop").wait()

    assert rules.waits_for("cdn.example") == ("unclassified",)
    assert rules.categories == ()


def test_a_copy_stands_in_for_a_server_that_is_away(tmp_path):
    copy = tmp_path / "shop.json"
    copy.write_bytes(BODY)

    source = RulesServer("http://127.0.0.1:9", "shop", copy=copy)

    assert source.wait().hosts == RULES.hosts
    assert source.rules().server == "http://127.0.0.1:9"


def test_a_copy_that_cannot_be_read_is_none(tmp_path):
    copy = tmp_path / "shop.json"
    copy.write_bytes(b"{")

    assert RulesServer("http://127.0.0.1:9", "shop", copy=copy).wait().hosts == {}


def test_a_consent_server_has_an_address_of_the_web():
    with pytest.raises(ValueError, match="https://"):
        RulesServer("file:///etc", "shop")


def test_a_file_is_followed_and_a_broken_one_is_not(tmp_path):
    file = tmp_path / "shop.json"
    file.write_bytes(BODY)
    source = RulesFile(file)
    assert source.rules().hosts == RULES.hosts

    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(RULES, hosts={})))
    assert source.rules().hosts == {}

    file.write_bytes(b"{")
    assert source.rules().hosts == {}
    file.unlink()
    assert source.rules().hosts == {}


def test_a_file_that_is_no_rules_is_refused_at_once(tmp_path):
    file = tmp_path / "shop.json"
    file.write_text('{"site": 1}')

    with pytest.raises(msgspec.ValidationError):
        RulesFile(file)
