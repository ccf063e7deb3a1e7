"""The declaration in a language: as a page, as Markdown, as plain values."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from babel import Locale
from babel.dates import format_date

from scanner.languages import choose, lifetime_in_words, texts
from scanner.model import Category
from scanner.rendering import templates

if TYPE_CHECKING:
    from jinja2 import Environment

    from consent_server.model import Declaration, Item


class Row(NamedTuple):
    """An item in words."""

    item: Item
    kind: str
    provider: str
    country: str | None
    purpose: str
    purpose_language: str  # the owner may have told it in some of the site's languages only
    lifetime: str
    party: str


class Group(NamedTuple):
    """The items of one category."""

    category: Category
    name: str
    description: str
    rows: tuple[Row, ...]


def html(declaration: Declaration, language: str, *, switch: bool = False) -> str:
    """
    Return the whole page in *language*.

    Args:
        switch: The page is served: offer the other languages by links ``?lang=…``, and the form
            for requests.
    """
    offered = [
        (tag, texts(tag)["language"], f"lang={tag}")
        for tag in declaration.languages
        if switch and tag != language
    ]
    template = _environment().get_template("declaration.html")
    return template.render(**_facts(declaration, language), offered=offered, served=switch)


def markdown(declaration: Declaration, language: str) -> str:
    """Return the declaration in *language* as Markdown, to be put into a page of one's own."""
    return _environment().get_template("declaration.md").render(**_facts(declaration, language))


def values(declaration: Declaration, language: str) -> dict[str, Any]:
    """Return the declaration as plain values, with what *language* makes of each item."""
    whole: dict[str, Any] = msgspec.to_builtins(declaration)
    del whole["asked"]  # the items say it better
    whole["items"] = plain_items(declaration)
    for plain, item in zip(whole["items"], declaration.items, strict=True):
        row = _row(item, language)
        plain |= {"lifetime_text": row.lifetime, "purpose_text": row.purpose}
    return {"language": language, **whole}


def plain_items(declaration: Declaration) -> list[dict[str, Any]]:
    """Return the items as plain values, lifetimes in whole seconds."""
    items: list[dict[str, Any]] = msgspec.to_builtins(declaration.items)
    for item in items:
        if item["lifetime"] is not None:
            item["lifetime"] = round(item["lifetime"])
    return items


def language_of(declaration: Declaration, wanted: str | None, accepted: str = "") -> str:
    """
    Return the language to speak: the one *wanted* if the site has it, else the site's first.

    Args:
        accepted: What decides where none is *wanted*: a browser's ``Accept-Language``.
    """
    return choose([wanted] if wanted else accepted, declaration.languages)


def _facts(declaration: Declaration, language: str) -> dict[str, Any]:
    words = texts(language)
    scanned = declaration.scanned_at
    controller = declaration.controller
    contact = controller.contact if controller else None
    return {
        "declaration": declaration,
        "language": language,
        "direction": words["direction"],
        "languages": words["declaration"]["languages"],
        "words": words["declaration"],
        "rights": words["requests"]["title"],
        "host": urlsplit(declaration.url).hostname or declaration.url,
        "date": format_date(scanned.date(), "long", locale=language) if scanned else None,
        "groups": _groups(declaration, language),
        "contact_link": contact and (contact if "://" in contact else f"mailto:{contact}"),
    }


def _groups(declaration: Declaration, language: str) -> list[Group]:
    names = texts(language)["categories"]
    groups = []
    for category in Category:
        rows = tuple(_row(i, language) for i in declaration.items if i.category is category)
        if rows:
            name, description = names[category]["name"], names[category]["description"]
            groups.append(Group(category, name, description, rows))
    return groups


def _row(item: Item, language: str) -> Row:
    words = texts(language)["declaration"]
    told_in = choose([language], list(item.purpose)) if item.purpose else language
    purpose = item.purpose.get(told_in)
    country = Locale.parse(language).territories.get(item.country) if item.country else None
    return Row(
        item=item,
        kind=words["kinds"][item.kind],
        provider=item.vendor or item.set_by or item.domain.lstrip("."),
        country=country,
        purpose=purpose or words["purpose_unknown"],
        purpose_language=told_in if purpose else language,
        lifetime=lifetime_in_words(item.lifetime, item.kind, language),
        party=words["parties"][item.party],
    )


@functools.cache
def _environment() -> Environment:
    return templates("consent_server")
