"""Sign in with a password or an API token, sign out here or everywhere, accept an invitation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consent_server.admin import cookies, frame, speech
from consent_server.admin.forms import FormRefused, read_form
from consent_server.admin.gate import READING, Asked, signed_in, to_sign_in
from consent_server.admin.mistakes import Mistake
from consent_server.admin.sessions import LIFETIME

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.admin.accounts import Accounts
    from consent_server.admin.attempts import Attempts
    from consent_server.admin.forms import Form
    from consent_server.admin.sessions import Sessions
    from consent_server.admin.trail import Trail

TOKEN_HOLDER = "(token)"  # noqa: S105 stands for a name where tries are counted

log = structlog.get_logger(__name__)


async def show(request: Request) -> Response:
    """Show the page on which people sign in."""
    return await to_sign_in(request, status=200)


async def sign_in(request: Request) -> Response:
    """Begin a session of who knows a password or an API token."""
    if not cookies.is_safe(request):
        return await to_sign_in(request, mistake="unsafe", status=403)
    try:
        form = await read_form(request, cookies.read(request, "form"))
    except FormRefused as exc:
        return await to_sign_in(request, mistake=exc.key, status=exc.status)
    address = request.client and request.client.host
    name = form["name"] if form["token"] == "" else TOKEN_HOLDER
    attempts: Attempts = request.app.state.attempts
    after = await asyncio.to_thread(attempts.begin, name, address)
    if after:
        response = await to_sign_in(
            request, mistake="too_many", count=after, status=429, name=form["name"]
        )
        response.headers["Retry-After"] = str(after)
        return response
    secret = await (_with_token if form["token"] else _with_password)(request, form)
    if secret is None:
        mistake = "token_unknown" if form["token"] else "wrong"
        return await to_sign_in(request, mistake=mistake, status=401, name=form["name"])
    await asyncio.to_thread(attempts.succeeded, name, address)
    return await entered(request, secret, goal=form["goal"])


async def entered(request: Request, secret: str, *, goal: str = "/admin") -> Response:
    """
    Lead who has signed in to the page that she wanted, with the cookie of her session.

    The session that the browser had until now ends: its cookie goes, and with it the way out.
    """
    former = cookies.read(request, "session")
    if former is not None:
        await asyncio.to_thread(request.app.state.sessions.end, former)
    if not goal.startswith("/admin/") or "\\" in goal:
        goal = "/admin"
    response = RedirectResponse(goal, status_code=303, headers={"Cache-Control": "no-store"})
    cookies.put(response, request, "session", secret, lasts=LIFETIME.total_seconds())
    cookies.drop(response, request, "form")
    return response


async def _with_password(request: Request, form: Form) -> str | None:
    accounts: Accounts = request.app.state.accounts
    async with request.app.state.hashing:
        found = await asyncio.to_thread(accounts.with_password, form["name"], form.raw("password"))
    if found is None:
        log.warning("sign-in refused")
        return None
    return await begun(request, found.name, how="with a password", kept=found.kept)


async def begun(request: Request, name: str, *, how: str, kept: str | None = None) -> str | None:
    """Begin a session of the account *name*, and say in the trail *how*; see `Sessions.begin`."""
    sessions: Sessions = request.app.state.sessions
    trail: Trail = request.app.state.trail
    secret = await asyncio.to_thread(sessions.begin, name, kept=kept)
    if secret is None:
        log.warning("sign-in refused")
        return None
    await asyncio.to_thread(trail.add, name, "signed in", detail=how)
    return secret


async def _with_token(request: Request, form: Form) -> str | None:
    token = await asyncio.to_thread(request.app.state.door.matching, form["token"])
    if token is None or not token.scopes >= READING:
        return None
    sessions: Sessions = request.app.state.sessions
    trail: Trail = request.app.state.trail
    await asyncio.to_thread(trail.add, f"token: {token.name}", "signed in", detail="with a token")
    return await asyncio.to_thread(sessions.begin_with_token, token.digest)


async def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    secret = cookies.read(request, "session")
    response = RedirectResponse("/admin", status_code=303)
    if secret is not None:
        try:
            await read_form(request, secret)
        except FormRefused as exc:
            return await to_sign_in(request, mistake=exc.key, status=exc.status)
        await asyncio.to_thread(request.app.state.sessions.end, secret)
        cookies.drop(response, request, "session")
    return response


@signed_in()
async def account(asked: Asked) -> Response:
    """Show the person's own account, and change its password."""
    own = await asyncio.to_thread(asked.accounts.get, asked.person.name)
    mistake = None
    if asked.request.method == "POST":
        mistake = await _changed(asked)
        if mistake is None:
            secret = await asyncio.to_thread(asked.sessions.begin, asked.person.name)
            if secret is None:  # it was taken away meanwhile
                return await to_sign_in(asked.request)
            return await entered(asked.request, secret, goal="/admin/account?done=password")
    return asked.page(
        "account",
        status=200 if mistake is None else 400,
        own=own,
        mistake=mistake,
        done=asked.request.query_params.get("done"),
    )


