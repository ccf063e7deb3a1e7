"""One request: what the application is asked, and what leaves of its answer. Pure."""

from __future__ import annotations

import hashlib
import html
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from widget.enforce import address, clearing, links
from widget.enforce.answer import COOKIE, NOTHING, cookies, granted
from widget.enforce.coding import KNOWN, Recoded
from widget.enforce.policy import policy
from widget.enforce.rewrite import Rewriter
from widget.enforce.rules import OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widget.enforce.coding import Change
    from widget.enforce.rules import Rules

#: Names in lower case, and values, in their order.
Headers = list[tuple[str, str]]

#: Set by the widget for a visitor who has asked for one frame, this time only: its host.
ONCE = "kapsel_once"

#: Kinds of content that a browser shows as a document, if it was asked for one.
_DOCUMENTS = ("application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")
_DESTINATIONS = ("document", "iframe", "frame", "embed", "object")

#: True of the page as it was written, and of the rewritten one no more.
_UNTRUE = (
    *("content-length", "accept-ranges", "content-md5", "digest", "content-digest"),
    *("repr-digest", "last-modified"),
)

#: Encodings in which an ASCII character may be a part of another one.
_NOT_ASCII = re.compile(r"utf-?(16|32|7)|iso-2022|hz-gb|ucs-?[24]|ibm|ebcdic", re.IGNORECASE)
_MARKS = (b"\xfe\xff", b"\xff\xfe")  # with which UTF-16 begins


class Answer(NamedTuple):
    """What leaves instead of the application's answer."""

    headers: Headers
    change: Change | None  # of the body; None: it stays as it is


class Visit:
    """What is known of one request, and so of the answer that its sender may have."""

    def __init__(
        self,
        rules: Rules,
        *,
        method: str,
        host: str,
        path: str,
        headers: Headers,
        now: float,
        report_only: bool = False,
    ) -> None:
        """
        Args:
            host: As in the header ``Host``.
            now: Seconds since 1970.
            report_only: Whether the policy only reports what it would refuse.
        """
        self._rules = rules
        self._method = method
        self._host = address.host(f"//{host}") or ""
        self._path = path
        self._given = headers
        self._report_only = report_only
        self._jar = cookies("; ".join(value for name, value in headers if name == "cookie"))
        answered = granted(self._jar.get(COOKIE), rules, now=now)
        self._answered = answered is not None
        self._granted = NOTHING if answered is None else answered
        self._once = address.host(f"//{self._jar[ONCE]}") if self._jar.get(ONCE) else None

    @property
    def asked(self) -> Headers:
        """The headers with which the application is asked.

        A page is never asked for in parts, nor in a form that cannot be read; whether the visitor
        has it already is asked only if it was made for the same answer of hers.
        """
        if not self._wants_page:
            return self._given
        headers: Headers = []
        for name, value in self._given:
            if name == "accept-encoding":
                headers.append((name, _readable(value)))
            elif name == "if-none-match":
                known = [tag for tag in map(self._their_tag, value.split(",")) if tag]
                headers += [(name, ", ".join(known))] if known else []
            elif name not in ("if-modified-since", "if-range", "range"):
                headers.append((name, value))
        return headers

    def answer(self, status: int, given: Headers) -> Answer:
        """Return what becomes of an answer of the application's, with these headers."""
        kind = _value(given, "content-type").partition(";")[0].strip().lower()
        not_new = status == 304 and self._wants_page
        is_page = kind == "text/html" or not_new or (kind in _DOCUMENTS and self._wants_page)
        headers = links.kept([*self._without_refused(given)], self._waits)
        if not is_page:
            return Answer(headers, None)
        wanted = policy(self._rules, self._granted, frames=(self._once,) if self._once else ())
        if wanted is not None:
            name = "content-security-policy" + ("-report-only" if self._report_only else "")
            headers.append((name, wanted))
        headers = _unshared(headers)
        if self._answered:
            headers += [("set-cookie", line) for line in self._expired()]
        if ONCE in self._jar:
            headers.append(("set-cookie", f"{ONCE}=; Max-Age=0; Path=/"))
        coding = _value(given, "content-encoding").strip().lower() or "identity"
        if not_new or not self._is_rewritten(status, given, kind=kind, coding=coding):
            return Answer([self._tagged(pair) for pair in headers] if not_new else headers, None)
        headers = [self._tagged(pair) for pair in headers if pair[0] not in _UNTRUE]
        if self._method == "HEAD":
            return Answer(headers, None)
        return Answer(headers, self._change(given, coding))

    def may_hint(self, link: str) -> bool:
        """Return whether a value of a ``Link`` header may be sent."""
        return links.kept([("link", link)], self._waits) != []

    @property
    def _wants_page(self) -> bool:
        wanted = _value(self._given, "sec-fetch-dest")
        return wanted in _DESTINATIONS or "text/html" in _value(self._given, "accept").lower()

    def _waits(self, url: str) -> bool:
        host = address.host(url)
        if not host or host == self._host:
            return False
        return bool(set(self._rules.waits_for(host)) - self._granted)

    def _without_refused(self, given: Headers) -> Iterable[tuple[str, str]]:
        for name, value in given:
            if name != "set-cookie" or not clearing.dropped(
                value, rules=self._rules, granted=self._granted
            ):
                yield name, value

    def _expired(self) -> list[str]:
        return clearing.expired(
            self._jar,
            rules=self._rules,
            granted=self._granted,
            host=self._host,
            path=self._path,
        )

    def _is_rewritten(self, status: int, given: Headers, *, kind: str, coding: str) -> bool:
        disposition = _value(given, "content-disposition").strip().lower()
        return (
            kind == "text/html"
            and status not in (204, 205, 206)
            and coding in KNOWN
            and not disposition.startswith("attachment")
            and not _NOT_ASCII.search(_value(given, "content-type").partition(";")[2])
        )

    def _change(self, given: Headers, coding: str) -> Change:
        rewriter = Rewriter(
            self._rules,
            self._granted,
            page_host=self._host,
            once=self._once,
            tag=self._tag(_nonce(given)),
        )
        change = _Asciified(rewriter)
        return change if coding == "identity" else Recoded(change, coding)

    def _tag(self, nonce: str | None) -> bytes:
        """Return the widget's tag; it says for which answer the page was made."""
        if not self._rules.server:
            return b""
        made_for = ",".join(name for name in OPTIONAL if name in self._granted)
        proof = f' nonce="{nonce}"' if nonce else ""
        once = f' data-once="{html.escape(self._jar[ONCE])}"' if self._once else ""
        source = html.escape(self._rules.script)
        return f'<script src="{source}" data-granted="{made_for}"{once}{proof}></script>'.encode()

    @property
    def _state(self) -> str:
        """A short name for all that the page depends on beside the application."""
        facts = msgspec.json.encode([self._rules, sorted(self._granted), self._once])
        return "-k" + hashlib.sha256(facts).hexdigest()[:10]

    def _tagged(self, pair: tuple[str, str]) -> tuple[str, str]:
        name, value = pair
        if name == "etag" and value.endswith('"'):
            return name, f'{value[:-1]}{self._state}"'
        return pair

    def _their_tag(self, tag: str) -> str:
        """Return the application's own ETag out of one of ours; empty: it was made otherwise."""
        theirs, ours, rest = tag.strip().rpartition(self._state)
        return f'{theirs}"' if ours and rest == '"' else ""


