"""Why a page could not be read."""

from __future__ import annotations

from scanner.model import Statement, said

_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": "name_unknown",
    "ERR_CONNECTION_REFUSED": "connection_refused",
    "ERR_CONNECTION_RESET": "connection_reset",
    "ERR_CONNECTION_CLOSED": "connection_closed",
    "ERR_CONNECTION_TIMED_OUT": "server_slow",
    "ERR_TIMED_OUT": "server_slow",
    "ERR_ADDRESS_UNREACHABLE": "unreachable",
    "ERR_INTERNET_DISCONNECTED": "no_network",
    "ERR_EMPTY_RESPONSE": "empty",
    "ERR_TOO_MANY_REDIRECTS": "circles",
    "ERR_INVALID_REDIRECT": "redirect_nowhere",
    "ERR_UNSAFE_REDIRECT": "redirect_unsafe",
    "ERR_UNKNOWN_URL_SCHEME": "no_web_address",
    "ERR_INVALID_RESPONSE": "invalid_http",
    "ERR_INVALID_HTTP_RESPONSE": "invalid_http",
    "ERR_RESPONSE_HEADERS_TRUNCATED": "headers_broken_off",
    "ERR_CONTENT_LENGTH_MISMATCH": "broken_off",
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "broken_off",
    "ERR_CONTENT_DECODING_FAILED": "not_unpacked",
    "ERR_RESPONSE_HEADERS_TOO_BIG": "headers_too_long",
    "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH": "invalid_http",
    "ERR_INVALID_CHUNKED_ENCODING": "invalid_http",
    "ERR_CONTENT_DECODING_INIT_FAILED": "not_unpacked",
    "ERR_HTTP2_PROTOCOL_ERROR": "http2_broken",
    "ERR_SSL_PROTOCOL_ERROR": "no_tls",
    "ERR_PROXY_CONNECTION_FAILED": "proxy_unreachable",
    "ERR_TUNNEL_CONNECTION_FAILED": "proxy_elsewhere",
    "ERR_UNSAFE_PORT": "unsafe_port",
    "ERR_BLOCKED_BY_RESPONSE": "forbidden_by_policy",
    "ERR_INVALID_AUTH_CREDENTIALS": "password_wanted",
    "ERR_ABORTED": "nothing_shown",
}


_AS_KEPT = 304  # Not Modified: the browser has the page
_TOO_LONG = 431  # Request Header Fields Too Large


def of_navigation(error: str) -> Statement:
    """Return what Chromium's *error* ("net::ERR_NAME_NOT_RESOLVED") means, with its name."""
    name = error.removeprefix("net::")
    if name.startswith("ERR_CERT_"):
        fault = name.removeprefix("ERR_CERT_").replace("_", " ").lower()
        return said("certificate", fault=fault, error=name)
    return said(_ERRORS.get(name, "browser_error"), error=name)


def of_status(status: int) -> Statement | None:
    """Return what an HTTP *status* means for the reading; None: it is a page."""
    if status == _TOO_LONG:
        return said("cookies_too_long", status=str(status))
    page = 200 <= status < 300 or status == _AS_KEPT  # a redirect that leads nowhere is none
    return None if page else said("http_status", status=str(status))
