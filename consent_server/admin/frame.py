"""What all pages share: their templates, their headers, and the navigation around them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from starlette.responses import Response

from consent_server.admin import sections
from consent_server.admin import words as wording
from consent_server.admin.sessions import form_token
from scanner.rendering import templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment
    from jinja2.runtime import Context
    from starlette.requests import Request

    from consent_server.admin.model import Person
    from scanner.wording import Words

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY.format(ancestors="'none'"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(
    request: Request,
    template: str,
    /,
    *,
    words: Words,
    person: Person | None = None,
    secret: str | None = None,
    status: int = 200,
    **facts: Any,
) -> Response:
    """
    Return the page of the template admin/*template*.html.

    Args:
        words: In which it speaks.
        person: Who looks at it; None: nobody who has signed in.
        secret: Of the cookie to which the forms on it belong.
        facts: What the template shows.
    """
    site = request.path_params.get("site") if person is not None else None
    html = (
        _environment()
        .get_template(f"admin/{template}.html")
        .render(
            **spoken(words),
            person=person,
            csrf=form_token(secret) if secret is not None else "",
            site=site,
            sections=sections.offered(person, site, _routes(request)) if person and site else (),
            general=sections.general(person) if person is not None else (),
            path=request.url.path,
            **facts,
        )
    )
    return Response(html, status, headers=HEADERS, media_type="text/html; charset=utf-8")


def _routes(request: Request) -> frozenset[str]:
    return frozenset(getattr(route, "path", "") for route in request.app.routes)


def spoken(words: Words) -> dict[str, Any]:
    """Return what templates say things with."""
    return {"words": words, "t": words.html, "term": words.term, "terms": words.terms}


@functools.cache
def _environment() -> Environment:
    found = templates("consent_server")
    for name in ("minute", "moment", "day"):
        found.filters[name] = _time(name)
    for each in (
        wording.fact,
        wording.label,
        wording.lifetime,
        wording.kind,
        wording.purpose,
        wording.why,
        wording.setter,
    ):
        found.filters[each.__name__] = _in_words(each)
    return found


def _time(name: str) -> Callable[..., str]:
    """Return the filter that says a time in the way called *name*."""

    @pass_context
    def said(context: Context, value: Any) -> str:
        found: str = getattr(context["words"], name)(value)
        return found

    return said


def _in_words(say: Callable[..., str]) -> Callable[..., str]:
    """Return the filter that says a fact in the words of the page."""

    @pass_context
    def said(context: Context, value: Any, *more: str) -> str:
        return say(value, *more, context["words"])

    return said
