"""sites.yaml: which sites there are. Checked entirely; behind this line believe the types."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import yaml

from scanner.errors import SitesInvalid, UnknownSite
from scanner.model import Banner, Site
from scanner.sites import bounds
from scanner.sites.fields import READERS, spelled, url_fault
from scanner.sites.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Keys stand in URLs (/w/shop.js), in file names and in the database.
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
_SUFFIXES = (".js", ".json", ".md", ".html")  # would be read as a format in a URL


def load(path: Path) -> tuple[Site, ...]:
    """
    Return the sites listed in the file at *path*, in its order.

    Raises:
        SitesInvalid: With every mistake, as ``FILE:LINE: what is wrong, what to do``.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SitesInvalid(
            [f"{path}: there is no such file: list your sites in it, or name yours with --sites"]
        ) from None
    except OSError as exc:
        raise SitesInvalid([f"{path}: cannot be read: {exc.strerror}"]) from exc
    return parse(data, name=str(path))


def parse(data: bytes, *, name: str = "sites.yaml") -> tuple[Site, ...]:
    """Return the sites listed in *data*; *name* is the file's. Raises as `load`."""
    sheet = Sheet(name)
    root = sheet.compose(data)
    if root is None and not sheet.mistakes:
        sheet.wrong(1, "the file is empty: list your sites under 'sites:'")
    sites = _sites(sheet, root) if root is not None else ()
    if sheet.mistakes:
        raise SitesInvalid(sheet.mistakes)
    return sites


def pick(sites: Sequence[Site], keys: Sequence[str]) -> tuple[Site, ...]:
    """
    Return the sites named by *keys*, in that order, each once.

    Raises:
        UnknownSite: If one is not there; the text names those that there are.
    """
    by_key = {site.key: site for site in sites}
    for key in keys:
        if key not in by_key:
            close = difflib.get_close_matches(key, list(by_key), n=1)
            there = f"did you mean '{close[0]}'?" if close else f"there is {', '.join(by_key)}"
            hint = "; an address begins with https://" if "." in key or "/" in key else ""
            raise UnknownSite(f"there is no site '{key}' in the list: {there}{hint}")
    return tuple(by_key[key] for key in dict.fromkeys(keys))


def ad_hoc(url: str) -> Site:
    """
    Return a site for *url* with everything at its default; its host is its key.

    Raises:
        UnknownSite: If that is no address that can be scanned.
    """
    if (fault := url_fault(url)) is not None:
        raise UnknownSite(f"cannot scan '{url}': {fault}")
    parts = urlsplit(spelled(url))
    host = parts.hostname or ""
    key = f"{host}-{parts.port}" if parts.port else host
    key = re.sub(r"[^a-z0-9._-]+", "-", key).strip(".-_")
    if key.endswith(_SUFFIXES):
        key = key.replace(".", "-")
    return Site(key=key[:63], url=parts.geturl())


# --- the file, from the outside in -----------------------------------------------------------


def _sites(sheet: Sheet, root: yaml.Node) -> tuple[Site, ...]:
    top = sheet.mapping(root, "the file", known=("defaults", "sites"))
    defaults: dict[str, Any] = {}
    if "defaults" in top:
        known = [name for name in READERS if name != "url"]
        defaults = _fields(sheet, top["defaults"][1], "defaults", known=known)
    if "sites" not in top:
        sheet.wrong(root, "'sites:' is missing: list your sites under it")
        return ()
    listed = sheet.mapping(top["sites"][1], "sites")
    if not listed and isinstance(top["sites"][1], yaml.MappingNode):
        sheet.wrong(top["sites"][0], "no site is listed under 'sites:'")
    found = []
    for key, (key_node, node) in listed.items():
        _check_key(sheet, key_node)
        what, known = f"site '{key}'", list(READERS)
        own = _fields(sheet, node, what, known=known)
        is_site = isinstance(node, yaml.MappingNode)
        if is_site and "url" not in sheet.mapping(node, what, known=known):
            sheet.wrong(key_node, f"{what} has no url: write url: https://…")
        if "url" in own:
            found.append(_site(key, own, defaults))
            _check_pages(sheet, node, found[-1])
    return tuple(found)


def _site(key: str, own: dict[str, Any], defaults: dict[str, Any]) -> Site:
    """Return the site; its own values win, banner key by key, and its overrides come first."""
    values = defaults | own
    if "overrides" in defaults and "overrides" in own:
        values["overrides"] = own["overrides"] + defaults["overrides"]
    banner = defaults.get("banner", {}) | own.get("banner", {})
    if "theme" in banner:
        theme = defaults.get("banner", {}).get("theme", {})
        banner["theme"] = theme | own.get("banner", {}).get("theme", {})
    values["banner"] = Banner(**banner)
    values["pages"] = tuple(urljoin(own["url"], page) for page in values.get("pages", ()))
    return Site(key=key, **values)


def _check_pages(sheet: Sheet, node: yaml.Node, site: Site) -> None:
    """Note which of the pages that *site* itself lists would never be visited."""
    listed = sheet.mapping(node, f"site '{site.key}'", known=list(READERS)).get("pages")
    for item in listed[1].value if listed and isinstance(listed[1], yaml.SequenceNode) else ():
        if not isinstance(item, yaml.ScalarNode) or url_fault(item.value) is not None:
            continue  # a path, or told already
        if bounds.outside(spelled(item.value), url=site.url, own_domains=site.own_domains):
            sheet.wrong(
                item,
                f"page '{item.value}' lies outside the site: is it yours, list its domain "
                "under own_domains",
            )


def _check_key(sheet: Sheet, node: yaml.Node) -> None:
    if not _KEY.fullmatch(node.value) or ".." in node.value:
        sheet.wrong(
            node,
            f"'{node.value}' cannot name a site, since the name stands in URLs: use at most 63 of "
            "a-z, 0-9, '-', '_' and '.', and begin and end with a letter or a digit",
        )
    elif node.value.endswith(_SUFFIXES):
        sheet.wrong(node, f"a site's name cannot end like a file's: rename '{node.value}'")


def _fields(sheet: Sheet, node: yaml.Node, what: str, *, known: list[str]) -> dict[str, Any]:
    """Return the values of one site, or of the defaults, that are right."""
    found = {}
    for name, (_, value) in sheet.mapping(node, what, known=known).items():
        if (read := READERS[name](sheet, value)) is not None:
            found[name] = read
    return found
