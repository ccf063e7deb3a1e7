"""Lead people to the OpenID Connect provider, and take them back."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import msgspec
import structlog
from starlette.responses import RedirectResponse
from starlette.routing import Route

from consent_server.admin import cookies
from consent_server.admin.gate import to_sign_in
from consent_server.admin.provider import ProviderFailed
from consent_server.admin.sign import begun, entered

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from consent_server.admin.accounts import Accounts
    from consent_server.admin.provider import Identity, Provider

LASTS = 600.0  # seconds in which somebody has to sign in at the provider

log = structlog.get_logger(__name__)


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What this browser must bring back; kept in its cookie, which no other site can set."""

    state: str
    nonce: str
    verifier: str
    goal: str


async def leave(request: Request) -> Response:
    """Lead somebody to the provider."""
    provider: Provider | None = request.app.state.provider
    if provider is None or not cookies.is_safe(request):
        return await to_sign_in(request, mistake="no_provider")
    errand = Errand(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        goal=request.query_params.get("goal", "/admin")[:500],
    )
    try:
        address = await provider.address(
            back=_back(request), state=errand.state, nonce=errand.nonce, verifier=errand.verifier
        )
    except ProviderFailed as exc:
        return await _failed(request, exc)
    response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
    kept = msgspec.json.encode(errand).hex()
    cookies.put(response, request, "provider", kept, lasts=LASTS)
    return response


async def back(request: Request) -> Response:
    """Begin a session of whom the provider says it knows, if she has an account."""
    response = await _back_with(request)
    cookies.drop(response, request, "provider")  # one errand, one return, however it ended
    return response


async def _back_with(request: Request) -> Response:
    provider: Provider | None = request.app.state.provider
    errand = _errand(request)
    sent = request.query_params
    if provider is None or errand is None or not _same(sent.get("state", ""), errand.state):
        return await to_sign_in(request, mistake="not_begun", status=400)
    if "code" not in sent:
        return await to_sign_in(request, mistake="nobody_let_in", status=401)
    try:
        known = await provider.identity(
            sent["code"], back=_back(request), nonce=errand.nonce, verifier=errand.verifier
        )
    except ProviderFailed as exc:
        return await _failed(request, exc)
    return await _entered(request, known, goal=errand.goal)


async def _entered(request: Request, known: Identity, *, goal: str) -> Response:
    accounts: Accounts = request.app.state.accounts
    account = await asyncio.to_thread(
        accounts.with_subject, known.issuer, known.subject, email=known.email
    )
    if account is None:
        return await to_sign_in(request, mistake="no_account_here", status=403)
    secret = await begun(request, account.name, how="at the provider")
    if secret is None:  # the account was taken away meanwhile
        return await to_sign_in(request, mistake="no_account_here", status=403)
    return await entered(request, secret, goal=goal)


async def _failed(request: Request, exc: ProviderFailed) -> Response:
    log.warning("the provider failed", reason=str(exc))
    return await to_sign_in(request, mistake="provider_failed", status=502)


def _errand(request: Request) -> Errand | None:
    try:
        kept = bytes.fromhex(cookies.read(request, "provider") or "")
        return msgspec.json.decode(kept, type=Errand)
    except (ValueError, msgspec.MsgspecError):
        return None


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _back(request: Request) -> str:
    return str(request.url_for("back"))


ROUTES = [
    Route("/admin/provider", leave),
    Route("/admin/provider/back", back),
]
