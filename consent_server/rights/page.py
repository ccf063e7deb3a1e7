"""The form for a request, and the page that shows how far it is. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from babel.dates import format_date

from consent_server.rights.model import MAX_CONTACT, MAX_MESSAGE, Right
from scanner.languages import texts
from scanner.rendering import templates
from scanner.wording import UTC

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from jinja2 import Environment

    from consent_server.model import Declaration
    from consent_server.rights.model import RightsRequest


def form(
    declaration: Declaration,
    *,
    language: str,
    filled: Mapping[str, str],
    mistakes: Collection[str] = (),
) -> str:
    """
    Return the page with the form.

    Args:
        filled: What stands in its fields.
        mistakes: Names of the fields that are wrong; ``full``: nothing can be taken now.
    """
    kept = {"receipt": filled["receipt"]} if filled.get("receipt") else {}
    return _render(
        "request_form.html",
        declaration,
        language,
        kept=kept,
        filled={name: filled.get(name, "") for name in ("right", "contact", "message", "receipt")},
        mistakes=mistakes,
        rights=[right.value for right in Right],
        limits={"contact": MAX_CONTACT, "message": MAX_MESSAGE},
    )


def standing(
    declaration: Declaration,
    request: RightsRequest | None,
    *,
    language: str,
    zone: dt.tzinfo = UTC,
) -> str:
    """
    Return the page that shows how far *request* is; None: there is no such request.

    Args:
        zone: Whose days are told.
    """
    dates = {}
    if request is not None:
        moments = {"date": request.received_at, "due": request.due_at, "closed": request.closed_at}
        dates = {
            name: moment and format_date(moment.astimezone(zone), "long", locale=language)
            for name, moment in moments.items()
        }
    return _render("request.html", declaration, language, kept={}, asked=request, dates=dates)


def _render(
    name: str, declaration: Declaration, language: str, *, kept: Mapping[str, str], **facts: Any
) -> str:
    words = texts(language)
    host = urlsplit(declaration.url).hostname or declaration.url
    offered = [
        (tag, texts(tag)["language"], urlencode({"lang": tag, **kept}))
        for tag in declaration.languages
        if tag != language
    ]
    return (
        _environment()
        .get_template(name)
        .render(
            **facts,
            host=host,
            controller=declaration.controller.name if declaration.controller else host,
            policy=declaration.controller and declaration.controller.policy,
            policy_word=words["declaration"]["policy"],
            language=language,
            direction=words["direction"],
            languages=words["declaration"]["languages"],
            offered=offered,
            words=words["requests"],
        )
    )


@functools.cache
def _environment() -> Environment:
    return templates("consent_server")
