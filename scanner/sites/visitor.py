"""Readers of the keys in sites.yaml that say as whom a scan comes, and how it logs in."""

from __future__ import annotations

import re
import zoneinfo
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from scanner.model import Credentials, GivenCookie, Location, LoginStep, Visitor
from scanner.sites.variables import fault as variable_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.sites.sheet import Sheet

DEVICES = ("desktop", "phone", "tablet")
MAX_STEPS = 50  # of a login

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NUMBER = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_ACTIONS = ("open", "fill", "press", "wait")

#: Headers that the browser writes, and the key that changes what it writes.
_BROWSERS_OWN = {
    "cookie": "use 'cookies'",
    "authorization": "use 'credentials'",
    "user-agent": "use 'device'",
    "accept-language": "use 'locale'",
    "sec-gpc": "use the state gpc",
    "host": "the browser writes it",
    "content-length": "the browser writes it",
    "connection": "the browser writes it",
}


def visitor(sheet: Sheet, node: yaml.Node) -> Visitor | None:
    """Return as whom a scan comes."""
    known = [field.name for field in msgspec.structs.fields(Visitor)]
    read = {
        key: _READERS[key](sheet, value)
        for key, (_, value) in sheet.mapping(node, "visitor", known=known).items()
    }
    return None if None in read.values() else Visitor(**read)


def login(sheet: Sheet, node: yaml.Node) -> tuple[LoginStep, ...] | None:
    """Return what to do before the pages are read."""
    steps: list[LoginStep] = []
    items = list(sheet.items(node, "login"))
    if len(items) > MAX_STEPS:
        sheet.wrong(node, f"login has {len(items)} steps: at most {MAX_STEPS}")
    for item in items[:MAX_STEPS]:
        found = sheet.mapping(item, "a step of login", known=_ACTIONS)
        if len(found) != 1 and isinstance(item, yaml.MappingNode):
            sheet.wrong(item, "a step does one thing: open, fill, press or wait")
            continue
        for action, (_, value) in found.items():
            steps += _fills(sheet, value) if action == "fill" else _step(sheet, action, value)
    if steps and steps[0].action != "open":
        sheet.wrong(node, "a login begins with 'open: /…', the page that it begins on")
    return tuple(steps) or None


def locale_fault(text: str) -> str | None:
    """Return what is wrong with *text* as a locale; None: nothing."""
    return None if _LOCALE.fullmatch(text) else f"'{text}' is no locale: write it as nb-NO"


