"""One reader for each key of a site in sites.yaml; it notes what is wrong and returns None then."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

import msgspec
import yaml
from cronsim import CronSim, CronSimError

from scanner.languages import LANGUAGES
from scanner.model import OPTIONAL_CATEGORIES, Banner, Category, Controller, Notify, Override, State
from scanner.sites import bounds, theme
from scanner.sites.visitor import login, time_zone, visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.sites.sheet import Sheet

MAX_PAGES = 10_000  # of one site in one scan
MAX_MINUTES = 24 * 60  # of a scan
MAX_REMEMBER_DAYS = 400  # browsers keep no cookie longer
MAX_KEEP_DAYS = 36_500  # a hundred years
MAX_LIST = 1_000  # values in one list

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"(?:[\w](?:[\w-]{0,61}[\w])?\.)*[\w](?:[\w-]{0,61}[\w])?", re.UNICODE)
#: One CSS value, and none that the browser would fetch: nothing is sent before a choice.
THEME_VALUE = re.compile(r"(?!.*(?:url|src|image[\w-]*)\s*\()[^;{}<>\\@]{1,200}", re.IGNORECASE)

#: Words that other tools use for our categories.
_CATEGORIES = {
    **{category.value: category for category in Category},
    "essential": Category.NECESSARY,
    "strictly-necessary": Category.NECESSARY,
    "preferences": Category.FUNCTIONAL,
    "analytics": Category.STATISTICS,
    "performance": Category.STATISTICS,
    "advertising": Category.MARKETING,
    "targeting": Category.MARKETING,
    "C0001": Category.NECESSARY,
    "C0002": Category.STATISTICS,
    "C0003": Category.FUNCTIONAL,
    "C0004": Category.MARKETING,
}

_OPTIONAL = [word for word, name in _CATEGORIES.items() if name in OPTIONAL_CATEGORIES]

#: Consent tools whose answers the widget reads, by the name of their cookie.
TOOLS = (
    "cc_cookie", "CookieConsent", "OptanonConsent", "cookieyes-consent",
    "klaro", "tarteaucitron", "cmplz_*", "fides_consent",
)  # fmt: skip
_WORD = re.compile(r"[\w-]{1,64}", re.ASCII)


def _url(sheet: Sheet, node: yaml.Node, what: str = "url") -> str | None:
    text = sheet.string(node, what)
    if text is not None and (fault := url_fault(text)) is not None:
        sheet.wrong(node, f"{what} '{text}': {fault}")
        return None
    return spelled(text) if text is not None and what == "url" else text


def spelled(url: str) -> str:
    """Return *url*, which has no fault, as a browser asks for it: host in ASCII, a path."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{parts.port}" if parts.port is not None else host
    return parts._replace(netloc=netloc, path=parts.path or "/").geturl()


