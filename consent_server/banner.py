"""What the widget is told about one site. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from scanner.countries import EEA
from scanner.languages import counted, texts
from scanner.model import OPTIONAL_CATEGORIES, Category, Party
from scanner.sites.theme import completed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from consent_server.model import Declaration, Item

#: What the widget takes for granted, and is not told.
_USUAL: tuple[tuple[str, object], ...] = (
    ("take_over", {}),
    ("scheme", "auto"),
    ("do_not_track", "ignore"),
    ("unanswered", "forget"),
)


def config(declaration: Declaration) -> dict[str, Any]:
    """Return what is written into the site's script: plain values, ready for JSON.

    Purposes and lifetimes are not in it: every page would carry them, and few visitors read
    them. They are in ``/w/{site}.json``.
    """
    whole: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(declaration))
    kept = (
        "site",
        "revision",
        "category_revisions",
        "languages",
        "categories",
        "cookie_domains",
        "banner",
        "controller",
        "scanned_at",
    )
    whole["banner"]["theme"] = completed(declaration.banner.theme)
    for name, usual in _USUAL:
        if whole["banner"][name] == usual:
            del whole["banner"][name]
    return {
        **{key: whole[key] for key in kept},
        "items": [_item(item) for item in declaration.items],
        "texts": {language: _texts(language, declaration) for language in declaration.languages},
    }


def _item(item: Item) -> dict[str, Any]:
    hidden = {"http_only": True} if item.http_only and item.party is Party.FIRST else {}
    # in this order what neighbours have in common stands together, and packs best
    return {
        "name": item.name,
        "vendor": item.vendor,
        "category": item.category,
        "kind": item.kind,
        "domain": item.domain,
        "party": item.party,
        **hidden,
    }


def _texts(language: str, declaration: Declaration) -> dict[str, Any]:
    """Return the banner's texts with the facts of the site in them."""
    words = texts(language)
    banner = dict(words["banner"])
    banner["revisit"] = banner[f"revisit_{declaration.banner.revisit}"]
    del banner["revisit_icon"], banner["revisit_link"]
    shown = set(Category) - {Category.UNCLASSIFIED} | {i.category for i in declaration.items}
    asked_for = [item for item in declaration.items if item.category in OPTIONAL_CATEGORIES]
    controller = declaration.controller
    name = controller.name if controller else _host(declaration.url)
    return {
        **banner,
        "direction": words["direction"],
        "joins": words["joins"],
        "categories": {key: words["categories"][key] for key in Category if key in shown},
        "question": banner["question"].replace("{controller}", name),
        "partners": _partners(banner["partners"], language, asked_for),
        "transfer": banner["transfer"] if _leaves_the_eea(asked_for) else None,
    }


def _partners(forms: dict[str, str], language: str, items: Iterable[Item]) -> str | None:
    """Say how many others take part; None when nobody does."""
    others = {
        item.vendor or item.domain for item in items if item.vendor or item.party is Party.THIRD
    }
    if not others:
        return None
    return counted(forms, len(others), language)


def _leaves_the_eea(items: Iterable[Item]) -> bool:
    return any(item.country and item.country not in EEA for item in items)


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].removeprefix("www.")
