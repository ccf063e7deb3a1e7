"""Take out of addresses and headers what can identify a person or open a door. Pure.

Evidence must show what was sent to whom; it need not, and must not, hold an e-mail address, a
token or the value of a cookie.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import msgspec

from scanner.model import SENT_KINDS, SetBy

if TYPE_CHECKING:
    from scanner.model import Observation, PageRead, Signal

_By = TypeVar("_By", bound=SetBy)

#: What stands where something was taken out.
REDACTED = "[redacted]"

#: The last part of a domain has letters only: ``bootstrap@5.3.10`` is a version.
_EMAIL = re.compile(
    r"[^\s@/?&=:;,<>\"']{1,64}@[^\s@/?&=:;,<>\"']{1,250}\.(?:xn--[\w-]{1,60}|[^\W\d_]{2,60})(?![^\W_]|@)"
)
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+")  # of a network's own, as the whole of a value
_JWT = re.compile(r"eyJ[\w-]{5,2000}\.[\w-]{5,4000}(\.[\w-]*)?")
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$|jsp$)[a-z]\w{1,4}$", re.IGNORECASE)
_CODE = re.compile(r"\.(m?js|css)$", re.IGNORECASE)
_RUN = re.compile(r"[\w+/=~-]+")
_SECRET_NAME = re.compile(
    r"token|secret|passw|passord|lösenord|adgangskode|salasana|passwort|kennwort|^pwd$|^pin$|signature"
    r"|^sig$|session|^sid$|^key$|api[_-]?key|auth(?!ors?$)|bearer|^jwt$|csrf|xsrf|^(magic|ticket|invite)$"
    r"|e-?mail|e-?post|sähköposti|phone|telefon|telefax|puhelin|mobil|^tel$|^tlf$|^msisdn$"
    r"|^fnr$|f(ø|oe?)dselsn|personn(ummer|r)|^pnr$|^ssn$|^cpr|^hetu$|henkilötunnus|kennitala"
    r"|birth(day|date)|^dob$|(first|last|full|sur)_?name$|f(or|ör)namn$|efternamn$|(for|etter|efter)navn$"
    r"|etunimi|sukunimi|vorname|nachname|^(user|customer|visitor|member|account)[_-]?(id|nr|no)$"
    r"|credential|^code$|^otp$|^nonce$",
    re.IGNORECASE,
)
#: Names that only say of what kind a secret is, and values that say yes or no, or count.
_ABOUT = re.compile(
    r"[_-](type|kind|country|method|mode|provider|enabled|required)$", re.IGNORECASE
)
_FLAG = re.compile(
    r"\d|true|false|yes|no|ja|nei|nej|nein|on|off|open|closed|null|none|default|auto",
    re.IGNORECASE,
)
#: What stands in paths and opens nothing: versions, numbers of steps and pages, words for them.
_STEP = re.compile(r"(v|step|page|part|steg|side|sida)?[_-]?\d{1,2}", re.IGNORECASE)
#: Parts of a path behind which stands what they are about.
_OPENS = re.compile(
    r"(?i:.*token|jwt|otp|reset|invite|invitation|activate|confirm|verify|unsubscribe|magic)"
)
#: ``name=value`` or ``"name": "value"``, in what is itself a value.
_INNER = re.compile(r"""([\w.\[\]-]{1,60})["']?\s?[=:]\s?["']?([^"'&;,\s}{]{1,9})""")
_ADDRESS = re.compile(
    r"""(?<![^\s<>"',;=(])(?:(?:https?|wss?):/)?/[^\s<>"',;?#]*[?#][^\s<>"',;]*"""
)
#: Characters. What is longer than people make it is cut: some patterns take their time on it.
MAX_ADDRESS = 8192
MAX_NAME = 1000
_CUT = "…"
_PARTING = re.compile(r"([&;])")
_LONG = 16  # characters from which a run without words is taken for a token
_LONG_IN_MIXTURE = 12  # likewise, of one that is as mixed as if it had been drawn by lot
_MIXTURE = 0.5  # of the steps from one character to the next, that lead to another kind of it
_LONG_IN_PATH = 30  # numbers of articles and products are no secret
_SYLLABLES = re.compile(r"[A-Z]?[a-z]{2,}")
_WORDY = 0.5  # of a run, in such syllables
_ESCAPED = 5  # times that an address may be part of another, and of another
_MIXED = 3.2  # bits for each character, above which a run is no word
_COOKIES = frozenset({"cookie", "set-cookie", "cookie2", "set-cookie2"})
#: Headers by which browsers are known again.
_IDENTIFIERS = frozenset({"etag", "if-none-match"})
_ADDRESSES = frozenset({"referer", "location", "content-location", "origin", ":path"})


def redacted_url(url: str) -> str:
    """Return *url* without e-mail addresses, tokens, a user name or a password."""
    return _redacted(_cut(url, MAX_ADDRESS), _ESCAPED)


@functools.lru_cache(maxsize=1024)  # a page names the same few addresses over and over
def _redacted(url: str, deep: int) -> str:
    """Return *url* without these, and so *deep* into addresses that are parts of each other."""
    if not url.startswith(("http:", "https:", "ws:", "wss:", "/")):
        return _EMAIL.sub(REDACTED, url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return REDACTED
    if not deep:
        return REDACTED
    netloc = parts.netloc.rpartition("@")[2]
    path = _path(parts.path, deep)
    query = _pairs(parts.query, deep, code=_CODE.search(parts.path) is not None)
    return parts._replace(
        netloc=netloc, path=path, query=query, fragment=_pairs(parts.fragment, deep)
    ).geturl()


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
    if low in also or low in _IDENTIFIERS or _SECRET_NAME.search(low):
        return REDACTED
    return redacted_url(value) if low in _ADDRESSES else _told(value, _LONG)


def redacted_text(text: str) -> str:
    """Return *text* without e-mail addresses and what looks like a token, also in addresses."""
    return _told(text, _LONG_IN_PATH)


def redacted_name(name: str) -> str:
    """Return the *name* of an item with ``*`` for an e-mail address in it, or a signed token."""
    name = _cut(name, MAX_NAME)
    plain = _plain(name)
    told = _EMAIL.sub("*", _JWT.sub("*", plain))
    return name if told == plain else told


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
    sent = seen.kind in SENT_KINDS
    return msgspec.structs.replace(
        seen,
        name=_endpoint(seen.name) if sent else redacted_name(seen.name),
        path=redacted_url(seen.path),
        carries=tuple(
            msgspec.structs.replace(each, name=redacted_text(each.name)) for each in seen.carries
        ),
        page=redacted_url(seen.page),
        set_by=seen.set_by and _setter(seen.set_by),
        later=tuple(map(_setter, seen.later)),
        initiators=tuple(map(_setter, seen.initiators)),
    )


def _signal(signal: Signal) -> Signal:
    return msgspec.structs.replace(
        signal,
        name=redacted_name(signal.name),
        by=signal.by and _setter(signal.by),
        pages=tuple(map(redacted_url, signal.pages)),
        facts={name: redacted_text(text) for name, text in signal.facts.items()},
    )


def _setter(by: _By) -> _By:
    changes: dict[str, Any] = {"url": redacted_url(by.url)} if by.url else {}
    return msgspec.structs.replace(by, **changes)


def _endpoint(name: str) -> str:
    """Return the *name* of a beacon: a host and a path."""
    host, slash, path = name.partition("/")
    return host + redacted_url(slash + path) if slash else name


def _path(path: str, deep: int) -> str:
    """Return *path* without what identifies; hashes in that of a file are those of its content."""
    asset = _FILE.search(path) is not None
    code = _CODE.search(path) is not None
    *folders, last = path.split("/")
    told = []
    before = ""
    for folder in folders:
        told.append(_segment(folder, before, deep, asset=asset, lot=not code))
        before = folder
    return "/".join([*told, _segment(last, before, deep, asset=asset, lot=not asset)])


def _segment(segment: str, before: str, deep: int, *, asset: bool, lot: bool) -> str:
    """
    Return one part of a path.

    Args:
        before: The part that stands before it.
        asset: It leads to a file.
        lot: Whether what looks as if drawn by lot is none of a file's own names.
    """
    segment, semicolon, parameters = segment.partition(";")
    more = semicolon + _pairs(parameters, deep) if semicolon else ""
    plain = _plain(segment)
    if _EMAIL.search(plain) or _JWT.search(plain):
        return quote(REDACTED) + more
    number = "-" in plain and _UUID.fullmatch(plain)  # of an article or a product
    runs = _RUN.findall(plain)
    secret = (
        (not (asset or number) and any(_random(run, _LONG_IN_PATH) for run in runs))
        or (lot and any(_drawn(run, _LONG_IN_PATH if asset else _LONG) for run in runs))
        or (
            not asset
            and _OPENS.fullmatch(before)
            and re.search(r"\d", plain)
            and not _STEP.fullmatch(plain)
        )
    )
    return (quote(REDACTED) if secret else segment) + more


def _pairs(query: str, deep: int, *, code: bool = False) -> str:
    """Return a *query*, or what is written like one; that of *code* tells a version."""
    parts = _PARTING.split(query)
    return "".join(part if part in "&;" else _pair(part, deep, code=code) for part in parts)


def _pair(pair: str, deep: int, *, code: bool = False) -> str:
    """Return one ``name=value`` of a query; that of *code* tells a version, not a visitor."""
    name, equals, value = pair.partition("=")
    if _EMAIL.search(_plain(name)) if code else _identifies(name):
        name = quote(REDACTED)
    if not equals:
        return name
    if value and _secret(_plain(name), unquote(value)):
        return f"{name}={quote(REDACTED)}"
    plain = unquote(value.replace("+", " "))
    if plain.startswith(("http://", "https://", "/")):
        inner = _redacted(plain, deep - 1)
        return pair if inner == plain else f"{name}={quote(inner, safe='')}"
    if code and not (_EMAIL.search(plain) or _JWT.search(plain)):
        return f"{name}={value}"
    return f"{name}={quote(REDACTED) if _identifies(value) else value}"


def _secret(name: str, value: str) -> bool:
    """Whether *value* must not be told because of the *name* before it."""
    if _ABOUT.search(name) or _FLAG.fullmatch(value):
        return False
    return _SECRET_NAME.search(name) is not None


def _plain(text: str) -> str:
    """Return *text* without the escapes of addresses, however often they were put on."""
    for _ in range(_ESCAPED):
        if (plain := unquote(text)) == text:
            break
        text = plain
    return text


def _cut(text: str, most: int) -> str:
    """Return at most so many characters of *text*, and a sign if there were more."""
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT


def _told(text: str, long: int) -> str:
    """Return *text* without what identifies; runs of *long* characters may be tokens."""
    text = _cut(text, MAX_ADDRESS)
    text = _ADDRESS.sub(lambda found: _redacted(found[0], _ESCAPED), text)
    text = _JWT.sub(REDACTED, _EMAIL.sub(REDACTED, text))
    return _RUN.sub(
        lambda run: REDACTED if _random(run[0], long) or _drawn(run[0], _LONG) else run[0],
        text,
    )


def _identifies(text: str) -> bool:
    """Whether *text*, as it stands in a query, holds what must not be told."""
    plain = _plain(text)
    if _EMAIL.search(plain) or _JWT.search(plain) or _UUID.search(plain):
        return True
    if _MAILBOX.fullmatch(plain):
        return True
    if any(_secret(name, value) for name, value in _INNER.findall(plain)):
        return True
    runs = _RUN.findall(plain)
    return any(_random(run, _LONG) or _drawn(run, _LONG_IN_MIXTURE) for run in runs)


def _drawn(run: str, long: int) -> bool:
    """Whether a *run* of small and large letters and digits looks as if drawn by lot."""
    if len(run) < long or not (re.search(r"[a-z]", run) and re.search(r"[A-Z]", run)):
        return False
    if sum(map(len, _SYLLABLES.findall(run))) >= _WORDY * len(run):
        return False  # NamesLikeThis, even with 12 or XL in them
    kinds = ["0" if c.isdigit() else "a" if c.islower() else "A" for c in run if c.isalnum()]
    turns = sum(a != b for a, b in itertools.pairwise(kinds))
    return "0" in kinds and turns >= _MIXTURE * (len(kinds) - 1)


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
    kept = f"{redacted_name(name)}={REDACTED}" if equals else REDACTED
    return kept if whole else f"{kept}{semicolon}{attributes}"
