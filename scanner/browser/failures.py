"""Why a page could not be read, in words."""

from __future__ import annotations

_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": "the host's name is not known",
    "ERR_CONNECTION_REFUSED": "the server refused the connection",
    "ERR_CONNECTION_RESET": "the server broke the connection off",
    "ERR_CONNECTION_CLOSED": "the server closed the connection",
    "ERR_CONNECTION_TIMED_OUT": "the server did not answer in time",
    "ERR_TIMED_OUT": "the server did not answer in time",
    "ERR_ADDRESS_UNREACHABLE": "the server cannot be reached",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_EMPTY_RESPONSE": "the server sent nothing",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in circles",
    "ERR_INVALID_REDIRECT": "it redirects to what is no address",
    "ERR_UNSAFE_REDIRECT": "it redirects to what a browser refuses",
    "ERR_UNKNOWN_URL_SCHEME": "it leads to no address of the web",
    "ERR_INVALID_RESPONSE": "the answer is not valid HTTP",
    "ERR_INVALID_HTTP_RESPONSE": "the answer is not valid HTTP",
    "ERR_RESPONSE_HEADERS_TRUNCATED": "the answer breaks off in its headers",
    "ERR_CONTENT_LENGTH_MISMATCH": "the answer breaks off",
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "the answer breaks off",
    "ERR_CONTENT_DECODING_FAILED": "the answer cannot be unpacked",
    "ERR_RESPONSE_HEADERS_TOO_BIG": "the answer's headers are too long for a browser",
    "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH": "the answer is not valid HTTP",
    "ERR_INVALID_CHUNKED_ENCODING": "the answer is not valid HTTP",
    "ERR_CONTENT_DECODING_INIT_FAILED": "the answer cannot be unpacked",
    "ERR_HTTP2_PROTOCOL_ERROR": "the server broke the rules of HTTP/2",
    "ERR_SSL_PROTOCOL_ERROR": "the server does not speak TLS",
    "ERR_PROXY_CONNECTION_FAILED": "the proxy cannot be reached",
    "ERR_TUNNEL_CONNECTION_FAILED": "the proxy does not lead there",
    "ERR_UNSAFE_PORT": "a browser refuses to use this port",
    "ERR_BLOCKED_BY_RESPONSE": "the page's own policy forbids to show it",
    "ERR_INVALID_AUTH_CREDENTIALS": "it asks for a password",
    "ERR_ABORTED": "it is no page (nothing was shown)",
}


_TOO_LONG = 431  # Request Header Fields Too Large


def of_navigation(error: str) -> str:
    """Return Chromium's *error* ("net::ERR_NAME_NOT_RESOLVED") in words, with its name."""
    name = error.removeprefix("net::")
    if name.startswith("ERR_CERT_"):
        fault = name.removeprefix("ERR_CERT_").replace("_", " ").lower()
        return f"the certificate is not trusted: {fault} ({name}); --insecure accepts it"
    words = _ERRORS.get(name)
    return f"{words} ({name})" if words else f"the browser says {name}"


def of_status(status: int) -> str | None:
    """Return what an HTTP *status* means for the reading; None: it is a page."""
    if status == _TOO_LONG:
        return f"the cookies that the site has set are too long for its server (HTTP {status})"
    return f"the server answered HTTP {status}" if status >= 400 else None