def url_fault(text: str) -> str | None:
    """Return what is wrong with *text* as an http(s) URL, in words; None: nothing."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError as exc:
        return f"this is no URL: {exc}"
    if parts.scheme not in ("http", "https"):
        return "it must begin with https:// or http://"
    if "@" in parts.netloc:
        return "it must not hold a user name or password"
    if re.search(r"[\s\x00-\x1f\x7f\\]", text):
        return "it holds a blank or a character that no URL has"
    if not (_HOST.fullmatch(host.rstrip(".")) or re.fullmatch(r"[0-9a-f:.]+", host)):
        return "it has no valid host name"
    try:
        host.encode("idna")
    except UnicodeError:
        return "it has no valid host name"
    if parts.fragment:
        return "leave out what begins with #"
    return None


def _languages(sheet: Sheet, node: yaml.Node) -> tuple[str, ...] | None:
    found = []
    for item in _list(sheet, node, "languages"):
        if isinstance(item, yaml.ScalarNode) and item.value.lower() == "no":
            sheet.wrong(item, "YAML reads 'no' as False; Norwegian is written nb (bokmål) or nn")
        elif (text := sheet.string(item, "a language")) is not None:
            if _LANGUAGE.fullmatch(text) and text in LANGUAGES:
                found.append(text)
            else:
                there = ", ".join(LANGUAGES)
                sheet.wrong(item, f"there are no texts in the language '{text}': there is {there}")
    return _unique(sheet, node, "language", found)


def _schedule(sheet: Sheet, node: yaml.Node) -> str | None:
    text = sheet.string(node, "schedule")
    if text is None:
        return None
    fields = text.split()
    if len(fields) != 5 or len(text) > 200:
        sheet.wrong(
            node,
            f"schedule '{text[:60]}' has {len(fields)} fields: write five, for minute, hour, day, "
            'month and weekday, as "0 3 * * *"',
        )
        return None
    if (fault := _schedule_fault(fields)) is not None:
        sheet.wrong(node, f"schedule '{text}': {fault}")
        return None
    return " ".join(fields)


def _schedule_fault(fields: list[str]) -> str | None:
    start = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    try:
        next(CronSim(" ".join(fields), start))
    except (CronSimError, StopIteration, ValueError) as exc:
        try:  # is the day right when the month is any?
            CronSim(" ".join([*fields[:3], "*", fields[4]]), start)
            CronSim(" ".join(["0", "0", "*", *fields[3:]]), start)
        except (CronSimError, ValueError):
            where = str(exc).removeprefix("Bad ") or "a field"
            return f"the {where} is not one that cron knows"
        return "this day never comes, so that the site would never be scanned"
    return None


def _states(sheet: Sheet, node: yaml.Node) -> tuple[State, ...] | None:
    among = [state.value for state in State]
    read = [sheet.choice(item, "a state", among=among) for item in _list(sheet, node, "states")]
    found = _unique(sheet, node, "state", [word for word in read if word is not None])
    return tuple(State(word) for word in found) if found else None


def _controller(sheet: Sheet, node: yaml.Node) -> Controller | None:
    fields = sheet.mapping(node, "controller", known=("name", "contact", "policy"))
    read: dict[str, str] = {}
    for key, (_, value) in fields.items():
        text = (
            _url(sheet, value, "policy")
            if key == "policy"
            else sheet.string(value, f"the controller's {key}")
        )
        if key == "contact" and text is not None and not _contact(text):
            sheet.wrong(value, f"contact '{text}' is neither an e-mail address nor an https link")
        elif text is not None:
            read[key] = text
    if "name" not in fields and isinstance(node, yaml.MappingNode):
        sheet.wrong(node, "the controller has no name: write who answers for the site")
    return Controller(**read) if "name" in read else None


def _contact(text: str) -> bool:
    if text.startswith(("http://", "https://")):
        return url_fault(text) is None
    return re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+", text) is not None


def _hosts(sheet: Sheet, node: yaml.Node) -> tuple[str, ...] | None:
    found = []
    for item in _list(sheet, node, "own_domains"):
        if (text := sheet.string(item, "a domain")) is None:
            continue
        if not _HOST.fullmatch(text) or url_fault(f"https://{text}/") is not None:
            sheet.wrong(item, f"'{text}' is no domain: write it bare, as example.no")
            continue
        domain = text.lower().encode("idna").decode("ascii")
        if (fault := bounds.domain_fault(domain)) is not None:
            sheet.wrong(item, fault)
        else:
            found.append(domain)
    return _unique(sheet, node, "domain", found)


def _globs(what: str) -> Callable[[Sheet, yaml.Node], tuple[str, ...] | None]:
    def read(sheet: Sheet, node: yaml.Node) -> tuple[str, ...] | None:
        found = []
        for item in _list(sheet, node, what):
            text = sheet.string(item, f"a pattern of {what}")
            if text is not None and (fault := _glob_fault(text)) is not None:
                sheet.wrong(item, f"pattern '{text}' of {what}: {fault}")
            elif text is not None:
                found.append(text)
        return _unique(sheet, node, "pattern", found)

    return read


def _glob_fault(text: str) -> str | None:
    if re.search(r"\s", text):
        return "a URL has no blanks: write %20, or ? for any character"
    if not text.startswith(("http://", "https://", "/", "*", "?")):
        return "it would match no URL: begin with *, / or https://"
    if text.count("[") != text.count("]"):
        return "a [ or ] has no partner"
    return None


def _pages(sheet: Sheet, node: yaml.Node) -> tuple[str, ...] | None:
    found = []
    for item in _list(sheet, node, "pages"):
        text = sheet.string(item, "a page")
        if text is None:
            continue
        path = text.startswith("/") and not text.startswith("//") and not re.search(r"\s", text)
        if path or url_fault(text) is None:
            found.append(text)
        else:
            sheet.wrong(item, f"page '{text}': write a URL, or a path that begins with /")
    return _unique(sheet, node, "page", found)


def _banner(sheet: Sheet, node: yaml.Node) -> dict[str, Any] | None:
    known = [field.name for field in msgspec.structs.fields(Banner)]
    words = {f.name: get_args(f.type) for f in msgspec.structs.fields(Banner)}
    read: dict[str, Any] = {}
    for key, (_, value) in sheet.mapping(node, "banner", known=known).items():
        if key == "remember_days":
            read[key] = sheet.whole(value, key, least=1, most=MAX_REMEMBER_DAYS)
        elif key == "theme":
            read[key] = _theme(sheet, value)
        elif key == "take_over":
            read[key] = _take_over(sheet, value)
        else:
            read[key] = sheet.choice(value, key, among=words[key])
    return {key: value for key, value in read.items() if value is not None}


def _take_over(sheet: Sheet, node: yaml.Node) -> dict[str, dict[str, Category]]:
    """Return another tool's words for what it granted, with what the owner says they stand for."""
    read: dict[str, dict[str, Category]] = {}
    for tool, (_, words) in sheet.mapping(node, "take_over", known=TOOLS).items():
        read[tool] = {}
        for word, (key, value) in sheet.mapping(words, f"take_over of {tool}").items():
            name = sheet.choice(value, f"the category of '{word}'", among=_OPTIONAL)
            if not _WORD.fullmatch(word):
                sheet.wrong(key, f"'{word}' is no word of {tool}: use letters, digits, '-' and '_'")
            elif name is not None:
                read[tool][word] = _CATEGORIES[name]
    return read


