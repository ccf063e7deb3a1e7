"""The server as visitors' browsers reach it, and whether the sites have its tag."""

from __future__ import annotations

import datetime as dt
import email.utils
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2 as httpx

from consent_server.doctor.check import Check, bad, good, note
from consent_server.doctor.storage import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.model import Site

TIMEOUT = 10.0  # seconds for one answer
RENEW = 14  # days before its end at which a certificate should have been renewed


def server(address: str, sites: Sequence[Site]) -> Iterator[Check]:
    """
    Ask the server at *address* (``https://consent.example.org``) as a browser would.

    Also each site's first page is asked for, to see whether the tag is in its HTML.
    """
    address = address.rstrip("/")
    if urlsplit(address).scheme not in ("http", "https"):
        yield bad("server", f"{address} is no address", "write it as https://consent.example.org")
        return
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True, trust_env=False) as client:
        ready = _get(client, f"{address}/readyz")
        if isinstance(ready, str):
            yield bad("server", ready, _way_out(ready))
            return
        if ready.status_code != 200:
            yield bad("server", f"{address}/readyz answers {ready.status_code}: {ready.text[:200]}")
            return
        yield good("server", f"{address} is ready")
        yield _clock(ready)
        yield _transport(address)
        if urlsplit(address).scheme == "https":
            yield people(client, address)
        for site in sites:
            yield _script(client, f"{address}/w/{site.key}.js", site)
            yield _tag(client, address, site)


def _get(client: httpx.Client, url: str) -> httpx.Response | str:
    """Return the answer, or why there is none."""
    try:
        return client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return f"{url} cannot be reached: {exc or type(exc).__name__}"


def _way_out(failure: str) -> str:
    """Return what to do about the *failure* to reach the server."""
    if "CERTIFICATE" in failure:
        return "renew the certificate, and let the server send its whole chain: browsers ask for it"
    return "is 'kapsel serve' running, and the proxy before it?"


def _clock(answer: httpx.Response) -> Check:
    said = answer.headers.get("date")
    if said is None:
        return note("clock", "the server does not tell the time")
    away = abs((email.utils.parsedate_to_datetime(said) - dt.datetime.now(dt.UTC)).total_seconds())
    if away > CLOCK:
        advice = "set both by NTP: decisions bear the server's time"
        return bad("clock", f"the server's clock and this one are {away:.0f} seconds apart", advice)
    return good("clock", "the server's clock agrees with this one")


def _transport(address: str) -> Check:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https":
        if host in ("localhost", "127.0.0.1", "::1"):
            return note("TLS", "not used on this machine itself; visitors need it")
        return bad("TLS", f"{address} is not encrypted", "serve it over https")
    try:
        left = _days_left(host, parts.port or 443)
    except (OSError, ssl.SSLError) as exc:
        return bad("TLS", f"the certificate of {host} is not accepted: {exc}")
    if left < RENEW:
        return bad("TLS", f"the certificate of {host} ends in {left} days", "renew it")
    return good("TLS", f"the certificate of {host} is good for {left} days")


def people(client: httpx.Client, address: str) -> Check:
    """Say whether the server knows that it is asked over https: else it lets nobody sign in."""
    subject = "pages for people"
    answer = _get(client, f"{address}/admin/sign-in")
    if isinstance(answer, str):
        return bad(subject, answer)
    if answer.status_code != 200:
        return bad(subject, f"{address}/admin/sign-in answers {answer.status_code}")
    if "__Host-" not in answer.headers.get("set-cookie", ""):
        said = "the server does not know that it is asked over https, and lets nobody sign in"
        advice = "let the proxy send X-Forwarded-Proto, and name its address by --trusted-proxy"
        return bad(subject, said, advice)
    return good(subject, f"{address}/admin can be signed in to")


def _days_left(host: str, port: int) -> int:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=TIMEOUT) as line,
        context.wrap_socket(line, server_hostname=host) as tls,
    ):
        end = ssl.cert_time_to_seconds(str((tls.getpeercert() or {})["notAfter"]))
    return int((end - dt.datetime.now(dt.UTC).timestamp()) // 86400)


def _script(client: httpx.Client, url: str, site: Site) -> Check:
    subject = f"site {site.key}"
    answer = _get(client, url)
    if isinstance(answer, str):
        return bad(subject, answer)
    if answer.status_code == 421:
        said = f"{url} is refused: the server was told to answer to other names only"
        return bad(subject, said, f"kapsel serve --host-name {urlsplit(url).hostname}")
    if answer.status_code != 200 or "javascript" not in answer.headers.get("content-type", ""):
        return bad(subject, f"{url} answers {answer.status_code} instead of the script")
    if answer.headers.get("content-encoding") is None:
        return note(subject, f"{url} comes uncompressed", "let the proxy hand on Accept-Encoding")
    return good(subject, f"{url} is served")


def _tag(client: httpx.Client, address: str, site: Site) -> Check:
    subject = f"site {site.key}"
    page = _get(client, site.url)
    if isinstance(page, str):
        return note(subject, page)
    if f"/w/{site.key}." in page.text and (urlsplit(address).netloc in page.text):
        return good(subject, f"{site.url} has the tag")
    said = f"the tag is not in the HTML of {site.url}"
    return note(subject, said, f"paste what 'kapsel embed {site.key}' prints; a script may add it")