async def _changed(asked: Asked) -> str | None:
    """Change the person's password; return why not, if not."""
    name, form = asked.person.name, asked.form
    attempts: Attempts = asked.request.app.state.attempts
    address = asked.request.client and asked.request.client.host
    if after := await asyncio.to_thread(attempts.begin, name, address):
        return asked.words.text("mistakes.too_many", count=after)
    async with asked.request.app.state.hashing:
        known = await asyncio.to_thread(asked.accounts.with_password, name, form.raw("password"))
        if known is None:
            return asked.words.text("mistakes.present_wrong")
        await asyncio.to_thread(attempts.succeeded, name, address)
        try:
            await asyncio.to_thread(asked.accounts.set_password, name, form.raw("new"))
        except Mistake as exc:
            return exc.said(asked.words)
    await asked.did("changed the password")
    return None


@signed_in()
async def everywhere(asked: Asked) -> Response:
    """End all sessions of the person, in all browsers."""
    count = await asyncio.to_thread(asked.sessions.end_all, asked.person.name)
    await asked.did("signed out everywhere", f"{count} sessions")
    response = asked.back("/admin")
    cookies.drop(response, asked.request, "session")
    return response


async def invitation(request: Request) -> Response:
    """Let somebody who was invited choose a password."""
    accounts: Accounts = request.app.state.accounts
    secret = request.path_params["secret"]
    sites = frozenset(site.key for site in await request.app.state.shelf.sites())
    name = await asyncio.to_thread(accounts.invited, secret, sites=sites)
    if name is None:
        return await to_sign_in(request, mistake="used", status=404)
    if not cookies.is_safe(request):
        return await to_sign_in(request, mistake="unsafe", status=403)
    words = speech.of(request)
    mistake: str | None = None
    status = 200
    if request.method == "POST":
        try:
            form = await read_form(request, secret)
            async with request.app.state.hashing:
                done = await asyncio.to_thread(
                    accounts.accept, secret, form.raw("new"), sites=sites
                )
        except FormRefused as exc:
            mistake, status = words.text(f"mistakes.{exc.key}"), exc.status
        except Mistake as exc:
            mistake, status = exc.said(words), 400
        else:
            if done is None:  # somebody else was quicker, or it was taken back meanwhile
                return await to_sign_in(request, mistake="used", status=404)
            begun_now = await begun(request, name, how="by an invitation")
            if begun_now is None:  # the account was taken away meanwhile
                return await to_sign_in(request, mistake="used", status=404)
            return await entered(request, begun_now)
    response = frame.page(
        request,
        "invitation",
        words=words,
        secret=secret,
        status=status,
        name=name,
        mistake=mistake,
    )
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
    return response


ROUTES = [
    Route("/admin/sign-in", show, methods=["GET"]),
    Route("/admin/sign-in", sign_in, methods=["POST"]),
    Route("/admin/sign-out", sign_out, methods=["POST"]),
    Route("/admin/account", account, methods=["GET", "POST"]),
    Route("/admin/account/sign-out-everywhere", everywhere, methods=["POST"]),
    Route("/admin/invitations/{secret}", invitation, methods=["GET", "POST"]),
]
