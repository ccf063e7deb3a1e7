"""What all pages share: their templates, their headers, and the navigation around them."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from consent_server.admin import sections, words
from consent_server.admin.sessions import form_token
from scanner.rendering import templates

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request

    from consent_server.admin.model import Person

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
    person: Person | None = None,
    secret: str | None = None,
    status: int = 200,
    **facts: Any,
) -> Response:
    """
    Return the page of the template admin/*template*.html.

    Args:
        person: Who looks at it; None: nobody who has signed in.
        secret: Of the cookie to which the forms on it belong.
        facts: What the template shows.
    """
    site = request.path_params.get("site") if person is not None else None
    html = (
        _environment()
        .get_template(f"admin/{template}.html")
        .render(
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


@functools.cache
def _environment() -> Environment:
    found = templates("consent_server")
    found.filters["minute"] = minute
    found.filters["day"] = day
    for each in (
        words.action,
        words.fact,
        words.label,
        words.lifetime,
        words.kind,
        words.purpose,
        words.why,
        words.setter,
    ):
        found.filters[each.__name__] = each
    return found


def minute(moment: dt.datetime | None) -> str:
    """Return *moment* for people, to the minute."""
    return "" if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def day(moment: dt.datetime | None) -> str:
    """Return the day of *moment* for people."""
    return "" if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d}"
