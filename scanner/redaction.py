"""Take out of addresses and headers what can identify a person or open a door. Pure.

Evidence must show what was sent to whom; it need not, and must not, hold an e-mail address, a
token or the value of a cookie.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import msgspec

from scanner.model import SetBy

if TYPE_CHECKING:
    from scanner.model import Observation, PageRead, Signal

_By = TypeVar("_By", bound=SetBy)

#: What stands where something was taken out.
REDACTED = "[redacted]"

_EMAIL = re.compile(r"[^\s@/?&=:;,<>\"']+@[^\s@/?&=:;,<>\"']+\.[^\s@/?&=:;,<>\"'.]{2,}")
_JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?")
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$|jsp$)[a-z]\w{1,4}$", re.IGNORECASE)
_CODE = re.compile(r"\.(m?js|css)$", re.IGNORECASE)
_RUN = re.compile(r"[\w+/=~-]+")
_SECRET_NAME = re.compile(
    r"token|secret|passw|passord|lösenord|signature|^sig$|session|^sid$|^key$|api[_-]?key|auth|csrf"
    r"|xsrf|e-?mail|epost|phone|mobil|credential|^code$|^otp$|^nonce$",
    re.IGNORECASE,
)
_LONG = 16  # characters from which a run without words is taken for a token
_LONG_IN_PATH = 30  # numbers of articles and products are no secret
_MIXED = 3.2  # bits for each character, above which a run is no word
_COOKIES = frozenset({"cookie", "set-cookie", "cookie2", "set-cookie2"})
_ADDRESSES = frozenset({"referer", "location", "content-location", "origin", ":path"})


def redacted_url(url: str) -> str:
    """Return *url* without e-mail addresses, tokens, a user name or a password."""
    if not url.startswith(("http:", "https:", "ws:", "wss:", "/")):
        return _EMAIL.sub(REDACTED, url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return REDACTED
    netloc = parts.netloc.rpartition("@")[2]
    asset = _FILE.search(parts.path) is not None
    path = "/".join(_segment(segment, asset=asset) for segment in parts.path.split("/"))
    code = _CODE.search(parts.path) is not None
    query = "&".join(_pair(pair, code=code) for pair in parts.query.split("&"))
    fragment = "&".join(_pair(pair) for pair in parts.fragment.split("&"))
    return parts._replace(netloc=netloc, path=path, query=query, fragment=fragment).geturl()


def was_redacted(url: str) -> bool:
    """Tell whether something was taken out of *url*: it leads nowhere any more."""
    return REDACTED in url or quote(REDACTED) in url


def redacted_header(name: str, value: str, *, also: frozenset[str] = frozenset()) -> str:
    """
    Return the *value* of the header *name* as it may stand in evidence.

    Of cookies the names stay, and the attributes of those that are set.

    Args:
        also: Names, in lower case, of further headers whose value is secret.
    """
    low = name.lower()
    if low in _COOKIES:
        parting = "\n" if low.startswith("set") else ";"
        return parting.join(_cookie(line, whole=parting == ";") for line in value.split(parting))
    if low in also or _SECRET_NAME.search(low):
        return REDACTED
    return redacted_url(value) if low in _ADDRESSES else redacted_text(value)


def redacted_text(text: str) -> str:
    """Return *text* without e-mail addresses and what looks like a token."""
    text = _JWT.sub(REDACTED, _EMAIL.sub(REDACTED, text))
    return _RUN.sub(lambda run: REDACTED if _random(run[0], _LONG_IN_PATH) else run[0], text)


def redacted_read(read: PageRead) -> PageRead:
    """Return *read* with all its addresses redacted."""
    visit = msgspec.structs.replace(
        read.visit, url=redacted_url(read.visit.url), final_url=redacted_url(read.visit.final_url)
    )
    return msgspec.structs.replace(
        read,
        visit=visit,
        observations=tuple(map(_observation, read.observations)),
        signals=tuple(map(_signal, read.signals)),
    )


def _observation(seen: Observation) -> Observation:
    return msgspec.structs.replace(
        seen,
        page=redacted_url(seen.page),
        set_by=seen.set_by and _setter(seen.set_by),
        later=tuple(map(_setter, seen.later)),
        initiators=tuple(map(_setter, seen.initiators)),
    )


def _signal(signal: Signal) -> Signal:
    return msgspec.structs.replace(
        signal,
        by=signal.by and _setter(signal.by),
        pages=tuple(map(redacted_url, signal.pages)),
        facts={name: redacted_text(text) for name, text in signal.facts.items()},
    )


def _setter(by: _By) -> _By:
    changes: dict[str, Any] = {"url": redacted_url(by.url)} if by.url else {}
    return msgspec.structs.replace(by, **changes)


def _pair(pair: str, *, code: bool = False) -> str:
    """Return one ``name=value`` of a query; that of *code* tells a version, not a visitor."""
    name, equals, value = pair.partition("=")
    if not equals:
        return quote(REDACTED) if _identifies(name) else pair
    if _SECRET_NAME.search(unquote(name)) and value:
        return f"{name}={quote(REDACTED)}"
    plain = unquote(value.replace("+", " "))
    if plain.startswith(("http://", "https://")):
        return f"{name}={quote(redacted_url(plain), safe='')}"
    if code and not (_EMAIL.search(plain) or _JWT.search(plain)):
        return pair
    return f"{name}={quote(REDACTED)}" if _identifies(value) else pair


def _segment(segment: str, *, asset: bool) -> str:
    """Return one part of a path; hashes in the address of an *asset* are those of its content."""
    plain = unquote(unquote(segment))
    if _EMAIL.search(plain) or _JWT.search(plain):
        return quote(REDACTED)
    number = "-" in plain and _UUID.fullmatch(plain)  # of an article or a product
    secret = not (asset or number) and any(
        _random(run, _LONG_IN_PATH) for run in _RUN.findall(plain)
    )
    return quote(REDACTED) if secret else segment


def _identifies(text: str) -> bool:
    """Whether *text*, as it stands in a query, holds what must not be told."""
    plain = unquote(unquote(text))
    if _EMAIL.search(plain) or _JWT.search(plain) or _UUID.search(plain):
        return True
    return any(_random(run, _LONG) for run in _RUN.findall(plain))


def _random(run: str, long: int) -> bool:
    """Whether a *run* of letters and digits says nothing, and so probably names somebody."""
    if len(run) < long:
        return False
    if run.isdigit() or re.fullmatch(r"[0-9a-fA-F]+", run):
        return True
    words = re.split(r"[-_]", run)
    if max(map(len, words)) < long and not any(map(_mixes, words)):
        return False  # a-title-in-words
    counts = Counter(run)
    entropy = -sum(n / len(run) * math.log2(n / len(run)) for n in counts.values())
    return entropy > _MIXED and _mixes(run)


def _mixes(text: str) -> bool:
    """Whether digits stand among the letters of *text*."""
    return bool(re.search(r"[A-Za-z]\d", text) and re.search(r"\d[A-Za-z]", text))


def _cookie(line: str, *, whole: bool) -> str:
    """Return one cookie of a header; *whole*: there is nothing but its name and value."""
    pair, semicolon, attributes = line.partition(";")
    name, equals, _ = pair.partition("=")
    kept = f"{name}={REDACTED}" if equals else REDACTED
    return kept if whole else f"{kept}{semicolon}{attributes}"
