"""The cookies of the pages for people, and where it is safe to give them out.

Under TLS they are ``__Host-`` cookies: no other host of the domain, and no page without TLS, can
set or read them. On plain HTTP a browser takes no such cookie. There people are let in on this
machine only, where nobody is in between, with cookies of another name; elsewhere they are refused.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: The session, what stands for one while somebody signs in, and how she wants to be spoken to.
Cookie = Literal["session", "form", "provider", "speech"]


def is_safe(request: Request) -> bool:
    """Return whether a secret may travel the way that *request* came."""
    return request.url.scheme == "https" or _is_loopback(request.url.hostname or "")


def read(request: Request, which: Cookie) -> str | None:
    """Return the value of the cookie, if the browser has sent it."""
    return request.cookies.get(_name(request, which))


def put(response: Response, request: Request, which: Cookie, value: str, *, lasts: float) -> None:
    """Let *response* set the cookie; it *lasts* so many seconds."""
    response.set_cookie(
        _name(request, which),
        value,
        max_age=int(lasts),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",  # a link in an e-mail leads to the page; forms have tokens of their own
    )


def drop(response: Response, request: Request, which: Cookie) -> None:
    """Let *response* take the cookie away."""
    response.delete_cookie(
        _name(request, which),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _name(request: Request, which: Cookie) -> str:
    prefix = "__Host-" if request.url.scheme == "https" else ""
    return f"{prefix}kapsel_{which}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