def _theme(sheet: Sheet, node: yaml.Node) -> dict[str, str]:
    read = {}
    for name, (_, value) in sheet.mapping(node, "theme", known=theme.PROPERTIES).items():
        if isinstance(value, yaml.ScalarNode) and THEME_VALUE.fullmatch(value.value):
            read[name] = value.value
        else:
            sheet.wrong(
                value, f"theme '{name}' must be one CSS value without ; {{ }} < > @ or url()"
            )
    for fault in theme.faults(read):
        sheet.wrong(node, fault)
    return read


def _overrides(sheet: Sheet, node: yaml.Node) -> tuple[Override, ...] | None:
    return tuple(
        found
        for item in _list(sheet, node, "overrides")
        if (found := _override(sheet, item)) is not None
    )


def _override(sheet: Sheet, node: yaml.Node) -> Override | None:
    known = [field.name for field in msgspec.structs.fields(Override)]
    fields = sheet.mapping(node, "an override", known=known)
    read: dict[str, Any] = {}
    for key, (_, value) in fields.items():
        if key == "category":
            word = sheet.choice(value, "category", among=_CATEGORIES)
            read[key] = _CATEGORIES[word] if word is not None else None
        elif key == "purpose":
            texts = sheet.mapping(value, "purpose", known=LANGUAGES)
            read[key] = {lang: sheet.string(text, "purpose") for lang, (_, text) in texts.items()}
        else:
            read[key] = sheet.string(value, f"the override's {key}")
    if isinstance(node, yaml.MappingNode):
        for key in ("name", "category"):
            if key not in fields:
                sheet.wrong(node, f"an override needs name and category: '{key}' is missing")
    wrong = None in read.values() or not {"name", "category"} <= read.keys()
    return None if wrong else Override(**read)


def _notify(sheet: Sheet, node: yaml.Node) -> Notify | None:
    known = [field.name for field in msgspec.structs.fields(Notify)]
    read: dict[str, tuple[str, ...]] = {}
    for key, (_, value) in sheet.mapping(node, "notify", known=known).items():
        found = []
        for item in _list(sheet, value, key):
            text = sheet.string(item, f"an address of {key}")
            if text is None:
                continue
            is_url = "://" in text
            if key == "email" and (is_url or not _contact(text)):
                sheet.wrong(item, f"'{text}' is no e-mail address")
            elif key != "email" and (fault := url_fault(text)) is not None:
                sheet.wrong(item, f"{key} '{text}': {fault}")
            else:
                found.append(text)
        read[key] = _unique(sheet, value, "address", found) or ()
    return Notify(**read)


def _list(sheet: Sheet, node: yaml.Node, what: str) -> list[yaml.Node]:
    found = list(sheet.items(node, what))
    if len(found) > MAX_LIST:
        sheet.wrong(node, f"{what} has {len(found)} values: at most {MAX_LIST}")
    return found[:MAX_LIST]


def _unique(sheet: Sheet, node: yaml.Node, what: str, found: list[str]) -> tuple[str, ...] | None:
    """Return *found* as a tuple; one that is there twice is noted; None: there is none."""
    for value in {value for value in found if found.count(value) > 1}:
        sheet.wrong(node, f"the {what} '{value}' is listed twice")
    if isinstance(node, yaml.SequenceNode) and not node.value and what in ("language", "state"):
        sheet.wrong(node, f"at least one {what} is needed here")
    return tuple(found) if found else None


#: Key -> its reader, in the order of the documentation.
READERS: dict[str, Callable[[Sheet, yaml.Node], Any]] = {
    "url": _url,
    "languages": _languages,
    "schedule": _schedule,
    "max_pages": lambda sheet, node: sheet.whole(node, "max_pages", least=1, most=MAX_PAGES),
    "max_minutes": lambda sheet, node: sheet.whole(node, "max_minutes", least=1, most=MAX_MINUTES),
    "states": _states,
    "controller": _controller,
    "own_domains": _hosts,
    "include": _globs("include"),
    "exclude": _globs("exclude"),
    "pages": _pages,
    "robots": lambda sheet, node: sheet.choice(node, "robots", among=("obey", "ignore")),
    "banner": _banner,
    "overrides": _overrides,
    "notify": _notify,
    "keep_days": lambda sheet, node: sheet.whole(node, "keep_days", least=1, most=MAX_KEEP_DAYS),
    "keep_scan_days": lambda sheet, node: sheet.whole(
        node, "keep_scan_days", least=1, most=MAX_KEEP_DAYS
    ),
    "visitor": visitor,
    "login": login,
    "time_zone": time_zone,
    "settle": lambda sheet, node: sheet.choice(node, "settle", among=("virtual", "real")),
}
