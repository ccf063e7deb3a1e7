"""What an owner pastes into a site does what it says; nginx's part is tried with nginx."""

import contextlib
import gzip
import http.client
import os
import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from consent_server.embedding import described, nginx, summary, tag
from tests.widget.enforce.conftest import RULES

NGINX = shutil.which("nginx", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
PAGE = (
    b"<!doctype html><html><head><title>x</title></head><body>"
    b'<script async src="https://ads.example/a.js"></script>'
    b"<iframe src='//both.example/f'></iframe><img src=\"/own.png\">"
    b'<a href="https://ads.example/">x</a><script src="https://cdn.example/x.js"></script>'
)


def test_a_pinned_copy_says_where_its_server_is():
    made = tag("shop", server="https://c.example/x/", level="guarded", copy=("k.js", b""))

    assert made.html.startswith('<script src="/k.js" data-server="https://c.example/x/w/shop.js" ')
    assert 'integrity="sha384-' in made.html
    assert made.origin == "https://c.example"


def test_an_edition_has_its_digest_in_its_address():
    made = tag("shop", server="https://c.example/x/", level="marked", edition=b"abc")

    assert made.html == (
        '<script async src="https://c.example/x/w/shop.ba7816bf8f01cfea414140de5dae2223.js" '
        'integrity="sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn" '
        'crossorigin="anonymous"></script>'
    )


def test_an_address_cannot_end_its_attribute():
    assert tag("shop", server='https://c.example/"><b>', level="marked").html.count("<") == 2


def test_the_owner_is_told_of_hosts_that_nobody_has_sorted():
    [level, unsorted] = summary(RULES, level="enforced")

    assert level.startswith("Level: enforced. Held back: everything ")
    assert unsorted.startswith("Nobody has sorted what.example: ")
    assert len(summary(RULES, level="marked")) == 1
    told = described(tag("shop", server="x", level="marked"), RULES, level="marked", snippet=None)
    assert told["unsorted_hosts"] == ["what.example"]


class Upstream(BaseHTTPRequestHandler):
    """The site behind nginx."""

    def do_GET(self):
        body = PAGE
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(PAGE)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(folder, rules):
    """Run nginx with what was generated for *rules*; yield what asks it."""
    text = nginx(rules)
    http_part, server_part = text.split("# --- in server")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=upstream.serve_forever)
    thread.start()
    (folder / "http.conf").write_text(http_part, encoding="utf-8")
    (folder / "server.conf").write_text("# " + server_part, encoding="utf-8")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {places} include {folder}/http.conf;"
        f"server {{ listen unix:{folder}/s; include {folder}/server.conf;"
        f"location / {{ proxy_pass http://127.0.0.1:{upstream.server_port}; }} }} }}",
        encoding="utf-8",
    )
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield lambda cookie: asked(folder / "s", cookie)
    finally:
        process.terminate()
        process.wait()
        upstream.shutdown()
        thread.join()
        upstream.server_close()


def asked(path, cookie):
    """Return the policy, the caching and the body that a visitor with *cookie* gets."""
    connection = http.client.HTTPConnection("www.shop.example")
    connection.sock = socket.socket(socket.AF_UNIX)
    with contextlib.closing(connection):
        for _ in range(200):
            with contextlib.suppress(OSError):
                connection.sock.connect(str(path))
                break
            threading.Event().wait(0.05)
        headers = {"Accept-Encoding": "gzip", "Cookie": cookie} if cookie else {}
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        return (
            answer.headers["Content-Security-Policy"],
            answer.headers["Cache-Control"],
            answer.read(),
        )


def kept(statistics, marketing, revision="cccc"):
    choices = f"functional:0:aaaa|statistics:{statistics}:bbbb|marketing:{marketing}:{revision}"
    return f"a=1; kapsel_consent=id=1&revision=r1&choices={choices}&at=1&action=save&seen=; b=2"


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_keeps_back_what_was_not_granted(tmp_path):
    with serving(tmp_path, RULES) as ask:
        nobody = ask(None)
        some = ask(kept(1, 0))
        all_of_it = ask(kept(1, 1))
        outdated = ask(kept(0, 1, revision="0000"))

    policy, caching, body = nobody
    everything, frames = policy.split("; ")
    assert everything.startswith("default-src 'self' ")
    assert "ads.example" not in everything
    assert "ads.example" in frames
    assert caching == "private, no-cache"
    assert b'<script async data-category="marketing" data-src="https://ads.example/a.js">' in body
    assert b"<iframe data-category=\"statistics,marketing\" data-src='//both.example/f'>" in body
    assert b'<a href="https://ads.example/">' in body
    assert b'<head><script src="https://consent.example/w/shop.js"></script>' in body
    assert "stats.example" in some[0].split("; ")[0]
    assert b'data-category="marketing" data-src="https://ads.example/a.js"' in some[2]
    assert all_of_it[0] is None
    assert b'<script async src="https://ads.example/a.js">' in all_of_it[2]
    assert outdated[2] == body


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_takes_more_hosts_than_it_can_read_in_one_word(tmp_path):
    hosts = {f"host-{n}.with-a-long-name.example": ("necessary",) for n in range(200)}

    with serving(tmp_path, msgspec.structs.replace(RULES, hosts=hosts)) as ask:
        policy, *_ = ask(None)

    for host in hosts:
        assert f" {host} *.{host}" in policy


def test_nginxs_configuration_says_which_revision_it_goes_by():
    text = nginx(RULES)

    assert "goes by revision r1." in text
    assert "statistics:1:bbbb" in text
    assert 'x00 "default-src' in text
    assert 'x11 "";' in text
