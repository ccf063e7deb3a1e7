"""A visitor's receipt as a page: what was answered, when, and what the answer covered. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from babel.dates import format_date, format_time

from scanner.languages import texts
from scanner.rendering import templates
from scanner.wording import UTC

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from jinja2 import Environment

    from consent_server.log.receipt import Receipt
    from consent_server.model import Declaration


class Answer(NamedTuple):
    """What was answered for one category, in words."""

    name: str
    description: str
    granted: bool
    items: tuple[str, ...]  # names with their vendors, as they were shown


def html(
    receipt: Receipt,
    declaration: Declaration,
    *,
    shown: Sequence[dict[str, Any]],
    language: str,
    zone: dt.tzinfo = UTC,
) -> str:
    """
    Return the whole page in *language*.

    Args:
        shown: The items that stood in the declaration when the visitor answered.
        zone: In which the time is told, with its name.
    """
    words = texts(language)
    return (
        _environment()
        .get_template("receipt.html")
        .render(
            _frame(declaration, language),
            receipt=receipt,
            answers=[_answer(c, granted, shown, words) for c, granted in receipt.choices.items()],
            decided=_time(receipt.decided_at.astimezone(zone), language),
            action=words["receipt"]["actions"][receipt.action],
        )
    )


def gone(declaration: Declaration, *, language: str, erased: bool) -> str:
    """Return the page for a receipt that is not there: just *erased*, or never known."""
    template = _environment().get_template("receipt_gone.html")
    return template.render(_frame(declaration, language), erased=erased)


def _frame(declaration: Declaration, language: str) -> dict[str, Any]:
    words = texts(language)
    return {
        "site": declaration.site,
        "site_url": declaration.url,
        "host": urlsplit(declaration.url).hostname or declaration.url,
        "language": language,
        "direction": words["direction"],
        "words": words["receipt"],
        "languages": words["declaration"]["languages"],
        "offered": [
            (tag, texts(tag)["language"], f"lang={tag}")
            for tag in declaration.languages
            if tag != language
        ],
    }


def _answer(
    category: str, granted: bool, shown: Sequence[dict[str, Any]], words: dict[str, Any]
) -> Answer:
    named = words["categories"][category]
    items = [item for item in shown if item["category"] == category]
    return Answer(
        name=named["name"],
        description=named["description"],
        granted=granted,
        items=tuple(
            f"{item['name']} ({item['vendor']})" if item.get("vendor") else item["name"]
            for item in items
        ),
    )


def _time(moment: dt.datetime, language: str) -> str:
    """Return *moment* to the second, with the name of its zone."""
    day = format_date(moment, "long", locale=language)
    time = format_time(moment.time(), "medium", locale=language)
    return f"{day} {time} {moment.tzname()}"


@functools.cache
def _environment() -> Environment:
    return templates("consent_server")
