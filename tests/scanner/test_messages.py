"""Messages really leave, to servers of our own on loopback."""

import contextlib
import datetime as dt
import email
import email.policy
import hashlib
import hmac
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scanner.changes import Difference
from scanner.messages import Post, send
from scanner.model import Finding, Notify, Severity
from scanner.news import News, message

pytestmark = pytest.mark.anyio

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TOLD = News(
    site="shop",
    url="https://shop.example/",
    scanned_at=NOON,
    before_at=NOON - dt.timedelta(days=1),
    difference=Difference(),
    findings=(
        Finding(
            rule="pre-consent-cookie",
            severity=Severity.CRITICAL,
            items=("<!channel> blåbær",),
            advice="Potential breach.",
        ),
    ),
    settled=(),
)


class Hooks:
    """A web server that keeps what it gets and answers as it is told."""

    def __init__(self):
        self.got = []
        self.answers = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805 - the library's name, a closure's self
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.got.append((handler.path, dict(handler.headers), body))
                handler.send_response(self.answers.pop(0) if self.answers else 204)
                handler.end_headers()

            def log_message(handler, *_):  # noqa: N805
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextlib.contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hooks():
    found = Hooks()
    with running(found.server):
        yield found


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as one message needs, without TLS."""

    def handle(self):
        self.say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.server.commands.append(line)
            if word == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.messages.append(b"".join(lines))
                self.say("250 kept")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 well")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
    server.commands, server.messages = [], []
    server.address = f"127.0.0.1:{server.server_address[1]}"
    with running(server):
        yield server


async def no_pause(seconds):
    pass


async def told(notify, **post):
    return await send(
        message(TOLD), notify, post=Post(**post), pause=no_pause, clock=lambda: 1_700_000_000
    )


async def test_a_webhook_gets_the_news_signed(hooks):
    problems = await told(Notify(webhook=(f"{hooks.url}/kapsel",)), secret="hush")

    ((path, headers, body),) = hooks.got
    digest = hmac.new(b"hush", b"1700000000." + body, hashlib.sha256).hexdigest()
    assert problems == ()
    assert path == "/kapsel"
    assert headers["Kapsel-Signature"] == f"t=1700000000,v1={digest}"
    assert json.loads(body)["title"] == "shop: 1 new finding"


async def test_a_slack_hook_gets_text_in_which_no_name_calls_anybody(hooks):
    await told(Notify(slack=(f"{hooks.url}/services/T/B/x",)), secret="hush")

    ((_, headers, body),) = hooks.got
    words = json.loads(body)["text"]
    assert "Kapsel-Signature" not in headers
    assert words.startswith("shop: 1 new finding\n")
    assert "&lt;!channel&gt; blåbær" in words


async def test_a_hook_that_is_busy_is_tried_again(hooks):
    hooks.answers = [503, 429]

    assert await told(Notify(webhook=(hooks.url,))) == ()
    assert len(hooks.got) == 3


async def test_a_hook_that_refuses_is_not_asked_again(hooks):
    hooks.answers = [403]

    assert await told(Notify(webhook=(hooks.url,))) == ("127.0.0.1 answered 403",)
    assert len(hooks.got) == 1


async def test_a_hook_that_is_not_there_is_a_problem_in_words_without_its_secret_path(hooks):
    gone = "http://127.0.0.1:9/services/secret"

    (problem,) = await told(Notify(webhook=(gone,)))

    assert problem.startswith("127.0.0.1 cannot be reached")
    assert "secret" not in problem


async def test_one_that_fails_does_not_keep_the_others_from_being_told(hooks):
    problems = await told(Notify(webhook=("http://127.0.0.1:9/",), slack=(hooks.url,)))

    assert len(problems) == 1
    assert len(hooks.got) == 1


async def test_an_e_mail_is_handed_to_the_mail_server(mail):
    notify = Notify(email=("eier@shop.example", "dev@shop.example"))

    problems = await told(notify, smtp=f"smtp://{mail.address}", sender="kapsel@shop.example")

    assert problems == ()
    message = email.message_from_bytes(mail.messages[0], policy=email.policy.default)
    assert message["Subject"] == "Kapsel: shop: 1 new finding"
    assert message["From"] == "kapsel@shop.example"
    assert message["To"] == "eier@shop.example, dev@shop.example"
    assert "blåbær" in message.get_content()


async def test_a_password_is_not_sent_without_tls(mail):
    (problem,) = await told(Notify(email=("a@b.example",)), smtp=f"smtp://me:pass@{mail.address}")

    assert "offers no TLS" in problem
    assert mail.messages == []
    assert not [line for line in mail.commands if line.upper().startswith("AUTH")]


@pytest.mark.parametrize(
    ("smtp", "words"),
    [
        (None, "--smtp"),
        ("mail.example", "write the mail server as"),
        ("smtp://127.0.0.1:9", "the e-mail was not sent"),
    ],
)
async def test_a_mail_server_that_cannot_be_used_is_a_problem_in_words(smtp, words):
    (problem,) = await told(Notify(email=("a@b.example",)), smtp=smtp)

    assert words in problem
