"""How the server answers in JSON, and how it says no."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec
import structlog
from starlette.responses import Response

from scanner.errors import (
    DatabaseUnusable,
    DecisionConflict,
    DecisionInvalid,
    LogUnavailable,
    QuestionInvalid,
    ScanRunning,
    TooMany,
    UnknownSite,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

#: Of what is served over TLS. A year, for this host alone: what else is on the domain is not ours
#: to say.
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

RETRY_AFTER = 2  # seconds after which a refused decision may come again

#: Errors of ours that are an answer.
STATUS: dict[type[Exception], int] = {
    DecisionInvalid: 400,
    QuestionInvalid: 400,
    UnknownSite: 404,
    DecisionConflict: 409,
    ScanRunning: 409,
    TooMany: 429,
    LogUnavailable: 503,
    DatabaseUnusable: 503,
}

_PHRASES = {404: "there is nothing at this address", 405: "this address does not take that method"}

log = structlog.get_logger(__name__)


def answer(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return *value* as JSON; nobody may keep it."""
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        media_type="application/json",
    )


def refusal(status: int, reason: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal that says why in one sentence."""
    return answer({"error": reason}, status=status, headers=headers)


def page(
    html: str,
    *,
    language: str,
    status: int = 200,
    forms: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """
    Return a page of a visitor's own, that nobody may keep; its only style is the one within it.

    Args:
        forms: It may send forms to this server.
    """
    return Response(
        html,
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Content-Security-Policy": style_policy(html, forms=forms),
            "Referrer-Policy": "same-origin",  # with less, a form's Origin would be "null"
            "Vary": "Accept, Accept-Language, Origin",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        media_type="text/html; charset=utf-8",
    )


def style_policy(html: str, *, forms: bool = False) -> str:
    """Return the Content-Security-Policy of a page: nothing but its own style, and its *forms*."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    targets = "'self'" if forms else "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        f"form-action {targets}; frame-ancestors 'none'"
    )


def from_here(request: Request) -> bool:
    """Return whether a form was sent by a page of this server; browsers always say."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


async def from_error(request: Request, exc: Exception) -> Response:
    """Return the refusal that *exc*, an error of ours, stands for."""
    return refused(exc)


def refused(exc: Exception) -> Response:
    """Return the refusal that *exc*, an error of ours, stands for."""
    status = STATUS[type(exc)]
    headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
    if status == 503:
        log.warning("database unavailable", reason=str(exc))
        return refusal(503, "the database cannot be reached; try again", headers=headers)
    if isinstance(exc, TooMany):
        headers = {"Retry-After": str(exc.after)}
    return refusal(status, str(exc), headers=headers)


async def from_status(request: Request, exc: Exception) -> Response:
    """Return the refusal for what the router does not know."""
    status: int = getattr(exc, "status_code", 500)
    detail = _PHRASES.get(status, str(getattr(exc, "detail", "")))
    return refusal(status, detail, headers=getattr(exc, "headers", None))


async def from_breaking_off(request: Request, exc: Exception) -> Response:
    """Return the answer to a request whose sender has gone; nobody reads it."""
    return refusal(400, "the request broke off")


async def from_fault(request: Request, exc: Exception) -> Response:
    """Return the answer to a fault of ours; Starlette logs it."""
    return refusal(500, "the server failed; its log says how")