class _Asciified:
    """A rewriter that leaves alone what begins as UTF-16."""

    def __init__(self, rewriter: Rewriter) -> None:
        self._rewriter: Rewriter | None = rewriter
        self._begin: bytes | None = b""

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """Return what *data* has become."""
        if self._begin is not None:
            data, self._begin = self._begin + data, None
            if len(data) < 2 and not last:
                self._begin = data
                return b""
            if data.startswith(_MARKS):
                self._rewriter = None
        return data if self._rewriter is None else self._rewriter.feed(data, last=last)


def _value(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key == name), "")


def _readable(codings: str) -> str:
    """Return what of an ``Accept-Encoding`` this package can open."""
    kept = [c.strip() for c in codings.split(",") if c.partition(";")[0].strip().lower() in KNOWN]
    return ", ".join(kept) or "identity"


def _unshared(headers: Headers) -> Headers:
    """Return *headers* of a page that is made for one visitor and may change with her answer."""
    caching = _value(headers, "cache-control").lower()
    varies = ", ".join(value for name, value in headers if name == "vary")
    kept = [pair for pair in headers if pair[0] not in ("cache-control", "expires", "vary")]
    stored = "no-store" if "no-store" in caching else "private, no-cache"
    names = [name.strip().lower() for name in varies.split(",")]
    if "*" not in names and "cookie" not in names:
        varies = f"{varies}, Cookie" if varies else "Cookie"
    return [*kept, ("cache-control", stored), ("vary", varies)]


def _nonce(headers: Headers) -> str | None:
    """Return the nonce that the site's own policy asks of its scripts."""
    for name, value in headers:
        if name == "content-security-policy":
            found = re.search(r"(?:script-src|default-src)[^;]*'nonce-([A-Za-z0-9+/=_-]+)'", value)
            if found:
                return found[1]
    return None
