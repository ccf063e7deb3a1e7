"""Read a cookie as it was asked for: a ``Set-Cookie`` line, or what a script wrote."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from scanner import lifetimes
from scanner.model import ValueShape
from scanner.shape import Digester, shape

if TYPE_CHECKING:
    import datetime as dt


MAX_ATTRIBUTE = 1024  # bytes of an attribute's value; what is longer is ignored, as by browsers


class CookieLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a line asked for, without the value."""

    name: str
    domain: str  # as the jar would have it: a leading dot means "and sub-domains"
    path: str
    declared_lifetime: float | None  # seconds; zero or less: delete it; None: session
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"] | None
    partitioned: bool
    shape: ValueShape
    digest: str

    @property
    def deletes(self) -> bool:
        """Whether the line takes a cookie away."""
        return self.declared_lifetime is not None and self.declared_lifetime <= 0


def read(line: str, *, url: str, written_at: dt.datetime, digester: Digester) -> CookieLine | None:
    """
    Return what *line* asks for, read as browsers do.

    Args:
        line: ``name=value; attribute; …``
        url: Of the response or document that the line belongs to.
        written_at: By the clock that the writer used.

    Returns:
        None for a line without name and value, which browsers ignore.
    """
    pair, _, rest = line.partition(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not name and not value:
        return None
    attributes: dict[str, str] = {}
    for part in rest.split(";"):
        key, _, text = part.partition("=")
        if len(text.strip().encode("utf-8", "surrogatepass")) > MAX_ATTRIBUTE:
            continue
        attributes[key.strip().lower()] = text.strip()
    place = urlsplit(url)
    return CookieLine(
        name=name,
        domain=_domain(attributes.get("domain", ""), host=(place.hostname or "").lower()),
        path=_path(attributes.get("path", ""), document=place.path),
        declared_lifetime=lifetimes.declared(
            max_age=attributes.get("max-age"),
            expires=attributes.get("expires"),
            written_at=written_at,
        ),
        http_only="httponly" in attributes,
        secure="secure" in attributes,
        same_site=_SAME_SITE.get(attributes.get("samesite", "").lower()),
        partitioned="partitioned" in attributes,
        shape=shape(value),
        digest=digester.digest(value),
    )


_SAME_SITE: dict[str, Literal["Strict", "Lax", "None"]] = {
    "strict": "Strict",
    "lax": "Lax",
    "none": "None",
}


def _domain(asked: str, *, host: str) -> str:
    name = asked.lstrip(".").lower()
    if not name or (name == host and _is_address(host)):
        return host
    return "." + name


def _path(asked: str, *, document: str) -> str:
    if asked.startswith("/"):
        return asked
    if not document.startswith("/") or document.count("/") == 1:
        return "/"
    return document.rsplit("/", 1)[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
