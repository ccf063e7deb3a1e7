"""The middleware around a WSGI application."""

import io
import time
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from tests.widget.enforce.conftest import RULES, kept
from widget.enforce import EnforcedWSGI

PAGE = b"<!doctype html><head></head><img src=//ads.example/>"
HELD = (
    b'<!doctype html><head><script src="https://consent.example/w/shop.js" data-granted="">'
    b'</script></head><img data-category="marketing" data-src=//ads.example/>'
)
HTML = [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))]


class Fixed:
    """A source that always knows."""

    def rules(self):
        return RULES


def ask(app, *, validated=True, **environ):
    """Return status, headers and body of a request to *app* behind the middleware."""
    given = {"HTTP_HOST": "www.shop.example", "HTTP_ACCEPT": "text/html", "QUERY_STRING": ""}
    given |= environ
    setup_testing_defaults(given)
    told = []
    written = []

    def start_response(status, headers, exc_info=None):
        told[:] = [status, headers]
        return written.append

    enforced = EnforcedWSGI(app, Fixed())
    body = (validator(enforced) if validated else enforced)(given, start_response)
    try:
        portions = list(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    status, headers = told
    return status, {name.lower(): value for name, value in headers}, b"".join(written + portions)


def whole(environ, start_response):
    start_response("200 OK", HTML)
    return [PAGE]


def in_portions(environ, start_response):
    start_response("200 OK", HTML)
    return (PAGE[at : at + 1] for at in range(len(PAGE)))


def begun_late(environ, start_response):
    yield b""
    start_response("200 OK", HTML)
    yield PAGE


def written(environ, start_response):
    write = start_response("200 OK", HTML)
    write(PAGE[:20])
    return [PAGE[20:]]


@pytest.mark.parametrize("app", [whole, in_portions, begun_late, written])
def test_a_page_is_held_back_however_it_is_sent(app):
    status, headers, body = ask(app, validated=app is not begun_late)

    assert (status, body) == ("200 OK", HELD)
    assert headers.get("content-length") == (str(len(HELD)) if app is whole else None)
    assert headers["content-security-policy"].startswith("default-src 'self' ")


def test_what_is_no_page_is_the_applications_own_iterable():
    file = io.BytesIO(b"data")

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "image/png")])
        return file

    environ = {"HTTP_HOST": "www.shop.example"}
    setup_testing_defaults(environ)

    assert EnforcedWSGI(app, Fixed())(environ, lambda status, headers: None) is file


def test_an_error_after_the_beginning_replaces_the_answer():
    def app(environ, start_response):
        start_response("200 OK", HTML)
        fault = (ValueError, ValueError("theirs"), None)
        start_response("500 Broken", [("Content-Type", "text/plain")], fault)
        return [b"broken"]

    assert ask(app) == ("500 Broken", {"content-type": "text/plain"}, b"broken")


def test_the_body_is_closed_even_if_it_fails():
    class Body:
        closed = False

        def __iter__(self):
            yield PAGE[:20]
            raise OSError("gone")

        def close(self):
            self.closed = True

    body = Body()

    def app(environ, start_response):
        start_response("200 OK", HTML)
        return body

    with pytest.raises(OSError, match="gone"):
        ask(app, validated=False)
    assert body.closed


def test_the_application_is_asked_for_the_whole_page():
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        return whole(environ, start_response)

    ask(app, HTTP_RANGE="bytes=0-1", HTTP_IF_NONE_MATCH='"x"', HTTP_X_OWN="1", CONTENT_TYPE="a/b")

    assert "HTTP_RANGE" not in seen
    assert "HTTP_IF_NONE_MATCH" not in seen
    assert (seen["HTTP_X_OWN"], seen["CONTENT_TYPE"]) == ("1", "a/b")


def test_a_cookie_expires_on_the_path_as_the_browser_knows_it():
    lines = []

    def start_response(status, headers, exc_info=None):
        lines.extend(value for name, value in headers if name == "set-cookie")

    refused = "kapsel_consent=" + kept("statistics:0", at=time.time())
    environ = {"HTTP_HOST": "www.shop.example", "HTTP_COOKIE": f"{refused}; _ga=1"}
    environ["PATH_INFO"] = "/a b/æ".encode().decode("latin-1")
    setup_testing_defaults(environ)

    list(EnforcedWSGI(whole, Fixed())(environ, start_response))

    assert "_ga=; Max-Age=0; Path=/a%20b/%C3%A6; Domain=shop.example" in lines


def test_a_head_has_no_body_and_no_length_that_is_not_true():
    def app(environ, start_response):
        start_response("200 OK", HTML)
        return []

    _, headers, body = ask(app, REQUEST_METHOD="HEAD")

    assert body == b""
    assert "content-length" not in headers
