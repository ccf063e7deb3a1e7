"""The shop's own cookies, as its web server ASP.NET sets them."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SESSION = "ASP.NET_SessionId"
ANONYMOUS = ".ASPXANONYMOUS"
LOGIN = ".ASPXAUTH"
CHECKOUT = "kasse_trinn"

ANONYMOUS_LIFETIME = dt.timedelta(minutes=100_000)  # what ASP.NET sets when nobody says otherwise
LOGIN_LIFETIME = dt.timedelta(minutes=30)  # the same


def visitor(request: Request) -> str:
    """Return the number that this visitor's cart is kept under, a new one at need."""
    return request.cookies.get(ANONYMOUS) or secrets.token_urlsafe(48)


def keep(request: Request, response: Response, *, number: str, secure: bool) -> None:
    """Let *response* set the session and the anonymous cookie where the browser has none."""
    if SESSION not in request.cookies:
        response.set_cookie(
            SESSION, secrets.token_hex(12), httponly=True, samesite="lax", secure=secure
        )
    if ANONYMOUS not in request.cookies:
        response.set_cookie(
            ANONYMOUS,
            number,
            expires=dt.datetime.now(dt.UTC) + ANONYMOUS_LIFETIME,
            httponly=True,
            samesite="lax",
            secure=secure,
        )


def log_in(response: Response, *, remember: bool, secure: bool) -> str:
    """Let *response* set the login cookie, for the session or to *remember*; return its ticket."""
    ticket = secrets.token_hex(64)
    expires = dt.datetime.now(dt.UTC) + LOGIN_LIFETIME if remember else None
    response.set_cookie(
        LOGIN, ticket, expires=expires, httponly=True, samesite="lax", secure=secure
    )
    return ticket


def log_out(response: Response) -> None:
    """Let *response* delete the login cookie."""
    response.delete_cookie(LOGIN, httponly=True, samesite="lax")
