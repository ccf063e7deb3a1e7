"""What the parameters of a request tell of the visitor: their names and kinds, no values. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import msgspec

from scanner.model import Carried
from scanner.shape import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.shape import Digester

MAX_PARAMETERS = 150  # of one request
MAX_VALUE = 2_000  # characters of a value that are looked at
MAX_NAME = 64  # characters of a name that are told
SHORTEST = 8  # characters of an identifier

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
#: MD5, SHA-1, SHA-256 and SHA-512, as people write them, and SHA-256 in base64.
_HASH = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}|[A-Za-z0-9+/_-]{43}=?", re.IGNORECASE
)
_HEX = re.compile(r"(?:[0-9a-f]{2}){6,254}", re.IGNORECASE)
_SCREEN = re.compile(r"\d{3,5}x\d{3,5}")
_EMAIL_NAME = re.compile(r"e-?mail|^em$|ud\[em\]|^hem$|^eh$|sha256|md5", re.IGNORECASE)
_IDENTIFIER_NAME = re.compile(
    r"(^|[_.\[-])(u?u?id|[cduv]id|cid|gid|sid|fbp|fbc|uuid|guid|ident|user|visitor|client|device"
    r"|session|anonymous|distinct)(_?id)?\]?$|id$|Id$",
)
_CLICKS = frozenset(
    {"gclid", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id"}
    | {"yclid", "gclsrc", "_gl", "mc_eid", "igshid", "epik", "rdt_cid", "scclid"}
)
_PART = re.compile(r"\d{6,}\.\d{6,}|[A-Za-z0-9]{8,}|[A-Za-z0-9_-]{16,}")
_TIME = re.compile(r"1[5-9]\d{8}(\d{3})?(\d{3})?|20[12]\d[01]\d[0-3]\d(\d{6})?")  # 2017 to 2033
_FIELD = re.compile(
    r'^content-disposition: form-data; name="([^"]*)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--',
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)  # a field of a form that could have files, but is none
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ALGORITHMS = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
_RANDOM = frozenset({"uuid", "jwt", "base64"})


def pairs(query: str, body: str | None = None) -> Iterator[tuple[str, str]]:
    """
    Return the parameters of a request's *query* and of its *body*, a form or JSON.

    Of JSON that is the value of one, plain or in base64, those in it, too.
    """
    found = parse_qsl(query, max_num_fields=None)[:MAX_PARAMETERS] if query else []
    text = (body or "")[: 20 * MAX_VALUE]
    if text[:1] in ("{", "["):
        found += _json(text)
    elif text.startswith("--"):
        found += _FIELD.findall(text)
    elif "=" in text:
        found += parse_qsl(text.replace("\n", "&"))
    for name, value in found[:MAX_PARAMETERS]:
        inner = value if value[:1] in ("{", "[") else _unpacked(value[:MAX_VALUE]) or ""
        if inner[:1] in ("{", "["):
            found += _json(inner, name)
    for name, value in found[:MAX_PARAMETERS]:
        yield name[:MAX_NAME], value[:MAX_VALUE]


def carried(name: str, value: str, *, page_host: str, known: bool = False) -> Carried | None:
    """
    Return what the parameter *name* tells; None: nothing of the visitor.

    Args:
        page_host: Host of the page, which an address in *value* is recognised by.
        known: Whether *value* is, or holds, an identifier that the browser stores.
    """
    plain = unquote(value)
    if _is_email(plain):
        return Carried(name=name, content="email")
    if _HASH.fullmatch(plain) and _EMAIL_NAME.search(name):
        return Carried(name=name, content="email_hash")
    if name.lower() in _CLICKS and plain:
        return Carried(name=name, content="click")
    if known:
        return Carried(name=name, content="identifier")
    if page_host and plain.startswith(("http://", "https://")) and page_host in plain[:300]:
        return Carried(name=name, content="page")
    if _SCREEN.fullmatch(plain):
        return Carried(name=name, content="screen")
    if _identifies(name, plain):
        return Carried(name=name, content="identifier")
    return None


def hashes_of_email(address: str, digester: Digester) -> frozenset[str]:
    """Return keyed hashes of what an e-mail *address* is hashed to, as people write it."""
    texts = {address.strip().encode(), address.strip().lower().encode()}
    plain = {algorithm(text).hexdigest() for text in texts for algorithm in _ALGORITHMS}
    return frozenset(map(digester.digest, (*plain, *map(str.upper, plain))))


def email(value: str) -> str | None:
    """Return *value* if it is an e-mail address, as `hashes_of_email` takes it."""
    return value.strip() if _EMAIL.fullmatch(value.strip()) else None


def _is_email(value: str) -> bool:
    """Tell whether *value* is an e-mail address: plain, in base64, or in hexadecimal numbers."""
    if email(value):
        return True
    inner = _unpacked(value)
    if _HEX.fullmatch(value):
        inner = bytes.fromhex(value).decode("latin-1")
    return inner is not None and email(inner) is not None


def digests(value: str, digester: Digester) -> frozenset[str]:
    """Return keyed hashes of the parts of *value* that can tell visitors apart."""
    value = value[:MAX_VALUE]
    parts = _parts(value)
    if inner := _unpacked(value):
        parts |= _parts(inner)
    return frozenset(map(digester.digest, parts))


def _unpacked(value: str) -> str | None:
    """Return the text that *value* holds in base64; None: it holds none."""
    plain = unquote(value).strip()
    if not _PACKED.fullmatch(plain):
        return None
    padded = plain.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("ascii")
    except ValueError:
        return None
    return text if text.isprintable() else None


def _parts(value: str) -> set[str]:
    found = _PART.findall(unquote(value))[:40]
    return {
        part
        for whole in found
        for part in (whole, *(whole.split(".") if "." in whole else ()))
        if _telling(part)
    }


def _telling(part: str) -> bool:
    """Tell whether *part* is long and odd enough not to be a word, a date or a setting."""
    if len(part) < SHORTEST or _TIME.fullmatch(part):
        return False
    return any(sign.isdigit() for sign in part) or shape(part).kind in _RANDOM


def _identifies(name: str, value: str) -> bool:
    told = shape(value)
    if told.kind in _RANDOM or (told.kind == "hex" and told.length >= 2 * SHORTEST):
        return True
    return bool(_IDENTIFIER_NAME.search(name)) and any(map(_telling, _PART.findall(value)))


def _json(text: str, name: str = "") -> list[tuple[str, str]]:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return []
    found: list[tuple[str, str]] = []
    _leaves(value, name, found)
    return found


def _leaves(value: object, name: str, found: list[tuple[str, str]]) -> None:
    """Add the texts and numbers in *value* to *found*, each under the name that it has."""
    if len(found) >= MAX_PARAMETERS:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _leaves(inner, str(key), found)
    elif isinstance(value, list):
        for inner in value:
            _leaves(inner, name, found)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        found.append((name, str(value)))