def time_zone_fault(text: str) -> str | None:
    """Return what is wrong with *text* as the name of a time zone; None: nothing."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return f"there is no time zone '{text}': write it as Europe/Oslo"
    return None


def header_fault(name: str, value: str) -> str | None:
    """Return what is wrong with a header of our own; None: nothing."""
    if not _TOKEN.fullmatch(name):
        return f"'{name}' cannot name a header"
    if (instead := _BROWSERS_OWN.get(name.lower())) is not None:
        return f"'{name}' cannot be set here: {instead}"
    if re.search(r"[\r\n\x00]", value):
        return f"the header '{name}' must be one line"
    return variable_fault(value)


def cookie_fault(name: str, value: str) -> str | None:
    """Return what is wrong with a cookie of our own; None: nothing."""
    if not _TOKEN.fullmatch(name):
        return f"'{name}' cannot name a cookie"
    if re.search(r'[\s;,"\\\x00-\x1f\x7f]', value):
        return f"the value of the cookie '{name}' holds a character that no cookie may have"
    return variable_fault(value)


def _step(sheet: Sheet, action: str, node: yaml.Node) -> list[LoginStep]:
    text = sheet.string(node, f"'{action}'")
    if text is None:
        return []
    if action == "open" and not text.startswith(("/", "https://", "http://")):
        sheet.wrong(node, f"'open' needs an address or a path that begins with /, not '{text}'")
        return []
    return [LoginStep(action=action, target=text)]  # type: ignore[arg-type]  # one of _ACTIONS


def _fills(sheet: Sheet, node: yaml.Node) -> list[LoginStep]:
    steps = []
    for selector, (_, value) in sheet.mapping(node, "fill").items():
        text = _secret(sheet, value, f"the text for '{selector}'")
        if text is not None:
            steps.append(LoginStep(action="fill", target=selector, text=text))
    return steps


def _secret(sheet: Sheet, node: yaml.Node, what: str) -> str | None:
    """Return a text that may name environment variables."""
    text = sheet.string(node, what)
    if text is not None and (fault := variable_fault(text)) is not None:
        sheet.wrong(node, fault)
        return None
    return text


def _checked(
    what: str, find_fault: Callable[[str], str | None]
) -> Callable[[Sheet, yaml.Node], str | None]:
    def read(sheet: Sheet, node: yaml.Node) -> str | None:
        text = sheet.string(node, what)
        if text is not None and (fault := find_fault(text)) is not None:
            sheet.wrong(node, fault)
            return None
        return text

    return read


def _location(sheet: Sheet, node: yaml.Node) -> Location | None:
    bounds = {"latitude": 90, "longitude": 180}
    read: dict[str, float] = {}
    for key, (_, value) in sheet.mapping(node, "location", known=bounds).items():
        number = _number(value)
        if number is None or abs(number) > bounds[key]:
            sheet.wrong(value, f"{key} must be a number from -{bounds[key]} to {bounds[key]}")
        else:
            read[key] = number
    if isinstance(node, yaml.MappingNode) and len(node.value) < len(bounds):
        sheet.wrong(node, "a location needs latitude and longitude")
    return Location(**read) if read.keys() == bounds.keys() else None


def _number(node: yaml.Node) -> float | None:
    if not isinstance(node, yaml.ScalarNode) or node.tag not in _NUMBER:
        return None
    try:
        return float(node.value)
    except ValueError:  # YAML knows more ways to write a number than we need
        return None


def _headers(sheet: Sheet, node: yaml.Node) -> dict[str, str] | None:
    read: dict[str, str] = {}
    right = True
    for name, (key, value) in sheet.mapping(node, "headers").items():
        text = sheet.string(value, f"the header '{name}'")
        if text is not None and (fault := header_fault(name, text)) is not None:
            sheet.wrong(key, fault)
            text = None
        right &= text is not None
        read |= {name: text} if text is not None else {}
    return read if right else None


def _cookies(sheet: Sheet, node: yaml.Node) -> tuple[GivenCookie, ...] | None:
    read = [_cookie(sheet, item) for item in sheet.items(node, "cookies")]
    return None if None in read else tuple(cookie for cookie in read if cookie is not None)


def _cookie(sheet: Sheet, node: yaml.Node) -> GivenCookie | None:
    read = _texts(sheet, node, GivenCookie, what="a cookie", needed=("name", "value"))
    if read is None:
        return None
    cookie = GivenCookie(**read)
    if (fault := cookie_fault(cookie.name, cookie.value)) is not None:
        sheet.wrong(node, fault)
        return None
    if not cookie.path.startswith("/"):
        sheet.wrong(node, f"the path of the cookie '{cookie.name}' begins with /")
        return None
    return cookie


def _credentials(sheet: Sheet, node: yaml.Node) -> Credentials | None:
    needed = ("user", "password")
    read = _texts(sheet, node, Credentials, what="credentials", needed=needed)
    faults = [fault for text in (read or {}).values() if (fault := variable_fault(text))]
    for fault in faults:
        sheet.wrong(node, fault)
    return None if read is None or faults else Credentials(**read)


def _texts(
    sheet: Sheet, node: yaml.Node, kind: Any, *, what: str, needed: tuple[str, ...]
) -> dict[str, str] | None:
    """Return the texts of a mapping with the keys of the struct *kind*; None: one was wrong."""
    known = [field.name for field in msgspec.structs.fields(kind)]
    fields = sheet.mapping(node, what, known=known)
    read = {key: sheet.string(value, f"{key} of {what}") for key, (_, value) in fields.items()}
    for key in needed:
        if key not in fields and isinstance(node, yaml.MappingNode):
            sheet.wrong(node, f"{what}: '{key}' is missing")
    texts = {key: text for key, text in read.items() if text is not None}
    return texts if len(texts) == len(read) and set(needed) <= texts.keys() else None


time_zone = _checked("time_zone", time_zone_fault)

#: Key of `visitor` -> its reader.
_READERS: dict[str, Callable[[Sheet, yaml.Node], Any]] = {
    "device": lambda sheet, node: sheet.choice(node, "device", among=DEVICES),
    "locale": _checked("locale", locale_fault),
    "time_zone": time_zone,
    "location": _location,
    "headers": _headers,
    "cookies": _cookies,
    "credentials": _credentials,
}
